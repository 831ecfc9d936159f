import { z } from 'zod';
import { lookup } from '../../domain/lookup.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { currency, nonNegativeDecimal, noteReader } from '../canonical/v1/common.ts';
import { applicationAdvice, orderAcknowledgment } from '../edi/documents/all.ts';
import { allGuides, guideOf, readSets } from '../edi/documents/registry.ts';
import { misplaced } from '../edi/partner-guide.ts';
import { unknownPlaces } from '../edi/tolerance.ts';
import { acknowledgment, unknownStatuses } from './acknowledgment.ts';
import { deadlines } from './deadlines.ts';
import { documents } from './documents.ts';
import { dropShip } from './drop-ship.ts';
import { contentPattern, deadline, segmentsIn, setId, unit } from './fields.ts';
import { calendar, interchangeParty, transport, x12 } from './line.ts';
import { acceptedFault, type documentAddition, guideRule, map } from './map.ts';
import { orderChanges } from './order-changes.ts';
import { returns } from './returns.ts';
import { labels, routing } from './routing.ts';
import { invoicing, items, orders, parties, pricing, shipNotice } from './trade.ts';

/**
 * A partner profile: everything that distinguishes one trading partner from another, as data.
 * Profiles are YAML files (activities/partners/profile-files.ts). Their sections are in the files
 * next to this one. The schema is strict, so a misspelled key is an error.
 */

const ORDER_ORIGINS = ['edi', 'api'] as const;

export const partnerProfile = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens')
      .describe('Our name of the partner, the name of its file; part of workflow ids, so it never changes'),
    name: z.string().min(1).max(60).describe('Name for people'),
    usage: z.enum(['test', 'production']).default('test').describe('ISA15 of what we send, and what we accept'),
    identifiers: z
      .strictObject({ ours: interchangeParty, theirs: interchangeParty })
      .describe('Our identity and the partner’s'),
    ordersBy: z
      .array(z.enum(ORDER_ORIGINS))
      .min(1)
      .default(['edi'])
      .describe('Channels of its orders: these are certified; others stay open'),
    x12,
    transport,
    calendar,
    documents,
    currency: currency.default('USD').describe('Currency if the order names none'),
    items,
    parties,
    orders,
    units: z
      .record(unit, unit)
      .default({})
      .describe('Partner’s unit → ours, unless a cross-reference overrides it; documents use the partner’s unit'),
    notes: z
      .record(z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be a code such as WHI or L1'), z.array(noteReader).min(1))
      .default({})
      .describe(
        'Who reads notes of a kind: the code of N901, MTX01 or NTE01. Without an entry BOL, DEL, LAB, LOI, PKG, SPH, TRA and WHI ' +
          'go to the warehouse, INV, PAY and PMT to the ERP, and all others to both',
      ),
    orderChanges,
    dropShip,
    pricing,
    duplicates: z
      .enum(['refuse', 'query'])
      .default('query')
      .describe('A repeated PO number with different content: refused, or held for a person to decide'),
    backorders: z
      .enum(['cancel', 'backorder'])
      .default('backorder')
      .describe('Whether quantities not in stock are cancelled or shipped later'),
    whenNothingAvailable: z
      .enum(['ask', 'refuse'])
      .default('ask')
      .describe(
        'If nothing of an order is in stock and `backorders` is cancel: a person decides, or the order is refused at once, ' +
          'with the 855',
      ),
    splitShipments: z.boolean().default(true).describe('Whether one order may ship from several nodes'),
    substitution: z
      .enum(['never', 'with-approval'])
      .default('never')
      .describe(
        'Whether another item may be sent in place of the ordered one, where a person agrees it with the buyer',
      ),
    surplus: z
      .strictObject({
        upToPercent: nonNegativeDecimal
          .default('0')
          .describe('Taken without a question, percent of the ordered quantity of a line over all of its shipments'),
        charge: z.boolean().default(true).describe('Whether what is taken without a question is charged'),
      })
      .prefault({})
      .describe('What a warehouse ships beyond what was ordered. A person is asked about more than that'),
    shipWithin: deadline
      .default('P3D')
      .describe('Latest shipment after receipt if the order names no date, as a deadline'),
    deadlines,
    acknowledgment,
    shipNotice,
    labels,
    invoicing,
    returns,
    routing,
    priority: z.int().min(1).max(5).default(3).describe('Priority of its work: 1 first, 5 last'),
    fairnessWeight: z
      .number()
      .min(0.001)
      .max(1000)
      .default(1)
      .describe('Share of the workers among partners of one priority'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('us')
      .describe('Region in which its data must be kept; recorded only, because an installation is in one region'),
    guides: z
      .record(setId, z.array(guideRule))
      .default({})
      .describe('Rules of the partner on top of the standard, by transaction set'),
    acceptWithErrors: z
      .record(setId, z.array(acceptedFault).max(200))
      .default({})
      .describe(
        'Faults of the syntax that refuse no document, by transaction set. It is answered with E and each fault, and taken. A fault at ' +
          'an element that the order or payment is made of still refuses, unless a text is only too long or too short',
      ),
    map,
    ignores: z
      .record(setId, z.record(contentPattern, z.string().min(1).max(200)))
      .default({})
      .describe(
        'What of an inbound document is of no concern, by transaction set: the content as `npm run x12` names it → why. It covers ' +
          'what is below it as well: N1[VN] also N1[VN]/N3. Other content that nothing uses is a question to a person when it is ' +
          'first seen',
      ),
  })
  .superRefine((profile, context) => {
    for (const { path, message } of misplaced(profile)) context.addIssue({ code: 'custom', path, message });
  })
  .superRefine(({ ignores }, context) => {
    for (const [set, contents] of Object.entries(ignores)) {
      const known = new Set(allGuides().flatMap((guide) => (guide.set === set ? [...guide.knownSegments] : [])));
      if (!readSets.includes(set)) {
        const message = `is a set that nothing is read from${didYouMean(set, readSets)}`;
        context.addIssue({ code: 'custom', path: ['ignores', set], message });
        continue;
      }
      for (const content of Object.keys(contents)) {
        const strange = segmentsIn(content).find((id) => !known.has(id));
        if (strange === undefined) continue;
        const message = `names ${strange}, a segment that our guides of the ${set} do not have${didYouMean(strange, known)}`;
        context.addIssue({ code: 'custom', path: ['ignores', set, content], message });
      }
    }
  })
  .superRefine(({ acceptWithErrors, guides: rules }, context) => {
    for (const [set, faults] of Object.entries(acceptWithErrors)) {
      const guides = allGuides().filter((guide) => guide.set === set);
      for (const { index, message } of unknownPlaces(faults, guides)) {
        // A segment that the profile itself adds is in no guide of ours.
        if (rules[set]?.some((rule) => rule.after !== undefined && rule.segment.endsWith(faults[index]?.segment ?? '')))
          continue;
        context.addIssue({ code: 'custom', path: ['acceptWithErrors', set, index], message });
      }
    }
  })
  .superRefine(({ documents: { functionalAcknowledgment: set }, x12: { version } }, context) => {
    if (guideOf(set, version) !== undefined) return;
    const first = allGuides().find((guide) => guide.set === set)?.version;
    const message = `can only be ${set} from release ${first} on, and ${version} is sent (x12.version)`;
    context.addIssue({ code: 'custom', path: ['documents', 'functionalAcknowledgment'], message });
  })
  .superRefine(({ documents: { outbound }, x12: { version } }, context) => {
    for (const [set, rule] of Object.entries(outbound)) {
      if (rule === undefined || guideOf(set, version) !== undefined) continue;
      const message = `cannot be sent: release ${version} (x12.version) has no guide of it here`;
      context.addIssue({ code: 'custom', path: ['documents', 'outbound', set], message });
    }
  })
  .superRefine(({ orders: { unsupported }, documents: { outbound } }, context) => {
    const { set } = unsupported === 'advise' ? applicationAdvice : orderAcknowledgment;
    if (unsupported === 'ask' || outbound[set] !== undefined) return;
    const message = `can only be ${unsupported} if the partner is told so: documents.outbound has no ${set}`;
    context.addIssue({ code: 'custom', path: ['orders', 'unsupported'], message });
  })
  .superRefine(({ orders: { unknownItems }, documents: { outbound } }, context) => {
    const { set } = orderAcknowledgment;
    if (unknownItems === 'ask' || outbound[set] !== undefined) return;
    const message = `can only be reject if the partner is told so: documents.outbound has no ${set}`;
    context.addIssue({ code: 'custom', path: ['orders', 'unknownItems'], message });
  })
  .superRefine(({ returns: { credit }, documents: { outbound } }, context) => {
    if (credit === 'none' || lookup(outbound, credit) !== undefined) return;
    const message = `needs the document: documents.outbound has no ${credit}`;
    context.addIssue({ code: 'custom', path: ['returns', 'credit'], message });
  })
  .superRefine(({ acknowledgment: stated, x12: { version } }, context) => {
    for (const { path, message } of unknownStatuses(stated, version)) {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .describe('Partner profile');

export type PartnerProfileContent = z.output<typeof partnerProfile>;
export type DocumentAddition = z.output<typeof documentAddition>;
export type GuideRule = z.output<typeof guideRule>;

/**
 * A resolved profile. `version` identifies its content; an order keeps the version it started with.
 */
export type PartnerProfile = PartnerProfileContent & {
  /**
   * First 16 hexadecimal digits of the SHA-256 of the resolved content, before environment
   * variables are filled in.
   */
  readonly version: string;
};
