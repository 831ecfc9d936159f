/**
 * Master data for a preview without a running system: the customer of the partner's certification settings,
 * the sandbox's articles, and the partner's file of cross-references.
 */
import { existsSync } from 'node:fs';
import { undeclaredContent } from '../../activities/orders/prepare/left-out.ts';
import { certificationSettingsFileOf } from '../../activities/partners/certification.ts';
import { bytesOfFile, crossReferencesOfCsv } from '../../activities/partners/cross-reference-csv.ts';
import { crossReferenceFileOf } from '../../activities/partners/cross-reference-files.ts';
import { knownNames } from '../../activities/partners/cross-references.ts';
import type { MasterData } from '../../activities/preview/master-data.ts';
import { type TradeData, tradeDataOf } from '../../certification/settings.ts';
import { OUR_COUNTRY } from '../../domain/places.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { items, prices, taxRates } from '../../sandbox/erp/master-data.ts';

/**
 * Undefined for a partner without certification settings that the sandbox does not know either: a customer
 * made up for it would only raise exceptions about what is made up.
 *
 * @throws SettingsError for unusable settings, CrossReferenceFileError for an unusable file of cross-references
 */
export async function fixtureMasterData(partnersDir: string, profile: PartnerProfile): Promise<MasterData | undefined> {
  const data = await tradeDataOf(partnersDir, profile);
  const file = certificationSettingsFileOf(partnersDir, profile.id);
  if (data.added !== undefined && !existsSync(file)) return undefined;
  const names = await namesOf(partnersDir, profile);
  const { customer, customerNumber } = data;
  return {
    source: existsSync(file) ? `${file} and the sandbox’s articles` : 'the sandbox’s customer and articles',
    known: ({ erps }) =>
      Promise.resolve({
        names,
        items: erps.flatMap((erpSystem) =>
          items.map(({ gtin, ...item }) => ({ ...item, erpSystem, gtin: gtin ?? null, units: [...item.units] })),
        ),
        buyers: erps.flatMap((erpSystem) =>
          customer.shipTos.map((shipTo) => ({
            erpSystem,
            customerNumber,
            customerName: customer.name,
            blocked: customer.blocked,
            taxExempt: customer.taxExempt,
            currency: customer.currency,
            terms: customer.terms ?? null,
            shipToNumber: shipTo.shipToNumber,
            codes: [...shipTo.codes],
            lines: [...shipTo.lines],
            region: shipTo.region,
            country: shipTo.country,
            postalCode: shipTo.postalCode,
            preferredNodes: [...shipTo.preferredNodes],
          })),
        ),
        customersIn: [...erps],
        prices: erps.flatMap((erpSystem) => pricesOf(data).map((price) => ({ ...price, erpSystem, customerNumber }))),
        taxRates: erps.flatMap((erpSystem) => taxRates.map((rate) => ({ country: OUR_COUNTRY, ...rate, erpSystem }))),
        readings: [],
      }),
    undecided: (row, current) => Promise.resolve(undeclaredContent(row.leftOut, current)),
    // No order is known here.
    earlier: () => Promise.resolve(undefined),
    shipTo: (_, shipToNumber) =>
      Promise.resolve(customer.shipTos.find((shipTo) => shipTo.shipToNumber === shipToNumber) ?? null),
    loads: (_, skus) =>
      Promise.resolve(
        items
          .filter(({ sku }) => skus.includes(sku))
          .map(({ sku, weight, units }) => ({ sku, weight: weight ?? null, packs: [...units] })),
      ),
  };
}

function pricesOf({ added, customerNumber }: TradeData) {
  return added?.prices ?? prices.filter((price) => price.customerNumber === customerNumber);
}

async function namesOf(partnersDir: string, { id }: PartnerProfile) {
  const file = crossReferenceFileOf(partnersDir, id);
  if (!existsSync(file)) return knownNames([]);
  const rows: Parameters<typeof knownNames>[0][number][] = [];
  const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  for await (const batch of crossReferencesOfCsv(bytesOfFile(file))) {
    for (const { values } of batch) {
      const { kind, external, internal, sku, quantity } = values;
      rows.push({
        kind: text(kind),
        external: text(external),
        internal: text(internal),
        sku: text(sku),
        quantity: text(quantity) || null,
      });
    }
  }
  return knownNames(rows);
}
