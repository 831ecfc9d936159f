/**
 * Finds the interchanges of an input and says of each whether it is sound: `scanInterchanges` for bytes in memory, `read.ts` has the form
 * for streams. Nothing here throws on bad input: whatever is refused is reported, with its byte range, so that it can be kept.
 */
import { defaultScanLimits, EnvelopeWalker } from './envelope.ts';
import type { ScanLimits, ScannedInterchange } from './types.ts';

/**
 * Every interchange found in the input, sound or refused, in order; junk between interchanges is an item of its own with `ok` false. An
 * input without anything to read (empty, blanks only) gives one refused item with code `empty-input`.
 *
 * What is refused: the interchange for a fault in ISA or IEA, truncation or an overlong segment; the functional group for a fault in GS or
 * GE; the transaction set for a fault in ST or SE. A lower fault leaves what is above and beside it standing.
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
