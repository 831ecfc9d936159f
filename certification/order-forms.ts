import type { OrderSample } from '../mappings/edi/documents/definition.ts';
import { acknowledgmentSets, functionalIdOf, inboundOf, inboundSets } from '../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Acknowledgment } from '../sandbox/x12.ts';

/** A transaction set by which a partner orders. */
export interface OrderForm extends OrderSample {
  readonly set: string;
  /** GS01. */
  readonly functionalId: string;
}

/** Every transaction set by which certification can order, the default first. */
export const orderForms: readonly OrderForm[] = inboundSets.flatMap((set) => {
  const inbound = inboundOf(set);
  return inbound?.apply === 'takes-order' && inbound.sample !== undefined
    ? [{ ...inbound.sample, set, functionalId: functionalIdOf(set) ?? '' }]
    : [];
});

/** The forms that the partner has agreed on. */
export function formsOf({ documents: { inbound } }: PartnerProfile): readonly OrderForm[] {
  return orderForms.filter(({ set }) => inbound.includes(set));
}

/** The form in which the partner orders: the first agreed one of `orderForms`. */
export function orderFormOf(profile: PartnerProfile): OrderForm {
  const [form = orderForms[0]] = formsOf(profile);
  if (form === undefined) throw new TypeError('no document definition has a sample of an order');
  return form;
}

/** The second agreed form, if the partner has one. */
export function otherOrderFormOf(profile: PartnerProfile): OrderForm | undefined {
  return formsOf(profile)[1];
}

/** The set by which the partner acknowledges: the default unless the profile agrees only on the other. */
export function acknowledgmentOf({ documents: { inbound } }: PartnerProfile): Acknowledgment {
  const agreed = acknowledgmentSets.filter((set) => inbound.includes(set));
  return (agreed[0] ?? acknowledgmentSets[0]) as Acknowledgment;
}
