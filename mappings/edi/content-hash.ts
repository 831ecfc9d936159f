import { createHash } from 'node:crypto';
import type { SalesOrder } from '../canonical/v1/index.ts';

/**
 * SHA-256 (64 hexadecimal digits) of the content of an order. Equal hashes mean the same order,
 * regardless of key order, time and channel.
 */
export function contentHash(order: SalesOrder): string {
  const { receivedAt: _received, channel: _channel, schema: _schema, ...content } = order;
  return createHash('sha256').update(canonicalText(content)).digest('hex');
}

/** Serializes as JSON with sorted keys and without undefined values. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalText(part)}`).join(',')}}`;
}
