/** Attributes that a change states: what its document says beside the fields of its own. */
import { lookup } from '../../domain/lookup.ts';
import type { OrderChangeLine } from './v1/index.ts';

type Attributes = Readonly<Record<string, string>>;

/** Attributes that are about the change itself. */
const OF_THE_CHANGE: ReadonlySet<string> = new Set(['acknowledgedOn', 'reason', 'requestReference', 'sellerOrder']);

export interface ChangedAttribute {
  /** For people. */
  readonly name: string;
  readonly to: string;
  /** What the order has; absent if it has none. */
  readonly from?: string;
}

/** What differs from what the order has; all, if it is not known what that is. */
export function changedAttributes(attributes: Attributes, old: Attributes | undefined): ChangedAttribute[] {
  return Object.entries(attributes).flatMap(([name, to]): ChangedAttribute[] => {
    const from = old === undefined ? undefined : lookup(old, name);
    if (OF_THE_CHANGE.has(name) || to === from) return [];
    // Every change has to name a type, whether the order had one or not.
    if (name === 'orderType' && from === undefined) return [];
    return [{ name: attributeName(name), to, ...(from !== undefined && { from }) }];
  });
}

/** Other attributes of a line describe the item, which the line only names. */
export function askedOfLine({ attributes }: Pick<OrderChangeLine, 'attributes'>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => /^(allowances|ref\.|date\.)/.test(name)));
}

/** `freightPayment` as freight payment, `contact.BD` as contact BD. */
function attributeName(name: string): string {
  const words = name
    .replace(/^note\./, 'note reference ')
    .replace(/^ref\./, 'reference ')
    .replaceAll('.', ' ');
  return words.replaceAll(/[a-z][A-Z]/g, ([one = '', other = '']) => `${one} ${other.toLowerCase()}`);
}
