import { useId, useState } from 'react';
import type { OrderException, StatedCorrection } from '../api.ts';
import { ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

/** The resolution that corrects the order. */
export const CORRECT = 'correct';

/** What is filled in, by the thing that it corrects: a line id, `ship-to`, or the name of a day. */
export interface Entered {
  readonly lines: Readonly<Record<string, EnteredLine>>;
  readonly shipToNumber: string;
  readonly rememberShipTo: boolean;
  readonly dates: Readonly<Record<string, { readonly day: string; readonly none: boolean }>>;
}

interface EnteredLine {
  readonly kind: string;
  readonly value: string;
  readonly unit: string;
  readonly remember: boolean;
}

export const NOTHING_ENTERED: Entered = { lines: {}, shipToNumber: '', rememberShipTo: true, dates: {} };
const EMPTY: EnteredLine = { kind: '', value: '', unit: 'EA', remember: true };

/** Price kinds of one correction. */
const OUR_PRICE = 'our-price';

const CHOICES: Readonly<Record<string, readonly (readonly [kind: string, words: string])[]>> = {
  item: [['item', 'It is our item…']],
  substitute: [['substitute', 'Send this item instead, as agreed with the buyer…']],
  unit: [['unit', 'One ordered unit is…']],
  quantity: [['quantity', 'Another quantity…']],
  price: [
    [OUR_PRICE, 'Our price'],
    ['price', 'Another price…'],
  ],
  'refuse-line': [['refuse-line', 'The line is not delivered']],
};

const DATES = {
  requestedShipDate: 'Requested ship date',
  requestedDeliveryDate: 'Requested delivery date',
  shipNotBefore: 'Ship not before',
  shipNotAfter: 'Ship not after',
  deliverNotBefore: 'Deliver not before',
  deliverNotAfter: 'Deliver not after',
  cancelAfter: 'Cancel after',
} as const;

/** Without what is left empty. */
export function correctionsIn({ lines, shipToNumber, rememberShipTo, dates }: Entered): StatedCorrection[] {
  const stated = Object.entries(dates).filter(([, { day, none }]) => none || day !== '');
  const days = Object.fromEntries(stated.map(([name, { day, none }]) => [name, none ? null : day]));
  return [
    ...Object.entries(lines).flatMap(([lineId, line]) => ofLine(lineId, line)),
    ...(shipToNumber.trim() === ''
      ? []
      : [{ kind: 'ship-to', shipToNumber: shipToNumber.trim(), remember: rememberShipTo } as const]),
    ...(stated.length === 0 ? [] : [{ kind: 'dates', dates: days } as const]),
  ];
}

function ofLine(lineId: string, { kind, value, unit, remember }: EnteredLine): StatedCorrection[] {
  const text = value.trim();
  switch (kind) {
    case 'item':
      return [{ kind, lineId, sku: text, remember }];
    case 'substitute':
      return [{ kind, lineId, sku: text }];
    case 'unit':
      return [{ kind, lineId, unit: unit.trim().toUpperCase(), ...(text !== '' && { quantity: text }), remember }];
    case 'quantity':
      return [{ kind, lineId, quantity: text }];
    case 'price':
      return [{ kind, lineId, unitPrice: text }];
    case OUR_PRICE:
      return [{ kind: 'price', lineId }];
    case 'refuse-line':
      return [{ kind, lineId }];
    default:
      return [];
  }
}

/** Up to this number of lines each has its fields; of more, those that a search finds. */
const MOST_LINES = 50;

/** The lines that the exception is about and that have fields now. */
function useFoundLineIds({ id, lineIds, lineCount }: OrderException, wanted: boolean) {
  const api = useApi();
  const fieldId = useId();
  const [q, setQ] = useState('');
  const isLarge = wanted && lineCount > MOST_LINES;
  const { data, problem, refresh } = useLive(
    `lines to correct of ${id} ${isLarge} ${q}`,
    async (signal) => (isLarge ? api.exceptionLines(id, { q: q.trim() }, signal) : undefined),
    { keepPrevious: true },
  );
  if (!isLarge) return { lineIds, field: null };
  const items = data?.items ?? [];
  const field = (
    <div className="find-lines">
      <label htmlFor={fieldId}>Find a line by its number</label>
      <input
        id={fieldId}
        type="search"
        value={q}
        onChange={({ target }) => setQ(target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      {problem && <ProblemBanner problem={problem} what="the lines" onRetry={refresh} />}
      {data && (
        <p className="quiet" role="status">
          {data.count > items.length ? `The first ${items.length} of ${data.count} lines` : `${data.count} lines`}
        </p>
      )}
    </div>
  );
  return { lineIds: items.map(({ lineId }) => lineId), field };
}

interface Props {
  readonly exception: OrderException;
  readonly entered: Entered;
  readonly onChange: (entered: Entered) => void;
}

/** What is meant instead, for each line or the order that the exception is about. */
export function CorrectionFields({ exception, entered, onChange }: Props) {
  const { corrections } = exception;
  const choices = corrections.flatMap((kind) => CHOICES[kind] ?? []);
  const found = useFoundLineIds(exception, choices.length > 0);
  // What has been entered stays in sight while another line is looked for.
  const kept = Object.keys(entered.lines).filter((lineId) => !found.lineIds.includes(lineId));
  const shown = [...kept, ...found.lineIds];
  return (
    <>
      {found.field}
      {choices.length > 0 &&
        shown.map((lineId) => (
          <LineFields
            key={lineId}
            lineId={lineId}
            choices={choices}
            line={entered.lines[lineId] ?? EMPTY}
            onChange={(line) => onChange({ ...entered, lines: { ...entered.lines, [lineId]: line } })}
          />
        ))}
      {corrections.includes('ship-to') && <ShipToFields entered={entered} onChange={onChange} />}
      {corrections.includes('dates') && <DateFields entered={entered} onChange={onChange} />}
    </>
  );
}

interface LineProps {
  readonly lineId: string;
  readonly choices: readonly (readonly [kind: string, words: string])[];
  readonly line: EnteredLine;
  readonly onChange: (line: EnteredLine) => void;
}

const VALUE_LABELS: Readonly<Record<string, string>> = {
  item: 'Our item (SKU)',
  substitute: 'Our item (SKU)',
  unit: 'So many of our unit (empty: one)',
  quantity: 'Quantity, in the ordered unit',
  price: 'Price for one ordered unit',
};

function LineFields({ lineId, choices, line, onChange }: LineProps) {
  const id = useId();
  const label = VALUE_LABELS[line.kind];
  return (
    <fieldset className="correction">
      <legend>Line {lineId}</legend>
      <label htmlFor={`${id}kind`}>What is meant for line {lineId}</label>
      <select
        id={`${id}kind`}
        value={line.kind}
        onChange={({ target }) => onChange({ ...line, kind: target.value, value: '' })}
      >
        <option value="">Leave it as it is</option>
        {choices.map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </select>
      {line.kind === 'unit' && (
        <>
          <label htmlFor={`${id}unit`}>Our unit</label>
          <input
            id={`${id}unit`}
            value={line.unit}
            required
            maxLength={2}
            onChange={({ target }) => onChange({ ...line, unit: target.value })}
          />
        </>
      )}
      {label && (
        <>
          <label htmlFor={`${id}value`}>{label}</label>
          <input
            id={`${id}value`}
            value={line.value}
            required={line.kind !== 'unit'}
            maxLength={80}
            onChange={({ target }) => onChange({ ...line, value: target.value })}
          />
        </>
      )}
      {(line.kind === 'item' || line.kind === 'unit') && (
        <Remember checked={line.remember} onChange={(remember) => onChange({ ...line, remember })} />
      )}
    </fieldset>
  );
}

function Remember({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} /> Keep it for later
      orders of the partner
    </label>
  );
}

function ShipToFields({ entered, onChange }: Omit<Props, 'exception'>) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Our ship-to number</label>
      <input
        id={id}
        value={entered.shipToNumber}
        required
        maxLength={80}
        onChange={({ target }) => onChange({ ...entered, shipToNumber: target.value })}
      />
      <Remember
        checked={entered.rememberShipTo}
        onChange={(rememberShipTo) => onChange({ ...entered, rememberShipTo })}
      />
    </>
  );
}

function DateFields({ entered, onChange }: Omit<Props, 'exception'>) {
  const id = useId();
  return (
    <fieldset className="correction">
      <legend>Days of the order and all its lines; leave empty what stays</legend>
      {Object.entries(DATES).map(([name, words]) => {
        const { day, none } = entered.dates[name] ?? { day: '', none: false };
        const set = (changed: { day: string; none: boolean }) =>
          onChange({ ...entered, dates: { ...entered.dates, [name]: changed } });
        return (
          <div key={name}>
            <label htmlFor={`${id}${name}`}>{words}</label>
            <input
              id={`${id}${name}`}
              type="date"
              value={day}
              disabled={none}
              onChange={({ target }) => set({ day: target.value, none })}
            />
            <label className="check">
              <input type="checkbox" checked={none} onChange={({ target }) => set({ day, none: target.checked })} />{' '}
              none
            </label>
          </div>
        );
      })}
    </fieldset>
  );
}
