import { z } from 'zod';
import { SaveRefused } from '../../activities/partners/profile-editor.ts';
import { differencesOf, isPlainObject } from '../../mappings/profile/content.ts';
import type { ProfileProblem } from '../../mappings/profile/problem.ts';
import { visiblePartner } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { problemView, profileProblem, profileWarning } from '../representations/profile-problem.ts';
import { instant, toInstant } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { partnerOf, partnerParameter } from './partners.ts';

const LONGEST_TEXT = 200_000;
/** Versions that are listed with their differences. */
const MOST_VERSIONS = 50;

const readers = withScope('partners:read', 'partners:write', 'profiles:write');
const text = z.string().min(1).max(LONGEST_TEXT).meta({ description: 'YAML of the partner’s own file' });
const revision = z.string().meta({ description: 'Of the text; changes with every change of it' });

const profileText = z
  .object({
    text: z.string().nullable().meta({ description: 'The partner’s own file; null if it cannot be found' }),
    revision: revision.nullable(),
    files: z.array(z.string()).meta({ description: 'The own file, then its templates' }),
    editable: z.boolean().meta({ description: 'A test side, and the key has profiles:write' }),
    values: z
      .array(
        z.object({
          key: z.string(),
          value: z.unknown(),
          from: z.string().nullable().meta({ description: 'The file that states it; null for a default' }),
        }),
      )
      .meta({ description: 'Every value of the profile in force' }),
  })
  .meta({ id: 'ProfileText', description: 'The file of a profile, and where each value comes from' });

const readProfileText = route({
  method: 'get',
  path: '/v1/partners/{partnerId}/profile',
  operation: 'readProfileText',
  tag: 'Profiles',
  summary: 'The file of the partner’s profile, and which template each value comes from',
  access: readers,
  params: z.object(partnerParameter),
  answers: { 200: { description: 'The file', schema: profileText } },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, deps) => {
    const profile = await partnerOf(caller, params.partnerId, deps);
    const file = deps.profileEditor.read(profile.id);
    const body = {
      text: file?.text ?? null,
      revision: file?.revision ?? null,
      files: [...(file?.files ?? [])],
      editable: file !== undefined && profile.usage === 'test' && editsProfiles(caller),
      values: deps.profileEditor.values(profile),
    };
    return { status: 200, body };
  },
});

const profileVersion = z
  .object({
    version: z.string(),
    inForceAt: instant,
    firstUsedAt: instant.nullable().meta({ description: 'null if no order came under it' }),
    differences: z
      .array(z.object({ key: z.string(), from: z.unknown(), to: z.unknown() }))
      .meta({ description: 'From the version before; without `from` or `to` where a key came or went' }),
  })
  .meta({ id: 'ProfileVersion' });

const listProfileVersions = route({
  method: 'get',
  path: '/v1/partners/{partnerId}/profile/versions',
  operation: 'listProfileVersions',
  tag: 'Profiles',
  summary: 'The versions of the profile that were in force, each with what it changed',
  access: readers,
  params: z.object(partnerParameter),
  answers: {
    200: {
      description: `The latest first, ${MOST_VERSIONS} at most`,
      schema: z.object({ items: z.array(profileVersion) }),
    },
  },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, { prisma, ...deps }) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, { prisma, ...deps });
    const rows = await prisma.profileVersion.findMany({
      where: { partnerId },
      orderBy: [{ inForceAt: 'desc' }, { version: 'asc' }],
      take: MOST_VERSIONS + 1,
    });
    const items = rows.slice(0, MOST_VERSIONS).map(({ version, inForceAt, firstUsedAt, content }, index) => ({
      version,
      inForceAt: toInstant(inForceAt),
      firstUsedAt: firstUsedAt && toInstant(firstUsedAt),
      differences: changesOf(rows[index + 1]?.content, content),
    }));
    return { status: 200, body: { items } };
  },
});

/** None for the first version that is known. */
function changesOf(before: unknown, now: unknown) {
  if (!isPlainObject(before) || !isPlainObject(now)) return [];
  return differencesOf(before, now).map(({ path, from, to }) => ({ key: path.join('.'), from, to }));
}

const checkedProfile = z
  .object({
    valid: z.boolean(),
    version: z.string().nullable().meta({ description: 'That the profile would get' }),
    problems: z.array(profileProblem),
    warnings: z.array(profileWarning),
  })
  .meta({ id: 'CheckedProfile' });

const checkProfile = route({
  method: 'post',
  path: '/v1/partners/{partnerId}/profile/check',
  operation: 'checkProfile',
  tag: 'Profiles',
  summary: 'Errors and warnings of a text as the partner’s profile',
  description: 'Nothing is stored. The partner may be a new one.',
  access: withScope('profiles:write'),
  changesNothing: true,
  params: z.object(partnerParameter),
  body: { kind: 'json', schema: z.strictObject({ text }).meta({ id: 'ProfileToCheck' }) },
  answers: { 200: { description: 'What is wrong with it', schema: checkedProfile } },
  problems: ['no-such-partner', 'invalid-body'],
  handler: async ({ params, body, caller }, deps) => {
    await editable(caller, params.partnerId, deps);
    const { read, problems } = deps.profileEditor.check(params.partnerId, body.text, othersFor(caller));
    return {
      status: 200,
      body: {
        valid: read !== undefined,
        version: read?.profile.version ?? null,
        problems: problems.map(problemView),
        warnings: (read?.warnings ?? []).map(problemView),
      },
    };
  },
});

const saveProfile = route({
  method: 'put',
  path: '/v1/partners/{partnerId}/profile',
  operation: 'saveProfile',
  tag: 'Profiles',
  summary: 'Save the profile of a test side',
  description:
    'The text is checked as a whole and replaces the file in one step; every process takes it up within seconds. `revision` is that of the text which the change began with, or null to create a test side; if the file has changed meanwhile, nothing is saved. Production’s file comes from `npm run promote` alone.',
  access: withScope('profiles:write'),
  params: z.object(partnerParameter),
  body: {
    kind: 'json',
    schema: z.strictObject({ text, revision: z.string().nullable() }).meta({ id: 'ProfileToSave' }),
  },
  answers: {
    200: {
      description: 'It is saved',
      schema: z.object({ version: z.string(), revision, warnings: z.array(profileWarning) }),
    },
  },
  problems: [
    'no-such-partner',
    'invalid-body',
    'profile-invalid',
    'profile-changed-meanwhile',
    'profile-not-editable',
    'profile-folder-read-only',
  ],
  handler: async ({ params, body, caller }, deps) => {
    const { partnerId } = params;
    await editable(caller, partnerId, deps);
    const before = deps.partners.profile(partnerId)?.version ?? null;
    try {
      const { read, revision: saved } = await deps.profileEditor.save(partnerId, body, othersFor(caller));
      const { version } = read.profile;
      return {
        status: 200,
        body: { version, revision: saved, warnings: read.warnings.map(problemView) },
        subject: partnerId,
        detail: { before, version, revision: saved },
      };
    } catch (error) {
      if (!(error instanceof SaveRefused)) throw error;
      if (error.code === 'profile-invalid') throw profileInvalid(error.problems);
      throw new Problem(error.code, `${error.message}.`);
    }
  },
});

export function profileInvalid(problems: readonly ProfileProblem[]): Problem {
  const [first] = problems;
  const place = first === undefined ? '' : `${first.file}:${first.line}:${first.column}: `;
  const detail = `${place}${first?.key || 'the file'} ${first?.reason ?? 'is wrong'}`;
  return new Problem('profile-invalid', detail, { members: { problems: problems.map(problemView) } });
}

function editsProfiles({ client }: Caller): boolean {
  return client !== undefined && (client.scopes.includes('admin') || client.scopes.includes('profiles:write'));
}

/** A key of one partner is not told which others there are. */
export function othersFor(caller: Caller): { namesOthers: boolean } {
  return { namesOthers: visiblePartner(caller) === undefined };
}

/** A profile runs expressions in our processes, so not everybody may bring one. */
export function mayEditProfiles(caller: Caller): void {
  if (!editsProfiles(caller))
    throw new Problem('missing-scope', 'A profile of your own needs the scope profiles:write.');
}

/** A partner with or without a profile; a key bound to another one is told that there is none. */
export async function editable(caller: Caller, partnerId: string, deps: ApiDependencies): Promise<void> {
  const bound = visiblePartner(caller);
  if (bound !== undefined && bound !== partnerId) await partnerOf(caller, partnerId, deps);
}

export const partnerProfileRoutes = [readProfileText, listProfileVersions, checkProfile, saveProfile];
