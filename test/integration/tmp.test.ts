import { afterAll, beforeAll, describe } from 'vitest';
import { type Given, givenNetwork } from './given.ts';
import { returns } from './returns.ts';

describe('returns', { timeout: 150_000 }, () => {
  let network: Given;
  beforeAll(async () => {
    network = await givenNetwork();
  });
  afterAll(async () => {
    const bad = network.lines.filter(({ line }) => /"level":"(error|warn)"|Error/.test(line)).slice(-40);
    for (const { part, line } of bad) console.log(part, line.slice(0, 900));
    await network.stop();
  });
  returns(() => network);
});
