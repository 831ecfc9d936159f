/** What the header says about parties that lines name by their code. */
import type { Address } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { partyOf } from '../../party.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';

/** Like `textOf`, but the element does not count as used: to find what is to be read, or left to a person. */
export const peek: typeof textOf = (segment, element) => {
  const held = segment?.[element];
  const value: unknown = typeof held === 'object' ? ((held as { '1'?: unknown })['1'] ?? undefined) : held;
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
};

/** The N1 loops of a node with these codes. */
export function partiesOf(node: TreeNode, codes: readonly string[]): readonly TreeNode[] {
  return iterationsOf(node, 'N1').filter((loop) => isCode(loop, codes));
}

interface Code {
  readonly qualifier: string | undefined;
  readonly code: string | undefined;
}

/**
 * Whether the header names this party as a ship-to, and its address there. Looking the address up counts as
 * reading it.
 */
export function inHeader(
  tree: TreeNode,
  { qualifier, code }: Code,
  profile: Agreement,
): { isShipTo: boolean; address?: () => Address | undefined } {
  const loops =
    code === undefined
      ? []
      : iterationsOf(tree, 'N1').filter((loop) => isNamed(segmentOf(loop, 'N1'), { qualifier, code }));
  const isShipTo = loops.some((loop) => isCode(loop, profile.parties.shipTo));
  if (loops.length === 0) return { isShipTo };
  const address = () => {
    for (const loop of loops) {
      textOf(segmentOf(loop, 'N1'), '01');
      const found = partyOf(loop, profile)?.address;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return { isShipTo, address };
}

/** Whether the header names a ship-to itself, not only a party that stands in for it. */
export function namesShipTo(tree: TreeNode, profile: Agreement): boolean {
  return partiesOf(tree, profile.parties.shipTo).length > 0;
}

/** Whether the profile gives each line a ship-to of its own, so that the order needs none. */
export function linesNameShipTos(tree: TreeNode, profile: Agreement): boolean {
  const lines = iterationsOf(tree, 'PO1');
  return lines.length > 0 && lines.every((line) => ownShipTos(line, profile).length > 0);
}

/** Whether a line sends goods to this ship-to of the header, so that nobody need be asked about it. */
export function isShipToOfLine(tree: TreeNode, loop: TreeNode, profile: Agreement): boolean {
  const n1 = segmentOf(loop, 'N1');
  return iterationsOf(tree, 'PO1').some((line) => ownShipTos(line, profile).some((code) => isNamed(n1, code)));
}

function ownShipTos(line: TreeNode, { orders, parties }: Agreement): Code[] {
  const ofParty = (n1: SegmentObject | undefined) => ({ qualifier: peek(n1, '03'), code: peek(n1, '04') });
  const found: Code[] = [];
  for (const party of iterationsOf(line, 'N1')) {
    const asShipTo = orders.lineShipTos === 'order-per-ship-to' && isCode(party, parties.shipTo);
    const asStore =
      orders.storeDistribution === 'order-per-store' && isCode(party, parties.store) && party.QTY !== undefined;
    if (asShipTo || asStore) found.push(ofParty(segmentOf(party, 'N1')));
  }
  if (orders.storeDistribution !== 'order-per-store') return found;
  for (const sdq of segmentsOf(line, 'SDQ')) {
    for (let position = 3; position <= 21; position += 2) {
      const code = peek(sdq, String(position).padStart(2, '0'));
      if (code !== undefined) found.push({ qualifier: peek(sdq, '02'), code });
    }
  }
  return found;
}

function isCode(loop: TreeNode, codes: readonly string[]): boolean {
  return codes.includes(peek(segmentOf(loop, 'N1'), '01') ?? '');
}

function isNamed(n1: SegmentObject | undefined, { qualifier, code }: Code): boolean {
  return code !== undefined && peek(n1, '04') === code && peek(n1, '03') === qualifier;
}
