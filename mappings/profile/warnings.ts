import { addBusinessTime, dayOf, deadlineAfter, endOfDay, isAlwaysOpen } from '../../domain/calendar/calendar.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { coveredRules } from '../../domain/policy/rule-coverage.ts';
import { orderAcknowledgment, orderChange, purchaseOrder } from '../edi/documents/all.ts';
import { guideOf, nearestGuideOf, outboundDocuments } from '../edi/documents/registry.ts';
import { placeOf } from '../edi/partner-guide.ts';
import type { Guide } from '../x12/types.ts';
import { documentData, namesOf } from './document-data.ts';
import { type Place, type Scope, unknownPlacesIn } from './expression-places.ts';
import type { ProfileProblem } from './problem.ts';
import { type PartnerProfile, partnerProfile } from './profile.ts';
import { unknownCodesIn } from './unknown-codes.ts';

/** A likely mistake in a profile, which is used nevertheless. */
export interface ProfileWarning {
  readonly path: readonly PropertyKey[];
  readonly code: ProfileProblem['code'];
  readonly reason: string;
}

export function warningsIn(profile: PartnerProfile): ProfileWarning[] {
  return [
    ...unreachableRules(profile),
    ...oddTerms(profile),
    ...oddDays(profile),
    ...idleKeys(profile),
    ...unknownCodesIn(profile).map((unknown) => ({ ...unknown, code: 'profile-code-unknown' as const })),
    ...unlistedCodes(profile),
    ...unknownPlaces(profile),
  ];
}

/** The codes that a rule of `guides` allows; most guides list the usual codes and take others. */
function unlistedCodes({ guides, x12: { version, acceptedVersions } }: PartnerProfile): ProfileWarning[] {
  const releases = [...new Set([version.slice(0, 6), ...acceptedVersions])];
  return Object.entries(guides).flatMap(([set, rules]) => {
    const standards = releases.flatMap((release) => nearestGuideOf(set, release) ?? []);
    return rules.flatMap(({ segment, element, codes = [] }, index) => {
      const listed = new Set(standards.flatMap((guide) => codesAt(guide, segment, Number(element) - 1)));
      if (listed.size === 0) return [];
      return codes.flatMap((code, at) => {
        if (listed.has(code)) return [];
        const reason = `allows ${code}, which no guide of the ${set} lists for ${segment} ${element}${didYouMean(code, listed)}`;
        return [{ path: ['guides', set, index, 'codes', at], code: 'profile-code-unknown' as const, reason }];
      });
    });
  });
}

function codesAt(guide: Guide, segment: string, index: number): string[] {
  const node = placeOf(segment, guide)?.node;
  const element = node?.kind === 'loop' ? undefined : node?.segment.elements[index];
  return element?.kind === 'simple' ? Object.keys(element.codes ?? {}) : [];
}

function unreachableRules({ routing: { rules } }: PartnerProfile): ProfileWarning[] {
  return coveredRules(rules).map(({ index, by }) => ({
    path: ['routing', 'rules', index],
    code: 'profile-rule-unreachable',
    reason: `can never apply: ${by.map((at) => `rules.${at} ("${rules[at]?.name}")`).join(' and ')} ${by.length > 1 ? 'take' : 'takes'} everything that it would`,
  }));
}

function oddTerms({ invoicing: { terms } }: PartnerProfile): ProfileWarning[] {
  const { discountDays, netDays } = terms ?? {};
  if (discountDays === undefined || netDays === undefined || discountDays <= netDays) return [];
  const reason = `are ${discountDays}, beyond the ${netDays} net days: the discount could still be taken when the payment is overdue`;
  return [{ path: ['invoicing', 'terms', 'discountDays'], code: 'profile-terms-odd', reason }];
}

/** Keys that another one keeps from doing anything. */
function idleKeys({
  whenNothingAvailable,
  backorders,
  routing: { conflict, rules },
}: PartnerProfile): ProfileWarning[] {
  const idle = (path: readonly PropertyKey[], reason: string): ProfileWarning => ({
    path,
    code: 'profile-key-idle',
    reason,
  });
  return [
    ...(whenNothingAvailable === 'refuse' && backorders === 'backorder'
      ? [
          idle(
            ['whenNothingAvailable'],
            'is refuse and refuses nothing: what is not in stock is backordered (backorders)',
          ),
        ]
      : []),
    ...(conflict !== 'ask' && rules.length === 0
      ? [
          idle(
            ['routing', 'conflict'],
            `is ${conflict} and decides nothing: without rules the order’s carrier is taken`,
          ),
        ]
      : []),
  ];
}

const BUSINESS = / business$/;
/** A calendar that is closed for longer than this is a slip of a year, or of a month. */
const LONGEST_CLOSED_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Deadlines and days that come to something else than they say. */
function oddDays(profile: PartnerProfile): ProfileWarning[] {
  const { calendar, documents, shipWithin, routing } = profile;
  const { window } = routing;
  const odd = (path: readonly PropertyKey[], reason: string): ProfileWarning => ({
    path,
    code: 'profile-days-odd',
    reason,
  });
  const deadlines: [readonly PropertyKey[], string | undefined][] = [
    [['shipWithin'], shipWithin],
    ...Object.entries(documents.outbound).flatMap(([set, rule]): [readonly PropertyKey[], string | undefined][] => [
      [['documents', 'outbound', set, 'deadline'], rule?.deadline],
      [['documents', 'outbound', set, 'acknowledgment', 'within'], rule?.acknowledgment?.within],
    ]),
    ...Object.entries(profile.deadlines).flatMap(([kind, spans]) =>
      Object.entries(spans).map(([name, span]): [readonly PropertyKey[], string | undefined] => [
        ['deadlines', kind, name],
        span,
      ]),
    ),
  ];
  const always = isAlwaysOpen(calendar);
  const elapsed = deadlines.flatMap(([path, deadline]) => {
    if (!always || deadline === undefined || !BUSINESS.test(deadline)) return [];
    const text = deadline.replace(BUSINESS, '');
    return [odd(path, `is ${deadline}, which is ${text}: the calendar of the profile is always open`)];
  });
  const works = window?.weekdays?.some((day) => calendar.workingDays.includes(day)) ?? true;
  const idle = works
    ? []
    : [
        odd(
          ['routing', 'window', 'weekdays'],
          `are no working days; the calendar has ${calendar.workingDays.join(', ')}`,
        ),
      ];
  const late = tooLongFor(profile).map(({ name, reason }) => odd(['deadlines', 'leadTimes', name], reason));
  return [
    ...elapsed,
    ...idle,
    ...late,
    ...longClosings(calendar).map((reason) => odd(['calendar', 'holidays'], reason)),
  ];
}

/** Each long closing that holidays given as dates make. */
/** Lead times by which every order would be in jeopardy as soon as it comes. */
function tooLongFor({ calendar, documents, shipWithin, deadlines: { leadTimes } }: PartnerProfile) {
  // A Monday morning; the time that an order comes makes no difference worth a warning.
  const from = new Date('2026-01-12T14:00:00Z');
  const agreed = documents.outbound[orderAcknowledgment.set]?.deadline;
  const spans = [
    { name: 'ship', span: leadTimes.ship, within: shipWithin, key: 'shipWithin' },
    { name: 'acknowledge', span: leadTimes.acknowledge, within: agreed, key: 'the deadline of the 855' },
  ];
  return spans.flatMap(({ name, span, within, key }) => {
    if (span === undefined || within === undefined) return [];
    if (deadlineAfter(from, span, calendar) <= deadlineAfter(from, within, calendar)) return [];
    return [{ name, reason: `is ${span}, longer than ${key} (${within}): every order would be in jeopardy at once` }];
  });
}

function longClosings(calendar: PartnerProfile['calendar']): string[] {
  const days = calendar.holidays.filter((holiday) => /^\d{4}-/.test(holiday)).toSorted();
  const found: string[] = [];
  let closedUntil = '';
  for (const day of days) {
    if (day <= closedUntil) continue;
    closedUntil = dayBefore(nextOpening(day, calendar));
    const length = (Date.parse(closedUntil) - Date.parse(day)) / DAY_MS + 1;
    if (length > LONGEST_CLOSED_DAYS) found.push(`leave no working day from ${day} to ${closedUntil}`);
  }
  return found;
}

/** The first day from this one on that has open hours. */
function nextOpening(day: string, calendar: PartnerProfile['calendar']): string {
  const begins = new Date(endOfDay(dayBefore(day), calendar).getTime() + 1000);
  // Longer than the hour that the clocks may skip.
  return dayOf(addBusinessTime(begins, 'PT1M', { ...calendar, hours: undefined }), calendar);
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
}

/** Of which set expressions see the tree: `map.salesOrder` of this one, also for an order that came as another. */
const MAPPED = [
  { section: 'salesOrder', set: purchaseOrder.set, line: 'PO1' },
  { section: 'orderChange', set: orderChange.set, line: 'POC' },
] as const;
const OF_LINES = 'lines[].';

function unknownPlaces({ x12: { version, acceptedVersions }, map }: PartnerProfile): ProfileWarning[] {
  const ofOrder = MAPPED.flatMap(({ section, set, line }) => {
    const guides = acceptedVersions.flatMap((accepted) => nearestGuideOf(set, accepted) ?? []);
    const trees = guides.map(treeOf);
    const lines = guides.flatMap((guide) => loopOf(guide, [line]));
    return Object.entries(map[section]).flatMap(([name, text]) => {
      const input = name.startsWith(OF_LINES) ? lines : trees;
      const scope = { input, variables: { order: trees } };
      return inExpression(text, scope, ['map', section, name], `the ${set} of ${acceptedVersions.join(', ')}`);
    });
  });
  const added = Object.entries(map.documents).flatMap(([set, additions]) => {
    const guide = guideOf(set, version);
    const writes = outboundDocuments.find((document) => document.set === set)?.outbound.writes;
    if (guide === undefined || writes === undefined) return [];
    return additions.flatMap(({ at, when, elements }, index) => {
      const loop = loopOf(guide, at.split('/').slice(0, -1));
      const input = documentData(writes, profileNames(), loop);
      if (input === undefined) return [];
      const scope: Scope = { input };
      const path = ['map', 'documents', set, index];
      const where = `the ${set} of ${version}`;
      return [
        ...(when === undefined ? [] : inExpression(when, scope, [...path, 'when'], where)),
        ...Object.entries(elements).flatMap(([number, text]) =>
          inExpression(text, scope, [...path, 'elements', number], where),
        ),
      ];
    });
  });
  return [...ofOrder, ...added];
}

function inExpression(text: string, scope: Scope, path: readonly PropertyKey[], where: string): ProfileWarning[] {
  return unknownPlacesIn(text, scope).map(({ place, meant, isData }) => ({
    path,
    code: 'profile-path-unknown',
    reason: `reads ${place}, which ${isData ? `the data of ${where} do` : `${where} does`} not have${meant}`,
  }));
}

/** Expressions see the profile without its transport. */
function profileNames(): readonly Place[] {
  const { transport: _, ...shape } = partnerProfile.shape;
  const names = Object.entries(shape).map(([name, schema]) => [name, namesOf(schema)]);
  return [{ kind: 'data', names: { ...Object.fromEntries(names), version: undefined } }];
}

function treeOf({ children }: Guide): Place {
  return { kind: 'level', children };
}

/** One iteration of the loop at the end of a path of loops. */
function loopOf(guide: Guide, loops: readonly string[]): Place[] {
  const node = placeOf(loops.join('/'), guide)?.node;
  return node?.kind === 'loop' ? [{ kind: 'level', children: node.children }] : [];
}
