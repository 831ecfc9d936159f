/** All kinds of changes, and how the parts of one change are decided together. */
import { compare } from '../../decimal.ts';
import { addition } from './add.ts';
import { cancellation } from './cancel.ts';
import { dates } from './dates.ts';
import { deletion } from './delete.ts';
import { item } from './item.ts';
import { type Ask, type ChangeKind, type ChangingLine, type ChangingOrder, type OpenAt, releaseOf } from './order.ts';
import { other } from './other.ts';
import type { ChangedPart, PartOutcome } from './outcome.ts';
import { price } from './price.ts';
import { quantity } from './quantity.ts';
import { shipTo } from './ship-to.ts';

export const changeKinds = {
  quantity,
  add: addition,
  delete: deletion,
  price,
  dates,
  'ship-to': shipTo,
  item,
  cancel: cancellation,
  other,
  // biome-ignore lint/suspicious/noExplicitAny: each kind knows its own ask and what it did.
} as const satisfies Record<ChangedPart, ChangeKind<any, any>>;

// biome-ignore lint/suspicious/noExplicitAny: as above.
const kindOf = (ask: Ask): ChangeKind<any, any> => changeKinds[ask.part];

/** A part that was decided; what it did, if it was applied. */
export interface DecidedPart {
  readonly ask: Ask;
  readonly outcome: PartOutcome;
  readonly done?: { readonly what: unknown };
}

export interface DecidedParts {
  readonly order: ChangingOrder;
  readonly parts: readonly DecidedPart[];
}

/** Decides and applies parts one after another: each sees what those before it did. */
export function decideParts(order: ChangingOrder, asks: readonly Ask[]): DecidedParts {
  let changed = order;
  const parts = asks.map((ask): DecidedPart => {
    const about = { part: ask.part, ...('lineId' in ask && ask.lineId !== undefined && { lineId: ask.lineId }) };
    const verdict = kindOf(ask).validate(changed, ask);
    const outcome = { ...about, ...verdict };
    if (verdict.result === 'rejected') return { ask, outcome };
    const applied = kindOf(ask).apply(changed, ask);
    changed = applied.order;
    return { ask, outcome, done: { what: applied.done } };
  });
  return { order: changed, parts };
}

/** Takes applied parts back, because something else stands against them; the others stay. */
export function withoutParts(
  decided: DecidedParts,
  reasonFor: (part: DecidedPart) => string | undefined,
): DecidedParts {
  let { order } = decided;
  const parts = decided.parts
    .toReversed()
    .map((part): DecidedPart => {
      const reason = part.done === undefined ? undefined : reasonFor(part);
      if (reason === undefined || part.done === undefined) return part;
      order = kindOf(part.ask).undo(order, part.ask, part.done.what);
      return { ask: part.ask, outcome: { ...part.outcome, result: 'rejected', reason } };
    })
    .toReversed();
  return { order, parts };
}

/** Releases that hold something else, or are to be made known something else, than before. */
export function touchedReleases(before: ChangingOrder, after: ChangingOrder): string[] {
  const wasAt = new Map(before.lines.map((line) => [line.lineId, line]));
  const kept = after.lines.flatMap((line) => {
    const was = wasAt.get(line.lineId);
    return was === undefined ? [] : [{ was, is: line }];
  });
  // An order ships by the days that suit every line, so other days of one line may be other days for all.
  const all = before.shipTo !== after.shipTo || [{ was: before, is: after }, ...kept].some((one) => !sameDates(one));
  const touched = kept.flatMap((one) => touchedAt(one, all));
  return before.releases.map(({ id }) => id).filter((id) => touched.includes(id));
}

function touchedAt({ was, is }: { was: ChangingLine; is: ChangingLine }, all: boolean): string[] {
  return was.open.flatMap(({ release, quantity: held }) => {
    const now = is.open.find((at: OpenAt) => at.release === release)?.quantity ?? '0';
    return (all && compare(held, '0') > 0) || compare(held, now) !== 0 ? [release] : [];
  });
}

function sameDates({ was, is }: Record<'was' | 'is', Pick<ChangingLine, 'dates'>>): boolean {
  return JSON.stringify(Object.entries(was.dates).sort()) === JSON.stringify(Object.entries(is.dates).sort());
}

/** Of the touched releases those that a warehouse has to give back first. */
export function toCallBack(before: ChangingOrder, after: ChangingOrder): string[] {
  return touchedReleases(before, after).filter((id) => releaseOf(before, id)?.standing === 'at-warehouse');
}
