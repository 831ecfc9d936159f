import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import { introduce } from '../../certification/introduce.ts';
import { syntaxOf } from '../../certification/purchase-order.ts';
import { tradeDataOf } from '../../certification/settings.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { articles, type Customer, gtinOf } from '../../sandbox/erp/master-data.ts';
import { type Segment, usualSyntax, writeInterchange } from '../../sandbox/x12.ts';
import { type Network, startNetwork } from '../../scripts/stack/network.ts';
import { eventually } from '../integration/calls.ts';
import { documentsIn, type ReceivedDocument } from '../integration/received-documents.ts';

/** A network with the chain of stores whose orders the files of this folder are. */
export interface Mall {
  readonly prisma: Database;
  readonly profiles: ReadonlyMap<string, PartnerProfile>;
  /** Sends a file as a purchase order, or as a change of one; returns the transaction set as it was read. */
  send(file: string, as: MallPartner, version?: string, poNumber?: string): Promise<Answer>;
  api(path: string, body?: object): Promise<Answer>;
  /** The page or file of a path, as text. */
  text(path: string, accept: string): Promise<string>;
  system(system: 'erp' | 'wms', path: string): Promise<Answer>;
  /** What the partner received, by the PO number of each document. */
  received(partner: MallPartner): Promise<ReceivedDocument[]>;
  stop(): Promise<void>;
}

export type MallPartner = (typeof PARTNERS)[number];
// biome-ignore lint/suspicious/noExplicitAny: answers of several servers, whose schemas have tests of their own
type Answer = any;

const DAY_MS = 86_400_000;
const PARTNERS = ['mall-stores', 'mall-asks', 'mall-deltas'] as const;

const shipTo = (code: string, name: string, line: string): Customer['shipTos'][number] => ({
  shipToNumber: code,
  codes: [code],
  name,
  lines: [line],
  city: 'Salt Lake City',
  region: 'UT',
  postalCode: '84116',
  country: 'US',
  preferredNodes: ['RNO', 'MEM'],
});

export async function givenMall(): Promise<Mall> {
  const partnersDir = mkdtempSync(join(tmpdir(), 'throughline-practice-'));
  cpSync('mappings/partners', partnersDir, { recursive: true });
  cpSync(join(import.meta.dirname, 'partners'), partnersDir, { recursive: true });
  const lines: string[] = [];
  const network = await startNetwork({
    env: { PARTNERS_DIR: partnersDir, RATE_LIMIT_PER_MINUTE: '1000000' },
    onLine: (_, line) => void lines.push(line),
    prepare: async ({ installation, databaseUrl, parts }) => {
      const prisma = createPrismaClient(databaseUrl, { poolSize: 1 });
      const env = { ...process.env, ...installation.secrets, PARTNERS_URL: `${parts.partners.url}/partners` };
      const profiles = loadProfiles(partnersDir, env);
      const sandbox = {
        erpUrl: parts.erp.url,
        partnersUrl: parts.partners.url,
        token: installation.secrets.SANDBOX_TOKEN ?? '',
        prisma,
      };
      for (const id of PARTNERS) {
        const profile = profiles.get(id) as PartnerProfile;
        const data = await tradeDataOf(partnersDir, profile);
        const shipTos = [
          shipTo('DC01', 'Mall Street DC', '1 Belt Road'),
          ...['0101', '0102', '0103'].map((code) => shipTo(code, `Mall Street ${code}`, `${Number(code)} Main Street`)),
        ].map((one) => ({ ...one, shipToNumber: `${data.customerNumber}-${one.shipToNumber}` }));
        if (data.added === undefined) throw new Error(`${id} is a customer of the sandbox already`);
        const business = { profile, data: { ...data, added: { ...data.added, shipTos } } };
        await introduce(sandbox, business, { name: id, key: keyOf(id) });
      }
      await prisma.$disconnect();
    },
  });
  return mallOf(network, partnersDir);
}

function keyOf(id: string): string {
  return `tl_practice_${id.padEnd(32, '-')}`;
}

function mallOf(network: Network, partnersDir: string): Mall {
  const { apiUrl, installation, parts } = network;
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 2 });
  const profiles = loadProfiles(partnersDir, network.env);
  let control = 0;
  const call = async (url: string, key: string, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${key}`, ...(init.headers as Record<string, string> | undefined) };
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  };
  const sandboxKey = installation.secrets.SANDBOX_TOKEN ?? '';
  const json = async (response: Response) => ({ status: response.status, body: (await response.json()) as Answer });
  const api = async (path: string, body?: object) => {
    const headers = { 'Content-Type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers };
    return json(await call(`${apiUrl}${path}`, installation.demoKey, init));
  };
  return {
    prisma,
    profiles,
    api,
    text: async (path, accept) =>
      (await call(`${apiUrl}${path}`, installation.demoKey, { headers: { Accept: accept } })).text(),
    system: async (system, path) => json(await call(`${parts[system].url}${path}`, sandboxKey)),
    async send(file, as, version = '004010', poNumber = '') {
      control += 1;
      const segments = segmentsOf(file, poNumber);
      const isChange = segments[0]?.[0] === 'BCH';
      const profile = profiles.get(as) as PartnerProfile;
      const { theirs, ours } = profile.identifiers;
      const text = writeInterchange({
        sender: theirs.isaId,
        receiver: ours.isaId,
        groupSender: theirs.gsId,
        groupReceiver: ours.gsId,
        syntax: { ...syntaxOf(profile), ...usualSyntax, version },
        control,
        groupControl: control,
        functionalId: isChange ? 'PC' : 'PO',
        at: new Date(),
        transactions: [{ set: isChange ? '860' : '850', segments }],
      });
      const taken = await call(`${apiUrl}/v1/edi/interchanges`, keyOf(as), {
        method: 'POST',
        headers: { 'Content-Type': 'application/edi-x12' },
        body: Buffer.from(text, 'utf8'),
      });
      const { body } = await json(taken);
      const [{ interchangeId }] = body.interchanges;
      return eventually(`${file} read`, 60, async () => {
        const found = (await api(`/v1/edi/interchanges/${interchangeId}`)).body;
        return found.state === 'processed' && found.transactions[0];
      });
    },
    async received(partner) {
      const list = await json(await call(`${parts.partners.url}/partners/${partner}/files`, sandboxKey));
      const files = await Promise.all(
        list.body.items.map(async ({ fileName }: { fileName: string }) => {
          const raw = await call(`${parts.partners.url}/partners/${partner}/files/${fileName}/raw`, sandboxKey);
          const bytes = Buffer.from(await raw.arrayBuffer());
          return documentsIn(bytes, fileName, partner, profiles.get(partner) as PartnerProfile);
        }),
      );
      return files.flat();
    },
    async stop() {
      await prisma.$disconnect();
      await network.stop();
      rmSync(partnersDir, { recursive: true });
    },
  };
}

export const files: readonly string[] = readdirSync(join(import.meta.dirname, 'files')).map((name) =>
  name.replace(/\.edi$/, ''),
);

/**
 * `{po}` is the PO number; `{4}` is the day four days from now, `{y4}` the same with two digits of the year; `{x2000}` repeats its segment,
 * of which `{#}` is the number.
 */
function segmentsOf(file: string, poNumber: string): Segment[] {
  const text = readFileSync(join(import.meta.dirname, 'files', `${file}.edi`), 'utf8');
  const filled = text
    .replaceAll('{po}', poNumber)
    .replace(/\{(y?\d+|gtin|price)(?::([\w-]+))?\}/g, (_, what: string, sku: string | undefined) => {
      if (sku !== undefined) return what === 'gtin' ? gtinOf(sku) : priceOf(sku);
      const day = new Date(Date.now() + Number(what.replace('y', '')) * DAY_MS);
      return day
        .toISOString()
        .slice(what.startsWith('y') ? 2 : 0, 10)
        .replaceAll('-', '');
    });
  return filled
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, times = '1', segment = ''] = /^(?:\{x(\d+)\})?(.*)$/.exec(line) ?? [];
      return Array.from({ length: Number(times) }, (_, index) => segment.replace('{#}', String(index + 1)).split('*'));
    });
}

export function priceOf(sku: string): string {
  return articles.find((article) => article.sku === sku)?.listPrice ?? '';
}
