import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { GuardedReader } from './guarded-reader.ts';

/** Always the same inputs; `npm run fuzz` goes further. The real documents of others are part of them where they are at hand. */
it('reads whatever comes: no crash, no hang, the same however it comes in, each refusal with a reason', async () => {
  const { inputs, find } = await fuzz({ seed: 20_261_121, runs: 1500 });
  expect(find?.problem).toBeUndefined();
  expect(inputs).toBe(1500);
}, 180_000);

it('would notice a reader that fails', async () => {
  const reader = new GuardedReader();
  try {
    // What is no bytes at all is a mistake of the caller, on which the reader throws.
    await expect(reader.read(null as unknown as Uint8Array)).rejects.toThrow(/null/);
    expect(await reader.read(Buffer.from('ISA'))).not.toEqual([]);
  } finally {
    await reader.stop();
  }
});
