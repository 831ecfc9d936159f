import { compare, type Decimal, divide, isMultiple } from '../../domain/decimal.ts';
import type { StoreQuantity } from '../../domain/policy/allocations.ts';
import { type Party, storeCode } from '../canonical/v1/index.ts';
import type { SegmentObject } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import { DocumentError, type DocumentLine } from './document-content.ts';
import { identifierToSend, schemeQualifier, segment } from './writing.ts';

/** SDQ03 to SDQ22. */
const PAIRS = 10;
/** Element 67. */
const SHORTEST_CODE = 2;
const LONGEST_CODE = 80;

/**
 * SDQ: what each store gets of a line, ten stores in a segment. The unit is the ordered one if each store gets whole
 * numbers of it or all that was ordered for it, otherwise the base unit.
 *
 * @param stores base units
 * @throws DocumentError for a store that SDQ cannot name
 */
export function storeQuantities(
  line: DocumentLine,
  stores: readonly StoreQuantity[],
  profile: Agreement,
): SegmentObject[] {
  const allocations = new Map((line.allocations ?? []).map((one) => [storeCode(one.store), one]));
  const inOrderedUnit = stores.every(({ store, quantity }) => {
    const whole = allocations.get(store)?.quantity;
    return isMultiple(quantity, line.unitFactor) || (whole !== undefined && compare(whole, quantity) === 0);
  });
  const unit = inOrderedUnit ? line.ordered.unit : line.baseUnit;
  const stated = (quantity: Decimal) => (inOrderedUnit ? divide(quantity, line.unitFactor) : quantity);
  const segments: { qualifier: string | undefined; pairs: string[] }[] = [];
  for (const { store, quantity } of stores) {
    const { qualifier, code } = codeOf(allocations.get(store)?.store, store, line, profile);
    let last = segments.at(-1);
    // All stores of a segment share its qualifier.
    if (last === undefined || last.qualifier !== qualifier || last.pairs.length === 2 * PAIRS) {
      last = { qualifier, pairs: [] };
      segments.push(last);
    }
    last.pairs.push(code, stated(quantity));
  }
  return segments.map(({ qualifier, pairs }) => segment(unit, qualifier, ...pairs));
}

function codeOf(
  party: Party | undefined,
  store: string,
  line: DocumentLine,
  profile: Agreement,
): { qualifier: string | undefined; code: string } {
  const known = party === undefined ? undefined : identifierToSend(party);
  const code = known?.value ?? store;
  if (code.length < SHORTEST_CODE || code.length > LONGEST_CODE) {
    const message = `line ${line.lineId}: SDQ cannot name store "${code}", because a code has ${SHORTEST_CODE} to ${LONGEST_CODE} characters`;
    throw new DocumentError('document-store-unnamed', 'lines', message);
  }
  return { qualifier: known && schemeQualifier(known, profile), code };
}

/** The store of a package, as the order names it. */
export function storeOf(lines: readonly DocumentLine[], code: string): Party | undefined {
  for (const { allocations = [] } of lines) {
    const found = allocations.find(({ store }) => storeCode(store) === code);
    if (found !== undefined) return found.store;
  }
  return undefined;
}
