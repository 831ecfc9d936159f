import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import { certificationSettingsFileOf } from '../activities/partners/certification.ts';
import { checkedYaml } from '../activities/partners/checked-yaml.ts';
import {
  bytesOfFile,
  CrossReferenceFileError,
  crossReferencesOfCsv,
} from '../activities/partners/cross-reference-csv.ts';
import { crossReferenceFileOf } from '../activities/partners/cross-reference-files.ts';
import { CROSS_REFERENCE_COLUMNS } from '../activities/partners/cross-references.ts';
import type { Path } from '../activities/partners/yaml-layer.ts';
import { multiply } from '../domain/decimal.ts';
import { didYouMean } from '../domain/nearest.ts';
import { linesOf, ProfileError, type ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { accountsOf } from '../mappings/profile/sides.ts';
import { articles, type Customer, customers } from '../sandbox/erp/master-data.ts';
import { type Assortment, assortmentOf, type Row } from './goods.ts';
import { orderForms } from './order-forms.ts';
import { type CertificationSettings, certificationSettings, type Demand, shipTo } from './settings-schema.ts';

/** Master data with which a partner is certified. */
export interface TradeData {
  readonly customerNumber: string;
  /** Its record, in the ERP or to be created there. */
  readonly customer: Omit<Customer, 'customerNumber'>;
  /** Customer to create in the ERP; absent if the ERP already has it. */
  readonly added?: Omit<Customer, 'customerNumber'> & { prices: { sku: string; unit: string; unitPrice: string }[] };
  readonly shipTo: Customer['shipTos'][number];
  readonly shipToCode: string;
  readonly name: string;
  readonly buyer: string;
  /** Additional header segments, by transaction set of the order. */
  readonly headerOf: Readonly<Record<string, readonly string[]>>;
  readonly demands: Readonly<Record<string, readonly Demand[]>>;
  readonly assortment: Assortment;
  /** Ship-tos of the customer by the partner’s codes. */
  readonly shipToCodes: readonly string[];
  /** Rows of the partner’s cross-references. */
  readonly references: readonly Row[];
  readonly settings: CertificationSettings;
  /** The problem of a key of `certification.yaml`, at its place. */
  problem(path: Path, reason: string): ProfileProblem;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'invalid-certification-settings';
}

const UNUSABLE = 'The certification settings cannot be used:';

/** @throws SettingsError that begins with `introduction` and names file, line, key and reason of every error */
export function readChecked<S extends z.ZodType>(file: string, what: string, schema: S, introduction: string) {
  try {
    return checkedYaml(file, what, schema);
  } catch (error) {
    throw error instanceof ProfileError ? settingsError(introduction, error.problems) : error;
  }
}

export function settingsError(introduction: string, problems: readonly ProfileProblem[]): SettingsError {
  return new SettingsError(`${introduction}\n${linesOf(problems)}`);
}

/** @throws SettingsError with file, line, key and reason of every error */
export async function tradeDataOf(partnersDir: string, profile: PartnerProfile): Promise<TradeData> {
  const file = certificationSettingsFileOf(partnersDir, profile.id);
  const { data: stated, problem } = readChecked(file, basename(file), certificationSettings, UNUSABLE);
  const problems: ProfileProblem[] = [];
  const known = accountsOf(profile).flatMap((id) => customers.filter(({ partnerId }) => partnerId === id))[0];
  const customer = stated.customer === undefined && known !== undefined ? known : customerOf(profile, stated);
  const shipTo = customer.shipTos.find(({ codes }) => stated.shipTo === undefined || codes.includes(stated.shipTo));
  if (shipTo === undefined) {
    const codes = customer.shipTos.flatMap((one) => one.codes);
    const meant = didYouMean(stated.shipTo ?? '', codes);
    problems.push(
      problem(
        ['shipTo'],
        `${stated.shipTo} is not a ship-to of the customer; its ship-tos are ${codes.join(', ')}${meant}`,
      ),
    );
  }
  const priceOf = (sku: string) => {
    const article = articles.find((candidate) => candidate.sku === sku);
    const price = stated.items.find((one) => one.sku === sku)?.price ?? article?.prices[customer.customerNumber];
    return price ?? article?.listPrice ?? '0';
  };
  const references = await referencesOf(partnersDir, profile);
  const assortment = assortmentOf({
    profile,
    stated: stated.items,
    references,
    priceOf,
    report: (index, key, reason) => problems.push(problem(['items', index, key], reason)),
  });
  if (shipTo === undefined || problems.length > 0) throw settingsError(UNUSABLE, problems);
  const { customerNumber, ...record } = customer;
  return {
    customerNumber,
    customer: record,
    ...(customer !== known && {
      added: {
        ...record,
        prices: articles.flatMap(({ sku, pack }) => [
          { sku, unit: 'EA', unitPrice: priceOf(sku) },
          { sku, unit: 'CA', unitPrice: multiply(priceOf(sku), String(pack)) },
        ]),
      },
    }),
    shipTo,
    shipToCodes: customer.shipTos.flatMap(({ codes }) => codes),
    shipToCode: stated.shipTo ?? shipTo.codes[0] ?? shipTo.shipToNumber,
    name: customer.name,
    buyer: stated.buyer,
    headerOf: Object.fromEntries(
      orderForms.map(({ set }) => [set, [...stated.order.header, ...(stated.order.headerOf[set] ?? [])]]),
    ),
    demands: stated.demands,
    assortment,
    references,
    settings: stated,
    problem,
  };
}

/** @throws SettingsError if the file cannot be read as cross-references */
async function referencesOf(partnersDir: string, { id }: PartnerProfile): Promise<Row[]> {
  const file = crossReferenceFileOf(partnersDir, id);
  if (!existsSync(file)) return [];
  const rows: Row[] = [];
  try {
    for await (const batch of crossReferencesOfCsv(bytesOfFile(file), { lineEndNeeded: true })) {
      for (const { values } of batch) {
        rows.push(
          Object.fromEntries(CROSS_REFERENCE_COLUMNS.map((column) => [column, String(values[column] ?? '').trim()])),
        );
      }
    }
  } catch (error) {
    if (!(error instanceof CrossReferenceFileError)) throw error;
    throw new SettingsError(`The cross-references cannot be used:\n  ${file}:${error.line}: ${error.message}`);
  }
  return rows;
}

function customerOf(profile: PartnerProfile, { customer }: CertificationSettings): Customer {
  const number = customer?.number ?? `C-${profile.id.toUpperCase().slice(0, 20)}`;
  const shipTos = customer?.shipTos ?? [shipTo.parse({ code: '0001' })];
  return {
    customerNumber: number,
    partnerId: profile.id,
    name: profile.name,
    blocked: false,
    taxExempt: customer?.taxExempt ?? true,
    currency: profile.currency,
    terms: profile.invoicing.terms ?? { netDays: 30, description: 'Net 30' },
    creditLimit: 5_000_000_000,
    shipTos: shipTos.map(({ code, name, ...address }) => ({
      shipToNumber: `${number}-${code}`,
      codes: [code],
      name: name ?? `${profile.name} ${code}`,
      preferredNodes: ['RNO', 'MEM'],
      ...address,
    })),
  };
}
