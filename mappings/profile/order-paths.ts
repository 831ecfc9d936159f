import { z } from 'zod';
import { distanceBetween } from '../../domain/nearest.ts';
import { orderChange, orderChangeLine } from '../canonical/v1/order-change.ts';
import { salesOrder, salesOrderLine } from '../canonical/v1/sales-order.ts';

/** Paths of the canonical order and its change that a profile may name: dotted, with `lines[].` for lines. */

const LINE = 'lines[].';
const NEAREST = 3;

/** Allows any name below, as in `attributes.season`. */
const FREE = '*';

/** Every path of a schema. List items have none, because a path cannot select one. */
function placesIn(schema: z.core.$ZodType, above: string): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodRecord) return [`${above}${FREE}`];
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, below]) => {
    const place = `${above}${name}`;
    return [place, ...placesIn(below as z.core.$ZodType, `${place}.`)];
  });
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrapped(schema.unwrap()) : schema;
}

/** Explains why a path does not exist and lists the nearest names; undefined if it exists. */
export const unknownPlaceOf = unknownIn('order', [...placesIn(salesOrder, ''), ...placesIn(salesOrderLine, LINE)]);
export const unknownPlaceOfChange = unknownIn('change', [
  ...placesIn(orderChange, ''),
  ...placesIn(orderChangeLine, LINE),
]);

function unknownIn(document: string, places: readonly string[]): (path: string) => string | undefined {
  return (path) => {
    const free = `${path.slice(0, path.lastIndexOf('.') + 1)}${FREE}`;
    if (places.includes(path) || (path.includes('.') && places.includes(free))) return undefined;
    const nearest = places
      .filter((place) => place.startsWith(LINE) === path.startsWith(LINE))
      .map((place) => ({ place, distance: distanceBetween(path.toLowerCase(), place.toLowerCase()) }))
      .sort((one, other) => one.distance - other.distance || one.place.localeCompare(other.place))
      .slice(0, NEAREST)
      .map(({ place }) => place.replace(FREE, 'NAME'));
    return `names ${path}, which the canonical ${document} does not have; nearest are ${nearest.join(', ')}`;
  };
}
