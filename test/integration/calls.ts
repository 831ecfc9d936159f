import { setTimeout as delay } from 'node:timers/promises';
import type { Network } from '../../scripts/stack/network.ts';
import { canonicalOrder, type Partner, type PurchaseOrder } from './purchase-orders.ts';

/** Calls to a running network: as partners, as support staff, and to control the sandbox. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several servers, whose schemas have tests of their own
  readonly body: any;
}

const PARTNER_KEYS = {
  'harbor-pine': 'SANDBOX_KEY_HARBOR_PINE',
  'tri-valley': 'SANDBOX_KEY_TRI_VALLEY',
  'cobalt-ridge': 'SANDBOX_KEY_COBALT_RIDGE',
} as const;
const ATTEMPT_MS = 10_000;

export type System = 'erp' | 'wms' | 'partners';

export function createCalls(network: Network) {
  const { installation, apiUrl, parts } = network;

  async function send(url: string, init: RequestInit & { key: string }): Promise<Answer> {
    const { key, headers, ...rest } = init;
    const response = await fetch(url, {
      ...rest,
      headers: { Authorization: `Bearer ${key}`, ...(headers as Record<string, string> | undefined) },
      signal: AbortSignal.timeout(rest.method === undefined ? ATTEMPT_MS : 3 * ATTEMPT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }

  const keyOf = (partner: Partner | undefined) =>
    partner === undefined ? installation.demoKey : (installation.secrets[PARTNER_KEYS[partner]] ?? '');

  return {
    /** Our API, with the key of a partner or, without one, with every scope. */
    api(path: string, options: { partner?: Partner; method?: string; body?: unknown; headers?: object } = {}) {
      const { partner, method, body, headers } = options;
      return send(`${apiUrl}${path}`, {
        key: keyOf(partner),
        ...(method === undefined ? {} : { method }),
        ...(body === undefined
          ? { headers: { ...headers } }
          : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } }),
      });
    },

    /** Hands in a file as it is. */
    file(partner: Partner, content: string | Uint8Array, fileName = 'orders.edi', headers: object = {}) {
      return send(`${apiUrl}/v1/edi/interchanges`, {
        key: keyOf(partner),
        method: 'POST',
        headers: {
          'Content-Type': 'application/edi-x12',
          'Content-Disposition': `attachment; filename="${fileName}"`,
          ...headers,
        },
        body: typeof content === 'string' ? Buffer.from(content, 'latin1') : (content as Uint8Array<ArrayBuffer>),
      });
    },

    order(order: PurchaseOrder, headers: object = {}) {
      return send(`${apiUrl}/v1/orders`, {
        key: keyOf(order.partnerId),
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': `${order.partnerId}-${order.poNumber}`,
          ...headers,
        },
        body: JSON.stringify(canonicalOrder(order)),
      });
    },

    /** A system of the sandbox. */
    system(system: System, path: string, options: { method?: string; body?: unknown } = {}) {
      return send(`${parts[system].url}${path}`, {
        key: installation.secrets.SANDBOX_TOKEN ?? '',
        ...(options.method === undefined ? {} : { method: options.method }),
        ...(options.body === undefined
          ? {}
          : { body: JSON.stringify(options.body), headers: { 'Content-Type': 'application/json' } }),
      });
    },

    /** A file from a partner's mailbox, byte for byte. */
    async mailboxFile(partner: Partner, fileName: string): Promise<Buffer> {
      const response = await fetch(`${parts.partners.url}/partners/${partner}/files/${fileName}/raw`, {
        headers: { Authorization: `Bearer ${installation.secrets.SANDBOX_TOKEN}` },
      });
      if (!response.ok) throw new Error(`${fileName} of ${partner}: HTTP ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
  };
}

export type Calls = ReturnType<typeof createCalls>;

/** As a partner's system does it: the same request again until it is taken. A refusal (4xx) is not tried again. */
export async function untilTaken(attempt: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  for (;;) {
    signal?.throwIfAborted();
    const answer = await attempt().catch(() => undefined);
    if (answer !== undefined && answer.status < 300) return answer;
    if (answer !== undefined && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
      throw new Error(`refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    await delay(300);
  }
}

/** Asks again and again until the answer is there. @throws with what was last seen when it is not there in time */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false>,
  seen: () => unknown = () => '',
): Promise<T> {
  for (const until = Date.now() + seconds * 1000; ; await delay(150)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > until) throw new Error(`not within ${seconds} s: ${what} ${JSON.stringify(seen())}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
