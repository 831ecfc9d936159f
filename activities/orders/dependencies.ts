import type { Database } from '../../prisma/client.ts';
import type { ErpSystem, WmsSystem } from '../../runtime/systems.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

export interface RecordDependencies {
  prisma: Database;
  handOff: HandOff;
  profiles: PartnerProfiles;
  erp: readonly ErpSystem[];
  wms: readonly WmsSystem[];
}
