import { afterAll, beforeAll, describe } from 'vitest';
import { askedAbout } from './asked-about.ts';
import { badInput } from './bad-input.ts';
import { bulkResolution } from './bulk-resolution.ts';
import { corrections } from './corrections.ts';
import { correlation } from './correlation.ts';
import { deliveries } from './deliveries.ts';
import { demoNetwork, secondOpinionOnX12 } from './demo.ts';
import { encodings } from './encodings.ts';
import { type Given, givenNetwork } from './given.ts';
import { temporalOutage } from './outage.ts';
import { partnerFiles } from './partner-files.ts';
import { payments } from './payments.ts';
import { repetition } from './repetition.ts';
import { returns } from './returns.ts';
import { routing } from './routing.ts';
import { shipmentPosting } from './shipment-posting.ts';
import { stores } from './stores.ts';
import { surplus } from './surplus.ts';
import { systemOutages } from './system-outage.ts';

/** The whole product as its users meet it: real processes, a real Temporal server and Postgres, started once for all scenarios. */
describe('a trading network', { timeout: 150_000 }, () => {
  let network: Given;
  const given = () => network;

  beforeAll(async () => {
    network = await givenNetwork();
  });
  afterAll(() => network?.stop());

  demoNetwork(given);
  repetition(given);
  payments(given);
  badInput(given);
  correlation(given);
  routing(given);
  askedAbout(given);
  stores(given);
  encodings(given);
  corrections(given);
  bulkResolution(given);
  returns(given);
  surplus(given);
  deliveries(given);
  partnerFiles(given);
  systemOutages(given);
  shipmentPosting(given);
  temporalOutage(given);
  secondOpinionOnX12(given);
});
