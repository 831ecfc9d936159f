/** What our own documents among the samples say. */
import { documentOf } from '../../mappings/edi/documents/registry.ts';
import type { Guess } from './draft.ts';
import { type Fact, Facts, factsOf, placeOf, told } from './facts.ts';
import type { SampleSet } from './samples.ts';

const HIERARCHIES = ['SOTPI', 'SOPI', 'SOIP', 'SOI'] as const;
/** Usual length of a company prefix; samples cannot say it. */
const PREFIX_DIGITS = 7;

function levelsOf(segments: SampleSet['segments']): string[] {
  return segments.flatMap(({ id, elements }) => (id === 'HL' ? (elements[2] ?? '').trim() || [] : []));
}

/** Whether the levels come, each for the first time, in the order of the hierarchy. */
function inThisOrder(hierarchy: string, levels: readonly string[]): boolean {
  return levels.filter((level) => hierarchy.includes(level)).join('') === hierarchy;
}

export function shipNoticeGuesses(
  outbound: readonly SampleSet[],
  questions: string[],
): { cartons: boolean; guesses: Guess[] } {
  const notices = outbound.filter(({ set }) => documentOf(set)?.outbound?.writes === 'ship-notice');
  if (notices.length === 0) {
    questions.push('How is their ship notice built, and do they want labels? (shipNotice, labels)');
    return { cartons: false, guesses: [] };
  }
  const levels = new Set(notices.flatMap(({ segments }) => levelsOf(segments)));
  const hierarchy = HIERARCHIES.find((one) => inThisOrder(one, [...levels])) ?? 'SOI';
  const label = factsOf(notices, 'MAN', 2, ({ elements }) => elements[0] === 'GM').top;
  const sscc = label === undefined ? undefined : /(?:00)?(\d)(\d{16})\d$/.exec(label.value);
  const evidence = [`HL03 ${[...levels].join(', ')} in ${notices[0]?.file}`];
  if (hierarchy === 'SOI' || sscc === undefined || sscc === null) {
    if (hierarchy !== 'SOI') {
      questions.push(
        `The ship notices have levels ${hierarchy}, but no label of GS1: with which numbers? (shipNotice)`,
      );
    }
    return { cartons: false, guesses: [{ key: ['shipNotice'], value: { hierarchy: 'SOI' }, evidence }] };
  }
  const [, digit = '0', rest = ''] = sscc;
  const companyPrefix = rest.slice(0, PREFIX_DIGITS);
  questions.push(`Has our company prefix ${PREFIX_DIGITS} digits, ${companyPrefix}? (shipNotice.sscc.companyPrefix)`);
  const value = { hierarchy, sscc: { companyPrefix, extensionDigit: Number(digit) } };
  return { cartons: true, guesses: [{ key: ['shipNotice'], value, evidence: [...evidence, told(label as Fact)] }] };
}

export function invoiceGuesses(
  orders: readonly SampleSet[],
  outbound: readonly SampleSet[],
  questions: string[],
): Guess[] {
  const invoices = outbound.filter(({ set }) => documentOf(set)?.outbound?.writes === 'invoice');
  const guesses: Guess[] = [];
  const vendor = factsOf([...orders, ...outbound], 'REF', 2, ({ elements }) => elements[0] === 'IA');
  if (vendor.only !== undefined) {
    guesses.push({ key: ['invoicing', 'vendorNumber'], value: vendor.only.value, evidence: [told(vendor.only)] });
  } else if (vendor.top !== undefined) {
    questions.push(`Which is our number there: ${vendor.values.join(', ')}? (invoicing.vendorNumber)`);
  }
  const terms = termsOf(invoices);
  if (terms !== undefined) guesses.push(terms);
  const remitTo = remitToOf(invoices);
  if (remitTo !== undefined) guesses.push(remitTo);
  for (const { all } of [factsOf(invoices, 'SAC', 2)]) {
    for (const fact of all) questions.push(`How is ${told(fact)} agreed: percent or amount? (invoicing.charges)`);
  }
  const carrier = factsOf(outbound, 'TD5', 3).only;
  if (carrier !== undefined && /^[A-Z]{2,4}$/.test(carrier.value)) {
    guesses.push({ key: ['routing', 'scac'], value: carrier.value, evidence: [told(carrier)] });
  }
  return guesses;
}

/** Terms where all invoices have the same. */
function termsOf(invoices: readonly SampleSet[]): Guess | undefined {
  const facts = new Facts();
  for (const set of invoices) {
    for (const segment of set.segments.filter(({ id }) => id === 'ITD')) {
      const [, , percent = '', , days = '', , net = ''] = segment.elements.map((text) => text.trim());
      facts.add([percent, days, net].join('|'), placeOf(set, segment));
    }
  }
  const { only } = facts;
  if (only === undefined) return undefined;
  const [percent = '', days = '', net = ''] = only.value.split('|');
  const value = {
    ...(/^\d+(\.\d+)?$/.test(percent) && days !== '' && { discountPercent: percent, discountDays: Number(days) }),
    ...(/^\d{1,3}$/.test(net) && { netDays: Number(net) }),
  };
  if (Object.keys(value).length === 0) return undefined;
  return { key: ['invoicing', 'terms'], value, evidence: [only.first] };
}

function remitToOf(invoices: readonly SampleSet[]): Guess | undefined {
  for (const set of invoices) {
    const at = set.segments.findIndex(({ id, elements }) => id === 'N1' && elements[0] === 'RI');
    const [n1, ...after] = at < 0 ? [] : set.segments.slice(at);
    if (n1 === undefined) continue;
    const end = after.findIndex(({ id }) => id !== 'N3' && id !== 'N4');
    const loop = after.slice(0, end < 0 ? after.length : end);
    const [city, region, postalCode, country] = loop.find(({ id }) => id === 'N4')?.elements ?? [];
    const stated = (name: string, text: string | undefined) => (text?.trim() ? { [name]: text.trim() } : {});
    const name = n1.elements[1]?.trim();
    if (!name) return undefined;
    const value = {
      name,
      lines: loop
        .filter(({ id }) => id === 'N3')
        .flatMap(({ elements }) => elements.filter((text) => text.trim() !== '')),
      ...stated('city', city),
      ...stated('region', region),
      ...stated('postalCode', postalCode),
      ...stated('country', country),
      ...stated('code', n1.elements[3]),
    };
    return { key: ['invoicing', 'remitTo'], value, evidence: [placeOf(set, n1)] };
  }
  return undefined;
}
