import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { GuardedReader } from './guarded-reader.ts';

/**
 * Fixed inputs; `npm run fuzz` covers more. Includes real documents of other companies if
 * available.
 */
it('reads any input without crash or hang, independent of chunking, with a reason per rejection', async () => {
  const { inputs, find } = await fuzz({ seed: 20_261_121, runs: 1500 });
  expect(find?.problem).toBeUndefined();
  expect(inputs).toBe(1500);
}, 180_000);

it('detects a failing reader', async () => {
  const reader = new GuardedReader();
  try {
    // The reader throws if its caller passes no bytes.
    await expect(reader.read(null as unknown as Uint8Array)).rejects.toThrow(/null/);
    expect(await reader.read(Buffer.from('ISA'))).not.toEqual([]);
  } finally {
    await reader.stop();
  }
});
