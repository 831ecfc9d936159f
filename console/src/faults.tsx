import type { DocumentError } from './api.ts';

/** What is wrong with a file, a group or a transaction set. */
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

/** Segments of the envelope, which stand outside of what is counted in a transaction set. */
const ENVELOPE: Readonly<Record<string, string>> = {
  ISA: 'the header of the interchange',
  TA1: 'an acknowledgment of an interchange',
  IEA: 'the trailer of the interchange',
  GS: 'the header of the group',
  GE: 'the trailer of the group',
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
