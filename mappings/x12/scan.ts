/**
 * Finds and validates the interchanges of an input in memory; `read.ts` does the same for streams.
 * Invalid input never throws. Refused parts are reported with their byte range so that they can be
 * stored.
 */
import { defaultScanLimits, EnvelopeWalker } from './envelope.ts';
import type { ScanLimits, ScannedInterchange } from './types.ts';

/**
 * Returns every interchange, valid or refused, in order. Junk between interchanges is a separate
 * item with `ok` false. An empty or blank input gives one refused item with code `empty-input`.
 *
 * A fault in ISA or IEA, truncation or an overlong segment refuses the interchange. A fault in GS
 * or GE refuses the functional group, and one in ST or SE the transaction set. Enclosing and
 * sibling parts are not affected.
 */
export function scanInterchanges(bytes: Uint8Array, limits: Partial<ScanLimits> = {}): ScannedInterchange[] {
  const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: ScannedInterchange[] = [];
  let current: ScannedInterchange | undefined;
  const walker = new EnvelopeWalker({ ...defaultScanLimits, ...limits }, (event) => {
    switch (event.kind) {
      case 'interchange':
        current = {
          ok: true,
          start: event.start,
          end: event.start,
          header: event.header,
          delimiters: event.delimiters,
          bytes: window.subarray(event.start, event.start),
          errors: [],
          groupCount: 0,
          transactionCount: 0,
          groups: [],
          interchangeAcknowledgments: [],
        };
        found.push(current);
        break;
      case 'group':
        current?.groups.push(event.group);
        break;
      case 'transaction':
        event.group.transactions.push(event.transaction);
        if (current !== undefined) {
          current.transactionCount += 1;
        }
        break;
      case 'interchange-acknowledgment':
        current?.interchangeAcknowledgments.push(event.acknowledgment);
        break;
      case 'interchange-end':
        if (current !== undefined) {
          current.end = event.end;
          current.bytes = window.subarray(event.start, event.end);
          current.errors = event.errors;
          current.ok = event.errors.length === 0;
          current.groupCount = event.groupCount;
          current = undefined;
        }
        break;
      case 'refused':
        found.push({
          ok: false,
          start: event.start,
          end: event.end,
          ...(event.header === undefined ? {} : { header: event.header }),
          bytes: window.subarray(event.start, event.end),
          errors: event.errors,
          groupCount: 0,
          transactionCount: 0,
          groups: [],
          interchangeAcknowledgments: [],
        });
        break;
      case 'group-end':
        break;
    }
  });
  walker.run(window, 0, true);
  return found;
}
