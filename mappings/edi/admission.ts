import { acknowledgeInterchange } from '../x12/acknowledgment.ts';
import { parseTransaction } from '../x12/parse.ts';
import type {
  AcknowledgmentCode,
  Guide,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ReadTransaction,
  ScannedInterchange,
  Tree,
  X12Error,
} from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import type { InboundDocument } from './documents/definition.ts';
import { documentOf, inboundOf } from './documents/registry.ts';
import { partnerGuide } from './partner-guide.ts';
import { NOTHING_TOLERATED, type Tolerated, toleratedBy } from './tolerance.ts';
import { segmentOf, textOf } from './tree.ts';

/** Decides what a partner may send, from its agreement alone; it reads no records. */

/** Code of the error that a file names another partner as its sender than the one whose key it came by. */
export const SENDER_NOT_YOURS = 'sender-not-yours';

/**
 * Checks that the sender is known and that the submitting partner (`only`, a partner id) may act
 * for it.
 */
export function interchangeAdmissionErrors(
  header: InterchangeHeader,
  partner: Agreement | undefined,
  only?: string,
): X12Error[] {
  const { senderQualifier, senderId, receiverQualifier, receiverId, usage } = header;
  if (partner === undefined) {
    return [
      isaError(
        6,
        'unknown-partner',
        `no partner sends as ${senderQualifier}/${senderId} to ${receiverQualifier}/${receiverId}`,
        senderId,
      ),
    ];
  }
  if (only !== undefined && only !== partner.id) {
    const message = `the file came by the key of ${only}, which may not send for ${senderQualifier}/${senderId}; it is kept with the files of ${only}`;
    return [isaError(6, SENDER_NOT_YOURS, message, senderId)];
  }
  const expected = partner.usage === 'production' ? 'P' : 'T';
  if (usage !== expected) {
    const message = `${partner.name} is in ${partner.usage}: ISA15 must be ${expected}, not ${usage}`;
    return [{ ...isaError(15, 'wrong-usage', message, usage), ak: { level: 'interchange', code: '020' } }];
  }
  return [];
}

/** Code of the warning of {@link controlNumberAgain}. */
export const CONTROL_NUMBER_AGAIN = 'control-number-again';

/**
 * Warns that another interchange of the same sender had this control number. Some partners restart
 * their numbers, so the interchange is accepted. A corrected resend looks the same, so people and
 * the partner are warned.
 *
 * @param earlier when the other interchange was received
 */
export function controlNumberAgain({ controlNumber }: InterchangeHeader, earlier: Date): X12Error {
  const at = `${earlier.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const message = `ISA13 ${controlNumber} came before with other content, on ${at}; this interchange is taken all the same`;
  return {
    ...isaError(13, CONTROL_NUMBER_AGAIN, message, controlNumber),
    ak: { level: 'interchange', code: '025' },
  };
}

function isaError(element: number, code: string, message: string, value: string): X12Error {
  return { code, message, place: { segment: 'ISA', position: 1, element }, value };
}

/** A transaction set that the partner may send, with the definition to read it. */
export interface Admitted {
  tree: Tree;
  guide: Guide;
  inbound: InboundDocument;
  tolerated: Tolerated;
}

/** A transaction set that nothing is made of: it is kept for a person. */
export interface Kept {
  kept: {
    /** Absent for a set without a guide. */
    guide?: Guide;
    tree?: Tree;
    /** The order that it is about, as it names it. */
    poNumber?: string;
  };
  tolerated: Tolerated;
}

/**
 * Returns the tree and the partner's guide of an accepted transaction set, or all errors that
 * refuse it. Faults that the profile accepts refuse only if the mapping reads what is at fault.
 */
export function admitTransaction(read: ReadTransaction, profile: Agreement): Admitted | Kept | { errors: X12Error[] } {
  if (read.refused) return { errors: [...read.group.errors, ...read.errors] };
  const { set } = read;
  const notSupported = (code: string, message: string): { errors: X12Error[] } => ({
    errors: [
      {
        code,
        message,
        place: { segment: 'ST', position: 1, element: 1, byteOffset: read.start },
        value: set,
        ak: { level: 'transaction', code: '1' },
      },
    ],
  });
  const { inbound: taken, kept } = profile.documents;
  const inbound = inboundOf(set);
  const isKept = kept.includes(set);
  const keepIt = `to have each kept for a person, list ${set} under documents.kept of its profile`;
  if (!isKept && !taken.includes(set)) {
    const why = inbound === undefined ? `, and there is no process for it; ${keepIt}` : '';
    return notSupported('set-not-supported', `${set} is not taken from ${profile.name}${why}`);
  }
  if (!isKept && inbound === undefined) {
    const message = `${set} is agreed with ${profile.name}, but there is no process for it; ${keepIt}`;
    return notSupported('set-without-process', message);
  }
  const release = read.version.slice(0, 6);
  if (!profile.x12.acceptedVersions.includes(release)) {
    const message = `version ${release} is not agreed with ${profile.name} (${profile.x12.acceptedVersions.join(', ')})`;
    // GS08 belongs to the group, so the whole group is refused.
    const ak = { level: 'group', code: '2' } as const;
    return { errors: [groupError(read, 8, 'version-not-agreed', message, read.version, ak)] };
  }
  // A set may lack a guide in a release that was agreed for other sets.
  const guide = partnerGuide(profile, set, read.version);
  if (guide === undefined) {
    if (isKept) return { kept: {}, tolerated: NOTHING_TOLERATED };
    return notSupported('set-not-supported', `our guides of release ${release} do not have the ${set}`);
  }
  const { tree, errors: found } = parseTransaction(read, guide);
  const ofGroup = groupErrors(read, guide);
  const tolerated = ofGroup.length > 0 ? undefined : toleratedBy(profile, read, tree, guide, found);
  if (tolerated === undefined) return { errors: [...ofGroup, ...found] };
  if (inbound !== undefined && !isKept) return { tree, guide, inbound, tolerated };
  const place = documentOf(set)?.about?.poNumber ?? (inbound?.apply === 'takes-order' ? inbound.poNumber : undefined);
  const poNumber = place && textOf(segmentOf(tree, place.segment), String(place.element).padStart(2, '0'));
  return { kept: { guide, tree, ...(poNumber !== undefined && { poNumber }) }, tolerated };
}

/**
 * A set in a group of the wrong functional identifier. A receiver that routes by GS01 would misread
 * it.
 */
export function groupErrors(read: ReadTransaction, guide: Guide): X12Error[] {
  const { set, functionalId } = read;
  if (functionalId === guide.functionalId) return [];
  const message = `${set} belongs into a group of ${guide.functionalId}, GS01 says ${functionalId}`;
  // AK502 6: invalid transaction set identifier.
  const ak = { level: 'transaction', code: '6' } as const;
  return [groupError(read, 1, 'set-not-of-group', message, functionalId, ak)];
}

function groupError(
  { group }: ReadTransaction,
  element: number,
  code: string,
  message: string,
  value: string,
  ak: AcknowledgmentCode,
): X12Error {
  return { code, message, place: { segment: 'GS', position: 1, element, byteOffset: group.start }, value, ak };
}

/**
 * Returns the TA1 for an interchange if the profile wants one. An interchange that contains only
 * TA1s is never acknowledged, because two sides could do so endlessly.
 *
 * @param errors of the envelope and admission; none for an accepted interchange
 * @param warnings of an accepted interchange
 */
export function answerToInterchange(
  profile: Agreement,
  scanned: Pick<ScannedInterchange, 'header' | 'groupCount' | 'interchangeAcknowledgments'>,
  errors: readonly X12Error[],
  warnings: readonly X12Error[] = [],
): InterchangeAcknowledgment | undefined {
  const wanted = profile.documents.interchangeAcknowledgment;
  const taken = errors.length === 0;
  const isAnswer = scanned.groupCount === 0 && scanned.interchangeAcknowledgments.length > 0;
  if (isAnswer || wanted === 'never') return undefined;
  if (taken && wanted === 'onError' && scanned.header?.acknowledgmentRequested !== true) return undefined;
  return acknowledgeInterchange({ ...scanned, ok: taken, errors: [...errors, ...warnings] });
}
