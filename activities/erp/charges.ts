import { agreedCharges } from '../../domain/charges.ts';
import { fromMinor } from '../../domain/money.ts';
import type { AgreedCharge, Invoice } from '../../mappings/canonical/v1/index.ts';

/**
 * Agreed allowances and charges that an invoice lacks or states with another amount. The ERP's
 * invoice is authoritative, and the partner receives the same amounts: two different invoices would
 * be worse. Charges that only the ERP adds, such as freight, are not compared.
 */
export function differenceOfCharges(
  { lines, charges, currency }: Invoice,
  agreed: readonly AgreedCharge[],
): string | undefined {
  const goods = lines.reduce((total, { amount }) => total + amount, 0);
  const stated = charges.map((charge) => ({ ...charge }));
  const missing = agreedCharges(goods, agreed).filter(({ kind, code, amount }) => {
    const found = stated.findIndex((one) => one.kind === kind && one.code === code && one.amount === amount);
    if (found >= 0) stated.splice(found, 1);
    return found < 0;
  });
  if (missing.length === 0) return undefined;
  const named = missing.map(
    ({ kind, code, amount }) => `${kind} ${code} of ${fromMinor(amount, currency)} ${currency}`,
  );
  return `has not what is agreed: ${named.join(', ')}`;
}
