/** What becomes of goods that came back: what a warehouse tells of it, or a person. */
import { randomUUID } from 'node:crypto';
import { add, compare, isPositive, minimum, subtract } from '../../domain/decimal.ts';
import type { DisposeReturnInput } from '../../domain/returns/messages.ts';
import { type Disposition, dispose, undecided } from '../../domain/returns/quantities.ts';
import type { ReturnNoticeEvent } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { permanent } from '../lib/activity-failure.ts';
import { asJson, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from '../orders/dependencies.ts';
import { profileOfReturn } from './check-return.ts';
import { type Counted, counted, loadReturn, type ReturnLineRecord, tellOfReturn } from './return-record.ts';

type Disposed = Extract<ReturnNoticeEvent, { type: 'return-disposed' }>;

export interface Moved {
  lines: ReturnLineRecord[];
  /** Base units by SKU. */
  restocked: Map<string, string>;
}

export function disposedBySku(
  lines: readonly ReturnLineRecord[],
  event: Disposed,
  profile: PartnerProfile | undefined,
): Moved {
  return event.lines.reduce<Moved>(
    (moved, { sku, quantity, disposition }) => {
      const ofSku = moved.lines.filter((line) => line.sku === sku);
      const left = ofSku.reduce((sum, line) => add(sum, undecided(line)), '0');
      return disposed(moved, { sku, quantity, disposition, left, profile }, (line) => line.sku === sku);
    },
    { lines: [...lines], restocked: new Map() },
  );
}

/** A person says what becomes of goods: all of a request or nothing. The same id is the same request. */
export async function disposeReturn(
  deps: RecordDependencies,
  { returnId, id, lines: asked, by }: DisposeReturnInput & { returnId: string },
): Promise<Counted> {
  return deps.prisma.$transaction(async (records) => {
    const rma = await loadReturn(records, returnId, 'locked');
    const known = await records.returnReceipt.findUnique({
      where: { system_eventId: { system: PERSON, eventId: `${returnId}/${id}` } },
    });
    if (known !== null) return counted(records, returnId, rma.lines);
    const profile = deps.profiles.get(rma.partnerId) && (await profileOfReturn(deps, rma));
    const moved = asked.reduce<Moved>(
      (so, { lineNumber, quantity, disposition }) => {
        const line = so.lines.find((one) => one.lineNumber === lineNumber);
        if (line === undefined) throw permanent('unknown-line', `the return has no line ${lineNumber}`);
        const left = undecided(line);
        return disposed(so, { sku: line.sku, quantity, disposition, left, profile }, (one) => one === line);
      },
      { lines: [...rma.lines], restocked: new Map() },
    );
    await records.returnReceipt.create({
      data: {
        ...{ id: randomUUID(), system: PERSON, eventId: `${returnId}/${id}`, returnId, type: 'disposed' },
        ...{ state: 'taken', payload: asJson({ lines: asked, by }), correlationId: rma.correlationId },
      },
    });
    const summary = asked
      .map(({ lineNumber, quantity, disposition }) => {
        const line = rma.lines.find((one) => one.lineNumber === lineNumber);
        return `${quantity} ${line?.sku}: ${disposition}`;
      })
      .join(', ');
    await tellOfReturn(records, rma, [{ key: `disposed/${id}`, type: 'return.disposed', summary, actor: by }]);
    const result = await counted(records, returnId, moved.lines);
    await intoStock(records, rma.node ?? '', moved.restocked, new Date().toISOString());
    return result;
  });
}

const PERSON = 'api';

/** What is left of everything that came gets one disposition. */
export async function disposeRest(
  deps: RecordDependencies,
  { returnId, id, disposition, by }: { returnId: string; id: string; disposition: Disposition; by: string },
): Promise<Counted> {
  const rma = await loadReturn(deps.prisma, returnId);
  const lines = rma.lines
    .filter((line) => isPositive(undecided(line)))
    .map((line) => ({ lineNumber: line.lineNumber, quantity: undecided(line), disposition }));
  return disposeReturn(deps, { returnId, id, lines, by });
}

function disposed(
  { lines, restocked }: Moved,
  {
    sku,
    quantity,
    disposition,
    left,
    profile,
  }: {
    sku: string;
    quantity: string;
    disposition: Disposition;
    left: string;
    profile: PartnerProfile | undefined;
  },
  concerns: (line: ReturnLineRecord) => boolean,
): Moved {
  requireAllowed(disposition, profile);
  if (compare(quantity, left) > 0) {
    throw permanent(
      'more-than-received',
      `${quantity} of ${sku} are more than the ${left} that wait for a disposition`,
    );
  }
  let rest = quantity;
  const moved = lines.map((line) => {
    if (!concerns(line) || !isPositive(rest)) return line;
    const part = minimum(rest, undecided(line));
    rest = subtract(rest, part);
    return isPositive(part) ? (dispose(line, disposition, part) ?? line) : line;
  });
  if (disposition !== 'restock') return { lines: moved, restocked };
  return { lines: moved, restocked: new Map(restocked).set(sku, add(restocked.get(sku) ?? '0', quantity)) };
}

export function requireAllowed(disposition: Disposition, profile: PartnerProfile | undefined): void {
  const allowed = profile?.returns.dispositions;
  if (allowed === undefined || allowed.includes(disposition)) return;
  throw permanent('disposition-not-allowed', `${disposition} is not agreed; ${allowed.join(', ')} are`);
}

/**
 * What goes into stock can be promised again at once. A balance that the warehouse has counted since then has it already.
 * Balances are locked last, in order of SKU.
 */
export async function intoStock(
  records: Transaction,
  node: string,
  restocked: ReadonlyMap<string, string>,
  at: string,
): Promise<void> {
  for (const [sku, quantity] of [...restocked].sort(([one], [other]) => (one < other ? -1 : 1))) {
    await records.$executeRaw`
      INSERT INTO "InventoryBalance" AS b ("node", "sku", "onHand", "asOf")
      VALUES (${node}, ${sku}, ${quantity}::numeric, ${new Date(at)})
      ON CONFLICT ("node", "sku") DO UPDATE SET "onHand" = b."onHand" + EXCLUDED."onHand"
      WHERE b."asOf" <= EXCLUDED."asOf"`;
  }
}
