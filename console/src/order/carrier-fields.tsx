import { useId } from 'react';
import type { GivenCarrier } from '../api.ts';

/** The resolution that states a carrier. */
export const USE_CARRIER = 'use-carrier';

type Fields = Record<keyof GivenCarrier, string>;

export const NO_CARRIER: Fields = { scac: '', method: '', shipmentPayment: '', authorization: '' };

/** Without the fields that are left empty; the routing guide decides about those. */
export function statedOf({ scac, ...rest }: Fields): GivenCarrier {
  const filled = Object.entries(rest).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]]));
  return { scac: scac.trim().toUpperCase(), ...Object.fromEntries(filled) };
}

const PAYMENTS = { CC: 'collect', PP: 'prepaid', PC: 'prepaid and charged', TP: 'third party' };

/** The carrier of a release, as the partner named it. */
export function CarrierFields({ carrier, onChange }: { carrier: Fields; onChange: (carrier: Fields) => void }) {
  const id = useId();
  const field = (name: 'scac' | 'method' | 'authorization') => ({
    id: `${id}${name}`,
    value: carrier[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ ...carrier, [name]: target.value }),
  });
  return (
    <>
      <label htmlFor={`${id}scac`}>Carrier (SCAC)</label>
      <input {...field('scac')} required maxLength={4} pattern="[A-Za-z]{2,4}" title="two to four letters" />
      <label htmlFor={`${id}method`}>Transport method, such as M (optional)</label>
      <input {...field('method')} maxLength={2} />
      <label htmlFor={`${id}shipmentPayment`}>Who pays the carrier</label>
      <select
        id={`${id}shipmentPayment`}
        value={carrier.shipmentPayment}
        onChange={({ target }) => onChange({ ...carrier, shipmentPayment: target.value })}
      >
        <option value="">as the routing guide says</option>
        {Object.entries(PAYMENTS).map(([code, words]) => (
          <option key={code} value={code}>
            {words}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}authorization`}>Authorization number (optional)</label>
      <input {...field('authorization')} maxLength={30} />
    </>
  );
}
