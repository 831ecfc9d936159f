import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { Answer } from './calls.ts';
import { closed, type Given, quiet, read } from './given.ts';
import {
  canonicalOrder,
  interchangeOf,
  interchangeWith,
  purchaseOrder,
  segmentsOf850,
  shapes,
} from './purchase-orders.ts';
import { elementOf, receivedDocuments } from './received-documents.ts';

const MIB = 1024 * 1024;

export function badInput(given: () => Given): void {
  const sound = (poNumber: string, control: number) =>
    interchangeOf([purchaseOrder('harbor-pine', poNumber, shapes.oneLine)], control);

  describe('good parts go on', () => {
    it('accepts both interchanges of one file', async () => {
      const { calls } = given();
      const taken = await calls.file('harbor-pine', sound('HP-FIRST', 810_001) + sound('HP-SECOND', 810_002));
      expect(taken).toMatchObject({ status: 202, body: { interchanges: [{ errors: [] }, { errors: [] }] } });
      await closed(given(), ['HP-FIRST', 'HP-SECOND']);
    });

    it('accepts the valid interchange of a file beside a broken one', async () => {
      const { calls } = given();
      const broken = sound('HP-BROKEN', 810_003).replace('IEA*1*000810003', 'IEA*1*000810099');
      const taken = await calls.file('harbor-pine', broken + sound('HP-SOUND', 810_004));
      expect(taken).toMatchObject({
        status: 202,
        body: { interchanges: [{ state: 'rejected', controlNumber: '000810003' }, { state: 'received' }] },
      });
      await closed(given(), ['HP-SOUND']);
    });

    it('accepts valid transaction sets beside invalid ones, and a 997 reports which and why', async () => {
      const { calls, prisma, profiles } = given();
      const orders = ['HP-GOOD-1', 'HP-BAD-QUANTITY', 'HP-BAD-COUNT', 'HP-GOOD-2'].map((po) =>
        purchaseOrder('harbor-pine', po, shapes.oneLine),
      );
      const transactions = orders.map((order) => ({ set: '850', segments: segmentsOf850(order) }));
      const file = interchangeWith('harbor-pine', 810_011, transactions)
        .replace(/(HP-BAD-QUANTITY[\s\S]*?PO1\*10\*)7\*/, '$1SEVEN*')
        .replace(/(HP-BAD-COUNT[\s\S]*?SE\*)\d+/, '$199');
      const taken = await calls.file('harbor-pine', file);
      expect(taken.status).toBe(202);
      const { transactions: outcome } = await read(given(), taken);
      expect(outcome.map((one: { state: string }) => one.state)).toEqual([
        'accepted',
        'rejected',
        'rejected',
        'accepted',
      ]);
      expect(outcome[1].errors).toMatchObject([{ location: { segment: 'PO1', element: 2 } }]);
      expect(outcome[2].errors).toMatchObject([{ location: { segment: 'SE', element: 1 } }]);
      await closed(given(), ['HP-GOOD-1', 'HP-GOOD-2']);
      expect(await prisma.order.count({ where: { poNumber: { in: ['HP-BAD-QUANTITY', 'HP-BAD-COUNT'] } } })).toBe(0);

      await quiet(given());
      const answer = (await receivedDocuments(calls, profiles)).find(
        (one) => one.set === '997' && elementOf(one, 'AK1', 2) === '810011',
      );
      expect(answer?.faults).toEqual([]);
      const told = answer?.segments.map(({ id, elements }) => [id, ...elements].join('*'));
      expect(told?.filter((segment) => segment.startsWith('AK5'))).toEqual(['AK5*A', 'AK5*R*5', 'AK5*R*4', 'AK5*A']);
      expect(told?.filter((segment) => /^AK[34]/.test(segment))).toEqual([
        expect.stringMatching(/^AK3\*PO1\*9\*/),
        expect.stringMatching(/^AK4\*2\*330\*6\*SEVEN/),
      ]);
      expect(told?.at(-1)).toBe('AK9*P*4*4*2');
    });

    it('reports to the partner that a completely invalid group was rejected', async () => {
      const { calls, profiles } = given();
      const order = purchaseOrder('tri-valley', 'TV-BAD-DATE', shapes.oneLine);
      const file = interchangeOf([order], 810_021).replace(/(TV-BAD-DATE\*\*)\d{8}/, '$120261399');
      const taken = await calls.file('tri-valley', file);
      const { transactions } = await read(given(), taken);
      expect(transactions).toMatchObject([
        { state: 'rejected', errors: [{ location: { segment: 'BEG', element: 5 } }] },
      ]);
      await quiet(given());
      const answer = (await receivedDocuments(calls, profiles)).find(
        (one) => one.set === '997' && elementOf(one, 'AK1', 2) === '810021',
      );
      expect(answer && elementOf(answer, 'AK9', 1)).toBe('R');
    });
  });

  describe('bad input has a status, a stable code and a place', () => {
    const file = (content: string | Uint8Array) => given().calls.file('harbor-pine', content);
    const good = () => sound('HP-NEVER', 810_031);
    const refusals: readonly [
      what: string,
      attempt: () => Promise<Answer>,
      status: number,
      code: string,
      fault: object,
    ][] = [
      [
        'a truncated file',
        () => file(good().slice(0, -60)),
        422,
        'interchange-refused',
        { code: 'interchange-truncated', path: expect.stringMatching(/^IEA/) },
      ],
      [
        'a wrong count of groups',
        () => file(good().replace('IEA*1*', 'IEA*2*')),
        422,
        'interchange-refused',
        { code: 'group-count', path: expect.stringMatching(/^IEA01/) },
      ],
      [
        'a wrong control number',
        () => file(good().replace('IEA*1*000810031', 'IEA*1*000810032')),
        422,
        'interchange-refused',
        { code: 'interchange-control-mismatch', path: expect.stringMatching(/^IEA02/) },
      ],
      [
        'an unknown partner',
        () => given().calls.file('harbor-pine', good().replace('HARBORPINE     ', 'NOBODY         ')),
        422,
        'interchange-refused',
        { code: 'unknown-partner', path: expect.stringMatching(/^ISA06/) },
      ],
      [
        'another partner’s file',
        () => given().calls.file('tri-valley', good()),
        422,
        'interchange-refused',
        { code: 'sender-not-yours', path: expect.stringMatching(/^ISA06/) },
      ],
      [
        'a segment of 20 MiB',
        () => file(good().replace('HP-NEVER', 'X'.repeat(20 * MIB))),
        422,
        'interchange-refused',
        { code: 'segment-too-long' },
      ],
      [
        'binary rubbish',
        () => file(randomBytes(4 * MIB)),
        422,
        'interchange-refused',
        { code: 'not-x12', path: expect.stringMatching(/^ISA/) },
      ],
      [
        'JSON that is none',
        () =>
          given().calls.api('/v1/orders', {
            partner: 'cobalt-ridge',
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: undefined,
          }),
        400,
        'empty-body',
        {},
      ],
      [
        'JSON that breaks the schema',
        () => {
          const order = canonicalOrder(purchaseOrder('cobalt-ridge', 'CR-NEVER'));
          const [line] = order.lines;
          const body = { ...order, lines: [{ ...line, quantity: { value: 'many', unit: 'EA' } }] };
          return given().calls.api('/v1/orders', { partner: 'cobalt-ridge', method: 'POST', body });
        },
        422,
        'invalid-body',
        { path: 'lines[0].quantity.value' },
      ],
      [
        'a forged signature',
        () => event(given(), 'R-1', `whsec_${randomBytes(32).toString('base64')}`),
        401,
        'signature-invalid',
        {},
      ],
      [
        'an event for an unknown release',
        () => event(given(), 'R-UNKNOWN'),
        404,
        'unknown-release',
        { path: 'releaseNumber' },
      ],
    ];

    it.each(refusals)('%s', async (_, attempt, status, code, fault) => {
      const answer = await attempt();
      expect(answer).toMatchObject({ status, body: { status, code } });
      if (Object.keys(fault).length > 0) expect(answer.body.errors[0]).toMatchObject(fault);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body.correlationId).toBe(answer.headers.get('x-correlation-id'));
    });

    it('a body of 50 MiB is rejected by its size before it is read', async () => {
      const answer = await file(good().replace('HP-NEVER', 'X'.repeat(50 * MIB))).catch((error: Error) => error);
      // The server does not wait for what it will not read, so a sender in mid-sentence may see the connection close instead.
      if (!(answer instanceof Error))
        expect(answer).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
    });

    it('and afterwards a normal order still closes', async () => {
      const { calls, prisma } = given();
      await calls.file('harbor-pine', sound('HP-AFTERWARDS', 810_099));
      await closed(given(), ['HP-AFTERWARDS']);
      expect(await prisma.order.count({ where: { poNumber: { in: ['HP-NEVER', 'CR-NEVER', 'HP-BROKEN'] } } })).toBe(0);
    });
  });
}

/** A shipped event as a warehouse would sign it. */
async function event(
  { network }: Given,
  releaseNumber: string,
  secret = network.env.WMS_WEBHOOK_SECRET ?? '',
): Promise<Answer> {
  const body = JSON.stringify({
    schema: 'warehouseEvent/v1',
    eventId: `${releaseNumber}:0`,
    releaseNumber,
    occurredAt: new Date().toISOString(),
    type: 'accepted',
  });
  const now = new Date();
  const response = await fetch(`${network.apiUrl}/v1/warehouse-events`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': `${releaseNumber}:0`,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(`${releaseNumber}:0`, now, body),
    },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
