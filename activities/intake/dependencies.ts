import type { Database } from '../../prisma/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

/** The dependencies of intake. It never waits for Temporal: a fact and its hand-off are committed together. */
export interface IntakeDependencies {
  prisma: Database;
  profiles: PartnerProfiles;
  handOff: HandOff;
  log: Logger;
}
