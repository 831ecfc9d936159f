import { crossReferenceFileOf } from '../activities/partners/cross-reference-files.ts';
import { problemIn, readLayers } from '../activities/partners/profile-layers.ts';
import type { Path } from '../activities/partners/yaml-layer.ts';
import { isWithinTolerance } from '../domain/policy/pricing.ts';
import type { SalesOrder } from '../mappings/canonical/v1/index.ts';
import { explainInterchanges } from '../mappings/edi/explain.ts';
import type { ExplainedPart } from '../mappings/edi/explaining/parts.ts';
import type { ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { evaluateAll } from '../runtime/expressions.ts';
import { articles } from '../sandbox/erp/master-data.ts';
import { type Goods, item } from './goods.ts';
import type { Business } from './introduce.ts';
import { formsOf, type OrderForm } from './order-forms.ts';
import { headerSegment, interchangeOf, segmentsOfOrder } from './purchase-order.ts';
import type { TradeData } from './settings.ts';
import { dayBeforeToday, shipDayFor, whyOutside } from './ship-window.ts';

/**
 * Looks for causes that would fail every scenario alike, before anything is started: it writes the order that the scenarios vary, reads it
 * as the product would, and compares it with the master data of the sandbox.
 */

type Explained = Extract<ExplainedPart, { kind: 'transaction' }>;
type Orders = Extract<NonNullable<Explained['outcome']>, { kind: 'orders' }>;

/** A date of an order by which its goods must have left. */
const LATEST = [
  'shipNotAfter',
  'cancelAfter',
  'deliverNotAfter',
  'requestedShipDate',
  'requestedDeliveryDate',
] as const;

/** @returns each cause with the file, line and key to change */
export async function preflight(partnersDir: string, { profile, data }: Business): Promise<ProfileProblem[]> {
  const ofProfile = (path: Path, reason: string) =>
    problemIn(readLayers(partnersDir, profile.id), path, 'profile-value-invalid', reason);
  const checks = new Checks(partnersDir, profile, data, ofProfile);
  const problems = [...checks.prices(), ...checks.articles()];
  if (!profile.ordersBy.includes('edi')) return problems;
  for (const form of formsOf(profile)) problems.push(...(await checks.sample(form, new Date())));
  return problems;
}

class Checks {
  readonly #partnersDir: string;
  readonly #profile: PartnerProfile;
  readonly #data: TradeData;
  readonly #ofProfile: (path: Path, reason: string) => ProfileProblem;

  constructor(
    partnersDir: string,
    profile: PartnerProfile,
    data: TradeData,
    ofProfile: (path: Path, reason: string) => ProfileProblem,
  ) {
    this.#partnersDir = partnersDir;
    this.#profile = profile;
    this.#data = data;
    this.#ofProfile = ofProfile;
  }

  /** A price that the ERP does not have; it has those of certification.yaml only for a customer that is stated there. */
  prices(): ProfileProblem[] {
    const { settings, added, customerNumber, problem } = this.#data;
    if (added !== undefined) return [];
    return settings.items.flatMap(({ sku, price }, index) => {
      const article = articles.find((one) => one.sku === sku);
      const ours = article?.prices[customerNumber] ?? article?.listPrice;
      if (price === undefined || ours === undefined) return [];
      if (isWithinTolerance(price, ours, this.#profile.pricing.tolerance)) return [];
      const reason =
        `${price} is not the price of ${sku} for customer ${customerNumber} of the sandbox’s ERP, which is ${ours}: state that one, or ` +
        'state `customer`, so that the ERP gets a customer with these prices';
      return [problem(['items', index, 'price'], reason)];
    });
  }

  /** An item under no number that leads to an article. */
  articles(): ProfileProblem[] {
    if (!this.#profile.ordersBy.includes('edi')) return [];
    const { assortment, references, settings, problem } = this.#data;
    const { items } = this.#profile;
    const known = new Set(references.flatMap(({ kind, external }) => (kind === 'item' ? [external] : [])));
    const leads = ({ sku, numbers }: Goods) =>
      numbers.some((number, at) => {
        const qualifier = numbers[at - 1] ?? '';
        if (at % 2 === 0) return false;
        return (
          (items.seller.includes(qualifier) && number === sku) || items.gtin.includes(qualifier) || known.has(number)
        );
      });
    return [...assortment.plenty, ...Object.values(assortment.special)].flatMap((goods) => {
      if (leads(goods)) return [];
      const index = settings.items.findIndex(({ sku }) => sku === goods.sku);
      const [, number = ''] = goods.numbers;
      const file = crossReferenceFileOf(this.#partnersDir, this.#profile.id);
      const reason =
        `${goods.sku} is ordered as ${goods.numbers.join(' ')}, which no master data has: add the row item,${number},${goods.sku} to ` +
        `${file}, or state \`numbers\` with a number of ours`;
      return [problem(index < 0 ? ['items'] : ['items', index], reason)];
    });
  }

  /** The order that the scenarios vary, in one of the agreed forms. */
  async sample(form: OrderForm, today: Date): Promise<ProfileProblem[]> {
    const explained = await this.#explained(form, today);
    const refused = explained.findings.filter(({ severity }) => severity === 'error');
    if (refused.length > 0) return refused.map(({ place, message }) => this.#refusal(form, today, place, message));
    const { outcome } = explained;
    const [order] = outcome?.kind === 'orders' ? outcome.orders : [];
    if (outcome?.kind !== 'orders' || order === undefined) return [];
    return [...this.#undecided(form, today, outcome), ...this.#shipTo(order), ...this.#dates(form, today, order)];
  }

  async #explained(form: OrderForm, today: Date): Promise<Explained> {
    const lines = [item(0), item(1)].map((line) => line(this.#data.assortment));
    const order = { poNumber: 'PREFLIGHT-1', lines, shipOn: shipDayFor(this.#profile, today) };
    const segments = segmentsOfOrder(this.#profile, this.#data, order, today, form);
    const text = interchangeOf(this.#profile, 1, form.functionalId, [{ set: form.set, segments }]);
    const options = { profiles: new Map(), evaluate: evaluateAll, partner: this.#profile };
    for await (const part of explainInterchanges(once(Buffer.from(text, 'latin1')), options)) {
      if (part.kind === 'transaction') return part;
    }
    throw new TypeError(`the sample of an ${form.set} is no transaction set`);
  }

  #refusal(
    form: OrderForm,
    today: Date,
    place: { segment: string; element?: number },
    message: string,
  ): ProfileProblem {
    const rules = this.#profile.guides[form.set] ?? [];
    const rule = rules.findIndex(
      ({ segment, element }) =>
        segment.split('/').at(-1) === place.segment && (element === undefined || Number(element) === place.element),
    );
    const where = `${place.segment}${place.element === undefined ? '' : String(place.element).padStart(2, '0')}`;
    const said = `the ${form.set} that certification would send is refused at ${where}: ${message}`;
    if (rule >= 0) {
      const change =
        '`order.header` of certification.yaml states further segments of the partner’s orders, `items` its numbers and units';
      return this.#ofProfile(
        ['guides', form.set, rule],
        `is a rule by which ${said}. Correct the rule, or the order: ${change}`,
      );
    }
    return this.#ofSegment(form, today, ([id]) => id === place.segment, said);
  }

  #undecided(form: OrderForm, today: Date, { notUsed }: Orders): ProfileProblem[] {
    return notUsed
      .filter(({ ignored }) => ignored === undefined)
      .map(({ content, text, place, reason }) => {
        const said =
          `the ${form.set} that certification would send says more than an order takes from it, so that every order would wait for a ` +
          `person: ${reason ?? text}. Give ${content} a place with map.salesOrder of the profile, or say under ignores.${form.set} why ` +
          'it is of no concern';
        return this.#ofSegment(form, today, ([id, first]) => id === place.segment && text.includes(first ?? ''), said);
      });
  }

  /** The place in certification.yaml that states such a segment; otherwise the order as a whole. */
  #ofSegment(form: OrderForm, today: Date, isIt: (segment: string[]) => boolean, reason: string): ProfileProblem {
    const { order } = this.#data.settings;
    const own = order.header.findIndex((text) => isIt(headerSegment(text, today)));
    if (own >= 0) return this.#data.problem(['order', 'header', own], reason);
    const further = (order.headerOf[form.set] ?? []).findIndex((text) => isIt(headerSegment(text, today)));
    return this.#data.problem(further >= 0 ? ['order', 'headerOf', form.set, further] : ['order'], reason);
  }

  #shipTo(order: SalesOrder): ProfileProblem[] {
    const { shipToCode, customerNumber, problem } = this.#data;
    const { identifiers } = order.shipTo;
    if (identifiers.some(({ scheme, value }) => ['partner', 'store'].includes(scheme) && value === shipToCode))
      return [];
    const read = identifiers.map(({ scheme, value }) => `${value} (${scheme})`).join(', ') || 'no code';
    const reason =
      `${shipToCode} reaches the order as ${read}, so that no ship-to of customer ${customerNumber} is found: one qualifier under ` +
      'parties.schemes of the profile must mean `partner`';
    return [problem(['shipTo'], reason)];
  }

  /** Days that leave no day for shipping: fixed ones of certification.yaml that have passed, or a window that has none. */
  #dates(form: OrderForm, today: Date, order: SalesOrder): ProfileProblem[] {
    const day = today.toISOString().slice(0, 10);
    for (const key of LATEST) {
      const stated = order[key];
      if (stated === undefined || stated >= day) continue;
      const plain = stated.replaceAll('-', '');
      const days = dayBeforeToday(stated, today);
      const reason = `makes ${key} of every order ${stated}, which has passed for ${days} days: write a day relative to the order, such as {+14}`;
      return [this.#ofSegment(form, today, (segment) => segment.includes(plain), reason)];
    }
    const { requestedShipDate: shipOn, requestedDeliveryDate: deliverOn } = order;
    const wishes = { ...(shipOn !== undefined && { shipOn }), ...(deliverOn !== undefined && { deliverOn }) };
    const outside = whyOutside(this.#profile, wishes, today);
    if (outside === undefined) return [];
    const reason =
      `leaves no day to ship the order that certification would send: ${outside}. Correct the window, or the days of \`order.header\` in ` +
      'certification.yaml';
    return [this.#ofProfile(['routing', 'window'], reason)];
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
