/** Which ERP an order goes to. Rules are tried in order, and the first that holds decides. */

export interface ErpRule {
  readonly name: string;
  /** Id of the ERP. */
  readonly erp: string;
  /** Every condition that is given must hold; a condition holds when the order has one of its values. */
  readonly when: {
    readonly sides?: readonly string[];
    readonly partners?: readonly string[];
    readonly channels?: readonly string[];
    /** The order’s attribute `businessUnit`. */
    readonly businessUnits?: readonly string[];
    /** Customer numbers of the ERP that the rule names. */
    readonly customers?: readonly string[];
    /** The node from which that ERP prefers to supply the ship-to. */
    readonly nodes?: readonly string[];
  };
}

export interface OrderToRoute {
  readonly side: string;
  readonly partner: string;
  readonly channel: string;
  readonly businessUnit?: string;
  /** How each ERP knows the buyer, by id of the ERP; absent where it does not. */
  readonly buyers: Readonly<Record<string, { readonly customer: string; readonly node?: string }>>;
}

/** `rule`: name of the rule that decided; absent where none held and the order went to the first ERP of its side. */
export interface ErpRoute {
  readonly erp: string;
  readonly rule?: string;
}

/**
 * `erps` are those that serve the order’s side, in the installation’s order of preference. An order never leaves its side, so a rule
 * for another ERP does not hold. Undefined when no ERP serves the side.
 */
export function routeToErp(
  order: OrderToRoute,
  rules: readonly ErpRule[],
  erps: readonly string[],
): ErpRoute | undefined {
  const rule = rules.find((candidate) => erps.includes(candidate.erp) && holds(candidate, order));
  if (rule !== undefined) return { erp: rule.erp, rule: rule.name };
  const [first] = erps;
  return first === undefined ? undefined : { erp: first };
}

function holds({ erp, when }: ErpRule, { side, partner, channel, businessUnit, buyers }: OrderToRoute): boolean {
  const isOneOf = (wanted: readonly string[] | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && wanted.includes(value));
  return (
    isOneOf(when.sides, side) &&
    isOneOf(when.partners, partner) &&
    isOneOf(when.channels, channel) &&
    isOneOf(when.businessUnits, businessUnit) &&
    isOneOf(when.customers, buyers[erp]?.customer) &&
    isOneOf(when.nodes, buyers[erp]?.node)
  );
}
