/** Versions of profiles in the database: which one was last in force, and which ones orders came under. */
import { join, relative } from 'node:path';
import { keyOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { Database } from '../../prisma/client.ts';
import { profileFileOf, type ReadProfile } from './profile-files.ts';
import type { FoundProfiles } from './profiles-at-start.ts';
import { type Environment, type Locate, resolve } from './resolve-profile.ts';

type Stored = Pick<ReadProfile, 'content' | 'files'> & { readonly partnerId: string; readonly version: string };

/** Records that the version comes into force now. */
export async function storeInForce(prisma: Database, directory: string, read: ReadProfile): Promise<void> {
  const { partnerId, version, content, files } = storedFormOf(directory, read);
  await prisma.$executeRaw`
    INSERT INTO "ProfileVersion" ("partnerId", "version", "content", "files", "inForceAt", "firstUsedAt")
    VALUES (${partnerId}, ${version}, ${JSON.stringify(content)}::jsonb, ${files}::text[], now(), NULL)
    ON CONFLICT ("partnerId", "version") DO UPDATE SET "inForceAt" = excluded."inForceAt"`;
}

/** Records that an order came under the version, which keeps its content permanently. */
export async function storeFirstUse(prisma: Database, directory: string, read: ReadProfile): Promise<void> {
  const { partnerId, version, content, files } = storedFormOf(directory, read);
  await prisma.$executeRaw`
    INSERT INTO "ProfileVersion" ("partnerId", "version", "content", "files", "inForceAt", "firstUsedAt")
    VALUES (${partnerId}, ${version}, ${JSON.stringify(content)}::jsonb, ${files}::text[], now(), now())
    ON CONFLICT ("partnerId", "version") DO UPDATE SET "firstUsedAt" = now() WHERE "ProfileVersion"."firstUsedAt" IS NULL`;
}

function storedFormOf(directory: string, { profile: { id, version }, content, files }: ReadProfile): Stored {
  return { partnerId: id, version, content, files: files.map((file) => relative(directory, file)) };
}

/** The version of each partner that was last in force. */
export async function lastInForce(
  prisma: Database,
  directory: string,
  partnerIds: readonly string[],
  env: Environment = process.env,
): Promise<FoundProfiles> {
  const rows = await prisma.$queryRaw<Stored[]>`
    SELECT DISTINCT ON ("partnerId") "partnerId", "version", "content", "files" FROM "ProfileVersion"
    WHERE "partnerId" = ANY(${partnerIds}::text[]) ORDER BY "partnerId", "inForceAt" DESC`;
  const read = new Map<string, ReadProfile>();
  const problems: ProfileProblem[] = [];
  for (const { partnerId, version, content, files } of rows) {
    const file = profileFileOf(directory, partnerId);
    const locate: Locate = (path, code, reason) => {
      const told = `of the last good version ${version}, as it was stored, ${reason}`;
      return { code, file, line: 1, column: 1, key: keyOf(path), reason: told };
    };
    try {
      // The version is that of the row: rules of merging that change with the software do not change what was in force.
      const profile = { ...resolve(content, locate, env, partnerId), version };
      read.set(partnerId, { profile, content, files: files.map((name) => join(directory, name)), warnings: [] });
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, partnerId })));
    }
  }
  return { read, problems };
}
