/** What became of a change of an order, part by part: the buyer's answer (865 or 855), the API and the page tell it. */

/** What of an order a change may ask for. `line` parts carry the buyer's line number. */
export type ChangedPart = 'quantity' | 'add' | 'delete' | 'price' | 'dates' | 'ship-to' | 'item' | 'cancel' | 'other';

export interface PartOutcome {
  readonly part: ChangedPart;
  /** The buyer's line number; absent for the header. */
  readonly lineId?: string;
  /** `adjusted`: taken with another value than was asked, which `reason` tells. */
  readonly result: 'accepted' | 'adjusted' | 'rejected';
  /** Always with `adjusted` and `rejected`. */
  readonly reason?: string;
}

export interface ChangeOutcome {
  readonly result: 'accepted' | 'accepted-in-part' | 'rejected';
  /** Never empty. */
  readonly parts: readonly PartOutcome[];
}

/** The result that follows from the parts. */
export function outcomeOf(parts: readonly PartOutcome[]): ChangeOutcome {
  const rejected = parts.filter(({ result }) => result === 'rejected').length;
  if (rejected === parts.length) return { result: 'rejected', parts };
  const whole = parts.every(({ result }) => result === 'accepted');
  return { result: whole ? 'accepted' : 'accepted-in-part', parts };
}
