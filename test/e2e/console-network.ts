import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { inboundOf, isAcknowledged, nameOf } from '../../mappings/edi/documents/registry.ts';
import { inboxAnswer, UNTOUCHED } from './console-network-inbox.ts';
import { returnsOf } from './console-network-returns.ts';

/**
 * A fake of the API without database or workflows. It produces rare answers of the real API on
 * demand: silence, 429, 401 in the middle of a session, a refused resolution.
 */

export const KEY = 'tl_test_0123456789abcdefghijklmnop';
const HARBOR_ORDER = '01JH0000000000000000000001';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const partners = [
  { id: 'harbor-pine', name: 'Harbor & Pine Stores', problemCount: 1 },
  { id: 'tri-valley', name: 'Tri-Valley Supply', problemCount: 0 },
  { id: 'cobalt-ridge', name: 'Cobalt Ridge Hardware', problemCount: 0 },
].map((partner) => ({ ...partner, usage: 'test', profileVersion: '9f2c41d07b6a3e58' }));

const profileProblems = [
  {
    code: 'profile-value-invalid',
    file: 'harbor-pine.yaml',
    line: 31,
    column: 3,
    key: 'pricing.tolerence',
    reason: 'is an unknown key; did you mean tolerance?',
  },
];

const profileWarnings = [
  {
    code: 'profile-terms-odd',
    file: 'tri-valley.yaml',
    line: 52,
    column: 5,
    key: 'invoicing.terms.discountDays',
    reason: 'are 40, beyond the 30 net days: the discount could still be taken when the payment is overdue',
  },
];

/** A part of a partner: lists, and the file of its profile. */
function partnerPart(part: string, id: string | undefined, below: string | undefined, leftOut: readonly object[]) {
  if (part === 'profile' && below === undefined) {
    return {
      text: 'extends: templates/distributor\n',
      revision: '1',
      files: [`${id}.yaml`, 'templates/distributor.yaml'],
      editable: false,
      values: [{ key: 'backorders', value: 'backorder', from: 'templates/distributor.yaml' }],
    };
  }
  if (part === 'left-out-content') return { items: leftOut };
  return { items: [], more: false, nextCursor: null };
}

function partnerDetail(id: string | undefined) {
  const partner = partners.find((each) => each.id === id);
  return (
    partner && {
      ...partner,
      documents: { inbound: ['850', '820', '997'], outbound: [{ set: '855' }, { set: '856' }, { set: '810' }] },
      versions: [{ version: partner.profileVersion, firstUsedAt: at(-900) }],
      certification: {
        state: 'certified',
        finishedAt: at(-3000),
        passed: 12,
        failed: 0,
        notRun: 2,
        report: '.throughline/certification/report.html',
        scenarios: [{ name: 'split', state: 'passed', reason: null }],
      },
      problems: partner.problemCount > 0 ? profileProblems : [],
      warnings: id === 'tri-valley' ? profileWarnings : [],
    }
  );
}

const waits: Record<string, string | null> = {
  received: 'the price list of the ERP',
  confirmed: 'release to warehouse RNO',
  inFulfillment: 'warehouses RNO and MEM to ship',
  partiallyShipped: 'the rest of line 2 from warehouse MEM',
  shipped: 'the ERP to invoice shipment S-20418',
  invoiced: 'payment of 1 invoice, due Dec 21, 2026',
  closed: null,
  cancelled: null,
  rejected: null,
  exception: null,
};

function orderItems() {
  return Object.entries(waits).flatMap(([status, waitingFor], index) =>
    [0, 1].map((copy) => {
      const place = index * 2 + copy;
      const partner = partners[place % 3];
      return {
        id: status === 'partiallyShipped' && copy === 0 ? HARBOR_ORDER : `01JH00000000000000000001${10 + place}`,
        partnerId: partner?.id,
        partnerName: partner?.name,
        poNumber: `${['HP', 'TV', 'CR'][place % 3]}-${104_200 + place * 17}`,
        release: place === 5 ? '002' : '',
        repeated: place === 5,
        part: '',
        channel: partner?.id === 'cobalt-ridge' ? 'api' : 'edi',
        status,
        waitingFor,
        currency: 'USD',
        total: status === 'received' ? null : 48_915 + place * 123_457,
        erpOrderNumber: ['received', 'rejected'].includes(status) ? null : `SO-${88_100 + place}`,
        receivedAt: at(-7 - place * 47),
        updatedAt: at(-2),
        nextDeadline: waitingFor === null && status !== 'exception' ? null : at(place === 2 ? -14 : place * 31 + 9),
        inJeopardy: status === 'inFulfillment' && copy === 0,
        openExceptions:
          status === 'exception'
            ? [
                {
                  id: `exception-${place}`,
                  type: 'price-outside-tolerance',
                  summary: 'Line 2: PO price $4.10, contract price $4.55, tolerance 2 %.',
                },
              ]
            : [],
        heldUp: status === 'confirmed' && copy === 0 ? [heldUp] : [],
        links: { self: '/v1/orders/x' },
      };
    }),
  );
}

const heldUp = {
  system: 'wms.west',
  since: at(-17),
  attempts: 19,
  nextAttemptAt: at(0.5),
  triedUntil: at(2_860),
  reason: 'wms.west: the connection failed during POST /releases: ECONNREFUSED',
};

function interchangeItems() {
  const file = (id: string, minutes: number, controlNumber: string, more: object = {}) => ({
    interchangeId: id,
    direction: 'inbound',
    state: 'processed',
    stuck: false,
    partnerId: 'harbor-pine' as string | null,
    partnerName: 'Harbor & Pine Stores' as string | null,
    senderId: 'HARBORPINE',
    receiverId: 'MERIDIAN',
    controlNumber,
    transport: 'https',
    fileName: null as string | null,
    size: 1_894,
    receivedAt: at(-minutes),
    processedAt: at(-minutes) as string | null,
    attemptedAt: null,
    deliveredAt: null as string | null,
    deadline: null as string | null,
    correlationId: '7f1c9a52-6f7e-4a1e-9d8e-1e5b7f3f4a10',
    links: {},
    evidence: null as string | null,
    errors: [] as object[],
    transactions: [] as object[],
    transactionCounts: {} as Record<string, number>,
    firstError: null as string | null,
    waitsFor: null,
    ...more,
  });
  const harborOrder = [{ orderId: HARBOR_ORDER, poNumber: 'HP-104302', part: '' }];
  const set = (position: number, transactionSet: string, state: string, more: object = {}) => ({
    documentId: `d${position}`,
    position,
    transactionSet,
    name: nameOf(transactionSet),
    groupControl: '117',
    transactionControl: String(position).padStart(4, '0'),
    state,
    acknowledgment: null,
    orders: [] as object[],
    question: null,
    errors: [],
    ...more,
  });
  const out = { direction: 'outbound', senderId: 'MERIDIAN', receiverId: 'HARBORPINE', processedAt: null };
  const unit = 'Unit or basis for measurement code must be one of CA, CT, DZ, EA, PK, and "BOX" is none of these.';
  return [
    file('file-fine', 3, '000000119', {
      transactions: [set(1, '850', 'accepted', { orders: harborOrder })],
      transactionCounts: { accepted: 1 },
    }),
    file('file-partly', 12, '000000117', {
      fileName: 'orders-monday.edi',
      firstError: `850 0002: ${unit}`,
      transactionCounts: { accepted: 2, rejected: 1 },
      transactions: [
        set(1, '850', 'accepted', { orders: harborOrder }),
        set(2, '850', 'rejected', {
          errors: [
            {
              code: 'element-code',
              message: unit,
              place: 'PO103 (segment 7)',
              location: { segment: 'PO1', position: 7, element: 3, loop: 'PO1' },
            },
            {
              code: 'segment-missing',
              message: 'Segment CTT is missing.',
              place: 'CTT (segment 9)',
              location: { segment: 'CTT', position: 9 },
            },
          ],
        }),
        set(3, '850', 'accepted', { orders: harborOrder }),
      ],
    }),
    file('file-refused', 31, '000000477', {
      state: 'rejected',
      processedAt: null,
      partnerId: null,
      partnerName: null,
      senderId: 'NOBODYWEKNOW',
      firstError: 'no partner sends as ZZ/NOBODYWEKNOW to ZZ/MERIDIAN',
      errors: [
        {
          code: 'unknown-partner',
          message: 'no partner sends as ZZ/NOBODYWEKNOW to ZZ/MERIDIAN',
          place: 'ISA06 (segment 1)',
          location: { segment: 'ISA', position: 1, element: 6 },
        },
      ],
    }),
    file('file-unread', 44, '000000118', { state: 'received', stuck: true, processedAt: null }),
    file('file-answered', 58, '000000203', {
      ...out,
      state: 'delivered',
      deliveredAt: at(-57),
      evidence: 'mailbox entry 4711',
      firstError: '856 0001: refused by the partner (997 R)',
      transactionCounts: { rejected: 1, acknowledged: 1 },
      transactions: [
        set(1, '856', 'rejected', { acknowledgment: 'R', orders: harborOrder }),
        set(2, '855', 'acknowledged', { acknowledgment: 'A', orders: harborOrder }),
      ],
    }),
    file('file-unmatched', 70, '000000120', {
      firstError: 'TA101 acknowledges interchange 000000999, which was never sent to Harbor & Pine Stores.',
      errors: [
        {
          code: 'nothing-to-acknowledge',
          message: 'TA101 acknowledges interchange 000000999, which was never sent to Harbor & Pine Stores.',
          place: 'TA101 (segment 1)',
          location: { segment: 'TA1', position: 1, element: 1 },
        },
      ],
      transactionCounts: { unmatched: 1 },
      transactions: [
        set(1, '997', 'unmatched', {
          errors: [
            {
              code: 'nothing-to-acknowledge',
              message: 'AK102 acknowledges group 999, which was never sent to Harbor & Pine Stores.',
              place: 'AK102 (segment 2)',
              location: { segment: 'AK1', position: 2, element: 2 },
            },
          ],
        }),
      ],
    }),
    file('file-undelivered', 90, '000000204', {
      ...out,
      state: 'prepared',
      stuck: true,
      deadline: at(-30),
      partnerId: 'tri-valley',
      partnerName: 'Tri-Valley Supply',
      transactionCounts: { prepared: 1 },
      transactions: [set(1, '810', 'prepared', { orders: harborOrder })],
    }),
  ];
}

export interface Faults {
  /** Status of every answer under /v1. */
  status?: number;
  /** Answer /resolve with 409. */
  refuseResolution?: boolean;
}

export async function startConsoleNetwork(directory: string) {
  const faults: Faults = {};
  const resolved: unknown[] = [];
  const leftOut = [
    {
      transactionSet: '850',
      content: 'N1[VN]/N3',
      orderId: HARBOR_ORDER,
      decidedAt: at(-200),
      decidedBy: 'Ann <b>Field</b>',
    },
  ];
  const open = new Set<IncomingMessage['socket']>();

  const orders = orderItems();
  const interchanges = interchangeItems();
  const returns = returnsOf(HARBOR_ORDER);
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://console.test');
    if (!url.pathname.startsWith('/v1/')) return sendFile(directory, url.pathname, response);
    if (faults.status !== undefined) return sendProblem(response, faults.status);
    if (request.headers.authorization !== `Bearer ${KEY}`) return sendProblem(response, 401);
    const found = answerOf(url);
    if (url.pathname.endsWith('/resolve')) {
      if (faults.refuseResolution) return sendProblem(response, 409);
      let text = '';
      for await (const chunk of request) text += String(chunk);
      resolved.push(JSON.parse(text));
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{}');
      return;
    }
    if (url.pathname.endsWith('/forecast')) {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const { resolution, corrections = [] } = JSON.parse(text) as { resolution: string; corrections?: unknown[] };
      const forecast = {
        resolution,
        effect: 'The step is tried again.',
        corrections: corrections.map((one) => JSON.stringify(one)),
        remembered: 0,
        asksNext: null,
        goodsTotal: { amount: 125_000, currency: 'USD' },
      };
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(forecast));
      return;
    }
    if (request.method === 'POST' && url.pathname.startsWith('/v1/returns')) {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const taken = returns.take(url.pathname, JSON.parse(text));
      response.writeHead(202, { 'Content-Type': 'application/json' }).end(JSON.stringify(taken));
      return;
    }
    if (request.method === 'DELETE') {
      leftOut.length = 0;
      response.writeHead(204).end();
      return;
    }
    if (found === undefined) return sendProblem(response, 404);
    if (typeof found === 'string') {
      response.writeHead(200, { 'Content-Type': 'application/edi-x12' }).end(found);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(found));
  }

  function answerOf(url: URL): unknown {
    const [, , kind, id, part, rest] = url.pathname.split('/').map(decodeURIComponent);
    if (kind === 'me')
      return { name: 'Night desk', scopes: ['orders:read', 'orders:write', 'exceptions:resolve'], partnerId: null };
    if (kind === 'partners' && id === undefined) {
      return { items: partners, problems: profileProblems, warnings: profileWarnings };
    }
    if (kind === 'partners') return part === undefined ? partnerDetail(id) : partnerPart(part, id, rest, leftOut);
    if (kind === 'returns') return returns.answer(id);
    if (kind === 'exceptions') return inboxAnswer(id, part);
    if (kind === 'outages') return { items: [{ ...heldUp, orders: orders.filter(isHeldUp).length }] };
    if (kind === 'documents') return part === 'raw' ? RAW : { ...documents()[0], segments: SEGMENTS };
    if (kind === 'edi') return interchangeAnswer(url.searchParams, part, rest);
    if (kind === 'shipments') return `^XA${url.searchParams.get('format')}^XZ`;
    if (kind !== 'orders') return undefined;
    if (id === undefined) return page(url.searchParams);
    const order = orders.find((each) => each.id === id);
    if (order === undefined) return undefined;
    if (part === 'as-ordered') return asOrdered();
    if (part === 'timeline') return { items: timeline() };
    if (part === 'documents') return { items: documents() };
    if (part === 'explain') return { items: decisions(), nextCursor: null, count: decisions().length };
    return detailOf(order);
  }

  /** `/v1/edi/interchanges`, one of them, or its bytes. */
  function interchangeAnswer(query: URLSearchParams, id: string | undefined, part: string | undefined): unknown {
    if (id === undefined) return interchangePage(query);
    const file = interchanges.find(({ interchangeId }) => interchangeId === id);
    if (file === undefined || part === 'raw') return file && RAW;
    const { transactionCounts: _counts, firstError: _error, ...detail } = file;
    return detail;
  }

  function interchangePage(query: URLSearchParams) {
    const items = interchanges
      .filter(
        (file) =>
          (query.get('direction') ?? file.direction) === file.direction &&
          (query.get('partnerId') ?? file.partnerId) === file.partnerId &&
          (query.get('controlNumber') ?? '').padStart(9, '0').replace(/^0+$/, '') ===
            (query.has('controlNumber') ? file.controlNumber : '') &&
          !query.has('kept') &&
          (!query.has('withErrors') || file.firstError !== null) &&
          (!query.has('stuck') || file.stuck),
      )
      .map(({ errors: _errors, transactions: _transactions, evidence: _evidence, ...item }) => item);
    return { items, nextCursor: null };
  }

  function page(query: URLSearchParams) {
    const found = orders.filter(
      (order) =>
        (query.get('status') ?? order.status) === order.status &&
        (query.get('partner') ?? order.partnerId) === order.partnerId &&
        (!query.has('heldUpBy') || isHeldUp(order)) &&
        (!query.has('inJeopardy') || order.inJeopardy) &&
        `${order.poNumber} ${order.erpOrderNumber}`.includes(query.get('q') ?? ''),
    );
    const from = Number(query.get('cursor') ?? 0);
    const size = Math.min(Number(query.get('limit')), 12);
    return { items: found.slice(from, from + size), nextCursor: found.length > from + size ? `${from + size}` : null };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    orderId: HARBOR_ORDER,
    exceptionOrderId: orders.find(({ status }) => status === 'exception')?.id ?? '',
    faults,
    resolved,
    sentOfReturns: returns.sent,
    orders,
    interchanges,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isHeldUp = (order: { heldUp: readonly object[] }) => order.heldUp.length > 0;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

async function sendFile(directory: string, path: string, response: ServerResponse): Promise<void> {
  const file = TYPES[extname(path)] === undefined ? 'index.html' : path;
  const bytes = await readFile(join(directory, file));
  response
    .writeHead(200, {
      'Content-Type': TYPES[extname(file)],
      'Content-Security-Policy': "default-src 'self'",
    })
    .end(bytes);
}

const PROBLEMS: Record<number, { code: string; title: string; detail: string }> = {
  401: { code: 'invalid-key', title: 'The API key is not valid', detail: 'No client has this key.' },
  404: { code: 'unknown-order', title: 'There is no such order', detail: 'No order has this id.' },
  409: {
    code: 'illegal-resolution',
    title: 'The exception cannot be resolved in that way',
    detail: 'The order has been cancelled meanwhile.',
  },
  429: { code: 'too-many-requests', title: 'More requests than allowed', detail: '600 requests a minute.' },
  503: { code: 'records-unavailable', title: 'The records cannot be reached', detail: 'Postgres does not answer.' },
};

function sendProblem(response: ServerResponse, status: number): void {
  response
    .writeHead(status, {
      'Content-Type': 'application/problem+json',
      ...(status === 429 ? { 'Retry-After': '1' } : {}),
    })
    .end(JSON.stringify({ status, errors: [], ...PROBLEMS[status] }));
}

const deadlines = [
  {
    ...{ kind: 'acknowledge', subject: '855', at: '2026-11-21T18:00:00.000Z' },
    source: 'profile: documents.outbound.855.deadline, PT24H after orderReceived',
    ...{ state: 'met', doneAt: '2026-11-20T18:05:00.000Z' },
  },
  {
    ...{ kind: 'ship', subject: 'R-1', at: '2026-11-25T23:00:00.000Z', source: 'order: requestedShipDate (DTM 010)' },
    ...{ state: 'missed', doneAt: null },
  },
  {
    ...{
      kind: 'cancelAfter',
      subject: '',
      at: '2126-12-06T05:59:59.000Z',
      source: 'order: cancelAfter (DTM 001, 061)',
    },
    ...{ state: 'open', doneAt: null },
  },
];

function detailOf(order: ReturnType<typeof orderItems>[number]) {
  const line = (lineNumber: number, quantities: Record<string, string>, more: Record<string, unknown>) => ({
    lineNumber,
    lineId: String(lineNumber),
    customerSku: `HPS-55${lineNumber}0`,
    orderedUnit: 'EA',
    baseUnit: 'EA',
    unitFactor: '1',
    cancelled: '0',
    rejected: '0',
    backordered: '0',
    open: '0',
    shipped: '0',
    surplus: '0',
    takenOff: false,
    inQuestion: false,
    stores: [],
    ...quantities,
    ...more,
  });
  const isException = order.status === 'exception';
  return {
    ...order,
    workflowId: `order/harbor-pine/${order.poNumber}`,
    correlationId: '7f1c9a52-6f7e-4a1e-9d8e-1e5b7f3f4a10',
    orderedOn: '2026-11-20',
    closedAt: null,
    cancelling: null,
    changes: [] as object[],
    parts: [] as object[],
    corrections: [],
    shipTo: {
      name: 'Harbor & Pine #0412',
      lines: ['1180 Terminal Way'],
      city: 'Reno',
      region: 'NV',
      postalCode: '89502',
      country: 'US',
      identifiers: [],
    },
    lines: [
      line(
        1,
        { ordered: '144', shipped: '144' },
        {
          sku: 'MW-1001',
          description: 'Claw hammer 16 oz, fibreglass',
          orderedValue: '12',
          orderedUnit: 'CA',
          unitFactor: '12',
          unitPrice: '107.4',
        },
      ),
      line(
        2,
        { ordered: '1440', backordered: '240', open: '480', shipped: '720' },
        { sku: 'MW-1004', description: 'Deck screws 3 in, box of 100', orderedValue: '1440', unitPrice: '3.995' },
      ),
      line(
        3,
        { ordered: '36', cancelled: '6', shipped: '30' },
        {
          sku: 'MW-1009',
          description: 'Enamel dutch oven 5 qt, slate',
          orderedValue: '36',
          unitPrice: '41.5',
          stores: [
            { store: '0412', name: 'Terminal Way', ordered: '24', shipped: '24' },
            { store: '0413', ordered: '12', shipped: '6' },
          ],
        },
      ),
      line(
        4,
        { ordered: '0' },
        { sku: 'MW-1002', description: 'Tape measure 25 ft', orderedValue: '0', unitPrice: '9', takenOff: true },
      ),
    ],
    lineCount: 4,
    lineSums: [
      {
        ...{ baseUnit: 'EA', ordered: '1620', cancelled: '6', rejected: '0', backordered: '240' },
        ...{ open: '480', shipped: '894' },
      },
    ],
    highestLineIds: ['4', '3'],
    fulfillments: [
      {
        id: 'f1',
        node: 'RNO',
        releaseNumber: 'R-40112-1',
        state: 'shipped',
        lineCount: 2,
        lines: [
          { lineNumber: 1, quantity: '144' },
          { lineNumber: 2, quantity: '720' },
        ],
      },
      {
        id: 'f2',
        node: 'MEM',
        releaseNumber: 'R-40112-2',
        state: 'picking',
        lineCount: 2,
        lines: [
          { lineNumber: 2, quantity: '480' },
          { lineNumber: 3, quantity: '30' },
        ],
      },
    ],
    shipments: [
      {
        id: 's1',
        shipmentNumber: 'S-20418',
        node: 'RNO',
        shippedAt: at(-64),
        carrierScac: 'ODFL',
        billOfLading: 'BOL-77120',
        tracking: '1Z999AA10123456784',
        erpShipmentNumber: 'DN-30911',
        links: { labels: '/v1/shipments/s1/labels', packages: '/v1/shipments/s1/packages' },
        packageCount: 2,
        ...{ delivery: null, milestones: [], returns: [] },
        packages: [
          {
            sscc: '006141411234567890',
            palletSscc: '006141419999999997',
            kind: 'carton',
            markFor: '0412',
            lineCount: 1,
            lines: [{ lineNumber: 1, quantity: '72' }],
          },
          {
            sscc: '006141411234567906',
            palletSscc: '006141419999999997',
            kind: 'carton',
            markFor: null,
            lineCount: 2,
            lines: [
              { lineNumber: 1, quantity: '72' },
              { lineNumber: 2, quantity: '720' },
            ],
          },
        ],
      },
    ],
    invoices: [
      { invoiceNumber: 'INV-60031', invoicedOn: '2026-11-20', dueOn: '2026-12-20', total: 416_520, paid: 200_000 },
    ],
    payments: [
      {
        id: 'p1',
        reference: 'ACH-889012',
        method: 'ach',
        paidOn: '2026-11-21',
        invoiceNumber: 'INV-60031',
        amount: 200_000,
        adjustment: 0,
        receiptNumber: 'RC-771',
      },
    ],
    deadlines,
    timeZone: 'America/Chicago',
    exceptions: isException
      ? [
          {
            id: order.openExceptions[0]?.id,
            type: 'price-outside-tolerance',
            category: 'pricing',
            step: 'release to RNO',
            summary: 'Line 2: PO price $4.10, contract price $4.55, tolerance 2 %.',
            resolutions: ['correct', 'retry', 'accept', 'use-carrier', 'other-node', 'wait', 'cancel'],
            owner: 'pricing',
            state: 'open',
            openedAt: at(-21),
            dueAt: at(219),
            ...UNTOUCHED,
            resolvedAt: null,
            resolvedBy: null,
            lineIds: ['2'],
            lineCount: 1,
            corrections: ['price', 'refuse-line'],
            otherOrders: [],
          },
        ]
      : [],
    references: [],
    links: { temporal: 'http://localhost:8233/namespaces/default/workflows/order%2Fharbor-pine%2FHP-1' },
  };
}

function timeline() {
  const event = (
    id: string,
    minutes: number,
    type: string,
    summary: string,
    actor: string,
    detail: unknown = null,
  ) => ({
    id,
    at: at(minutes),
    type,
    summary,
    actor,
    detail,
    correlationId: 'c',
  });
  return [
    event('1', -90, 'order-accepted', 'PO received in interchange 000000117', 'partner harbor-pine', {
      control: '000000117',
    }),
    event('2', -89, 'priced', 'Contract prices matched on 3 of 3 lines', 'worker'),
    event('3', -88, 'erp-order', 'ERP order SO-88106 created', 'erp'),
    event('4', -88, 'document-queued', '855 acknowledgment queued for transmission', 'worker'),
    event('5', -87, 'step-failed', 'Warehouse MEM answered 503; trying again', 'wms-mem'),
    event('6', -64, 'shipment', 'Shipment S-20418 left RNO: 2 cartons on 1 pallet', 'wms-rno', {
      sscc: ['006141411234567890'],
    }),
    event('7', -60, 'invoiced', 'Invoice INV-60031 posted for $4,165.20', 'erp'),
  ];
}

function documents() {
  const document = (
    id: string,
    direction: string,
    transactionSet: string,
    state: string,
    control: string,
    more = {},
  ) => ({
    id,
    direction,
    transactionSet,
    name: nameOf(transactionSet),
    effect: direction === 'inbound' ? (inboundOf(transactionSet)?.apply ?? null) : null,
    awaitsAcknowledgment: direction === 'outbound' && isAcknowledged(transactionSet),
    version: '004010',
    state,
    createdAt: at(-80),
    deadline: direction === 'outbound' ? at(100) : null,
    transmittedAt: direction === 'outbound' ? at(-70) : null,
    acknowledgment: null,
    acknowledgedAt: null,
    interchangeId: 'i',
    controlNumbers: { interchange: control, group: '117', transaction: '0001' },
    errors: null,
    notUsed: [] as object[],
    encoding: null as string | null,
    rewritings: [] as object[],
    orderIds: [] as string[],
    question: null,
    links: {},
    ...more,
  });
  const markFor = {
    content: 'N1[Z7]',
    name: 'Name',
    place: 'N1 (segment 9)',
    text: 'N1*Z7*Aisle 4*92*77',
    count: 2,
    reason: null,
    ignored: null,
  };
  const vendor = { ...markFor, content: 'N1[VN]', text: 'N1*VN*Meridian', ignored: 'the vendor is us' };
  return [
    document('d1', 'inbound', '850', 'accepted', '000000117', { notUsed: [markFor, vendor] }),
    document('d2', 'outbound', '997', 'transmitted', '000000201'),
    document('d3', 'outbound', '855', 'acknowledged', '000000202', { acknowledgment: 'A', acknowledgedAt: at(-60) }),
    document('d4', 'outbound', '856', 'rejected', '000000203', {
      acknowledgment: 'R',
      acknowledgedAt: at(-50),
      errors: [{ code: 'ak4-7', path: 'MAN[9].02', message: 'MAN02 is not an SSCC that we know' }],
    }),
    document('d5', 'outbound', '810', 'queued', '', {
      transmittedAt: null,
      interchangeId: null,
      controlNumbers: { interchange: null, group: null, transaction: null },
    }),
  ];
}

function asOrdered() {
  return {
    currency: 'USD',
    shipTo: {
      identifiers: [{ scheme: 'partner', value: '0101' }],
      address: { name: 'Harbor & Pine Store 0101', lines: ['1180 Lighthouse Avenue'], city: 'Monterey', country: 'US' },
    },
    markFor: { identifiers: [{ scheme: 'partner', value: '0077' }] },
    references: [{ qualifier: 'DP', value: '0045' }],
    cancelAfter: '2026-12-05',
    notes: [{ text: 'Call before delivery', kind: 'WHI', for: ['warehouse'] }],
    attributes: { freightPayment: 'CC' },
    lineCount: 1,
    lines: [
      {
        lineId: '001',
        item: { sku: 'MW-1001', customerSku: '7701340' },
        quantity: { value: '24', unit: 'EA' },
        unitPrice: '11.35',
        notes: [],
        attributes: { pack: 'PO401 12' },
      },
    ],
  };
}

function decisions() {
  return [
    {
      id: '1',
      at: at(-89),
      rule: 'price-tolerance',
      ruleVersion: '1',
      inputs: { tolerancePercent: '2' },
      outcome: 'All lines within 2 %',
    },
    {
      id: '2',
      at: at(-88),
      rule: 'allocation',
      ruleVersion: '1',
      inputs: { preferred: ['RNO', 'MEM'] },
      outcome: 'RNO: lines 1, 2; MEM: rest of line 2, line 3',
    },
  ];
}

const RAW =
  'ISA*00*          *00*          *ZZ*HARBORPINE     *ZZ*MERIDIAN       *261120*0915*U*00401*000000117*0*P*>~GS*PO*HARBORPINE*MERIDIAN*20261120*0915*117*X*004010~ST*850*0001~BEG*00*SA*HP-104302**20261120~PO1*1*12*CA*107.4**VP*MW-1001~CTT*1~SE*5*0001~GE*1*117~IEA*1*000000117~';

const element = (
  reference: string,
  name: string,
  value: string,
  meaning: string | null = null,
  warning: string | null = null,
) => ({ reference, name, value, meaning, warning });
const UNKNOWN_UNIT = '"QQ" is no code that X12 has for unit of measure (element 355)';

const SEGMENTS = [
  {
    id: 'BEG',
    name: 'Beginning segment for purchase order',
    position: 2,
    loop: null,
    elements: [
      element('BEG01', 'Transaction set purpose code', '00', 'Original'),
      element('BEG02', 'Purchase order type code', 'SA', 'Stand-alone order'),
      element('BEG03', 'Purchase order number', 'HP-104302'),
      element('BEG04', 'Release number', ''),
      element('BEG05', 'Date', '20261120', '2026-11-20'),
    ],
  },
  {
    id: 'PO1',
    name: 'Baseline item data',
    position: 3,
    loop: 'PO1',
    elements: [
      element('PO101', 'Assigned identification', '1'),
      element('PO102', 'Quantity ordered', '12'),
      element('PO103', 'Unit or basis for measurement code', 'QQ', null, UNKNOWN_UNIT),
      element('PO104', 'Unit price', '107.4'),
      element('PO106', 'Product/service ID qualifier', 'VP', "Vendor's part number"),
      element('PO107', 'Product/service ID', 'MW-1001'),
    ],
  },
];
