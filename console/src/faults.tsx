import type { DocumentError } from './api.ts';

/** Lists the errors of a file, a group or a transaction set. */
export function Faults({ errors }: { readonly errors: readonly DocumentError[] }) {
  return (
    <section className="faults" aria-label="Faults">
      <h2>{faultCount(errors.length)}</h2>
      <FaultList errors={errors} />
    </section>
  );
}

export function FaultList({ errors }: { readonly errors: readonly DocumentError[] }) {
  return (
    <ul className="fault-list">
      {errors.map((error) => (
        <li key={JSON.stringify(error)}>
          {error.message} <FaultPlace error={error} />
          <code className="quiet">{error.code}</code>
        </li>
      ))}
    </ul>
  );
}

function FaultPlace({ error: { place, location } }: { readonly error: DocumentError }) {
  if (!place) return null;
  return <span className="quiet">at {location ? placeInWords(location) : place} · </span>;
}

/** Envelope segments, which have no position in a transaction set. */
const ENVELOPE: Readonly<Record<string, string>> = {
  ISA: 'the interchange header',
  TA1: 'an interchange acknowledgment',
  IEA: 'the interchange trailer',
  GS: 'the group header',
  GE: 'the group trailer',
};

/** `PO103`, element 3 of segment 7 of the set. */
function placeInWords({ segment, position, element, component }: NonNullable<DocumentError['location']>): string {
  const parts = [
    ...(component === undefined ? [] : [`component ${component}`]),
    ...(element === undefined ? [] : [`element ${element}`]),
    ENVELOPE[segment] ?? `segment ${position} of the set`,
  ];
  const name = element === undefined ? segment : `${segment}${String(element).padStart(2, '0')}`;
  return `${name}: ${parts.join(' of ')}`;
}

export function faultCount(count: number): string {
  return count === 1 ? '1 fault' : `${count} faults`;
}
