import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CERTIFICATION_BASES, CERTIFICATION_STATES, certificationOf } from '../../activities/partners/certification.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import {
  crossReferenceFile,
  crossReferenceFileView,
  faultsIn,
  fileReadOf,
  filesRead,
  problemsOfFile,
} from '../representations/cross-reference-file.ts';
import { problemView, profileProblem, profileWarning } from '../representations/profile-problem.ts';
import { instant, link, toInstant } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';

const usage = z
  .enum(['test', 'production'])
  .meta({ description: 'The side of the partner: ISA15 of what is sent and accepted' });

const partnerItem = z
  .object({
    id: z.string(),
    name: z.string(),
    profileVersion: z.string(),
    usage,
    problemCount: z.int().meta({ description: 'Faults in its files; each refused cross-reference counts' }),
    links: z.object({ self: link }),
  })
  .meta({ id: 'Partner' });

const partnerList = z.object({
  items: z.array(partnerItem),
  problems: z.array(profileProblem).meta({ description: 'Faults in any file; empty for a key bound to one partner' }),
  warnings: z.array(profileWarning).meta({ description: 'Of the partners listed' }),
});

const listPartners = route({
  method: 'get',
  path: '/v1/partners',
  operation: 'listPartners',
  tag: 'Partners',
  summary: 'The trading partners of this installation; a key bound to one sees that one',
  access: withScope('orders:read', 'partners:read', 'partners:write', 'profiles:write'),
  answers: { 200: { description: 'The partners', schema: partnerList } },
  handler: async ({ caller }, { partners, prisma }) => {
    const bound = visiblePartner(caller);
    const listed = partners.list().filter(({ id }) => bound === undefined || id === bound);
    const files = await filesRead(
      prisma,
      listed.map(({ id }) => id),
    );
    const items = listed.map(({ id, name, profileVersion, usage: side }) => {
      const problemCount = partners.problemsOf(id).length + faultsIn(files.get(id));
      return { id, name, profileVersion, usage: side, problemCount, links: { self: partnerPath(id) } };
    });
    const ofFiles = [...files.values()].flatMap(problemsOfFile);
    const problems = bound === undefined ? [...partners.problems().map(problemView), ...ofFiles] : [];
    const warnings = listed.flatMap(({ id }) => partners.warningsOf(id).map(problemView));
    return { status: 200, body: { items, problems, warnings } };
  },
});

const duration = z
  .string()
  .meta({ description: 'ISO 8601 duration, with `business` where it runs in opening hours only' });

const partnerView = partnerItem
  .extend({
    ordersBy: z.array(z.string()),
    documents: z.object({
      inbound: z.array(z.string()).meta({ description: 'Transaction sets that are accepted' }),
      outbound: z.array(
        z.object({
          set: z.string(),
          deadline: duration,
          after: z.string().meta({ description: 'The event from which the deadline counts' }),
          acknowledgeWithin: duration.nullable().meta({ description: 'null where no acknowledgment is expected' }),
        }),
      ),
    }),
    shipWithin: duration,
    profile: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The whole profile, templates and defaults filled in; it holds no secrets' }),
    versions: z
      .array(z.object({ version: z.string(), firstUsedAt: instant }))
      .meta({ description: 'Versions under which orders have come, the latest first, 50 at most' }),
    certification: z.object({
      state: z.enum(CERTIFICATION_STATES),
      changed: z
        .array(z.enum(CERTIFICATION_BASES))
        .meta({ description: 'What has changed since the result; empty unless `outdated`: certify again' }),
      profileVersion: z.string().nullable(),
      finishedAt: instant.nullable(),
      passed: z.int(),
      failed: z.int(),
      notRun: z.int(),
      report: z.string().nullable().meta({ description: 'The file of the latest report, on the machine of the API' }),
      scenarios: z.array(
        z.object({
          name: z.string(),
          state: z.enum(['passed', 'failed', 'not-run']),
          reason: z.string().nullable(),
        }),
      ),
    }),
    problems: z.array(profileProblem),
    warnings: z.array(profileWarning),
    crossReferenceFile,
    links: z.object({ self: link, crossReferences: link }),
  })
  .meta({ id: 'PartnerView', description: 'A partner, what is agreed with it and how its profile stands' });

export const partnerParameter = { partnerId: z.string().min(1).max(60) };

const readPartner = route({
  method: 'get',
  path: '/v1/partners/{partnerId}',
  operation: 'readPartner',
  tag: 'Partners',
  summary: 'Read a partner: profile, documents and deadlines, certification, and what is wrong with its files',
  access: withScope('partners:read', 'partners:write', 'profiles:write'),
  params: z.object(partnerParameter),
  answers: { 200: { description: 'The partner', schema: partnerView } },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, deps) => {
    const profile = await partnerOf(caller, params.partnerId, deps);
    const versions = await deps.prisma.profileVersion.findMany({
      where: { partnerId: profile.id, firstUsedAt: { not: null } },
      orderBy: { firstUsedAt: 'desc' },
      select: { version: true, firstUsedAt: true },
      take: 50,
    });
    const file = await deps.prisma.crossReferenceFile.findUnique({ where: { partnerId: profile.id } });
    const read = file === null ? undefined : fileReadOf(file);
    const ofProfile = deps.partners.problemsOf(profile.id).map(problemView);
    const { documents, version: profileVersion, ...content } = profile;
    const body = {
      id: profile.id,
      name: profile.name,
      profileVersion,
      usage: profile.usage,
      ordersBy: [...profile.ordersBy],
      documents: { inbound: [...documents.inbound], outbound: outboundOf(profile) },
      shipWithin: profile.shipWithin,
      profile: JSON.parse(JSON.stringify({ ...content, documents })) as Record<string, unknown>,
      versions: versions.flatMap(({ version, firstUsedAt }) =>
        firstUsedAt === null ? [] : [{ version, firstUsedAt: toInstant(firstUsedAt) }],
      ),
      certification: certificationView(deps.config, profile),
      problemCount: ofProfile.length + faultsIn(read),
      problems: [...ofProfile, ...(read === undefined ? [] : problemsOfFile(read))],
      warnings: deps.partners.warningsOf(profile.id).map(problemView),
      crossReferenceFile: file && crossReferenceFileView(file),
      links: { self: partnerPath(profile.id), crossReferences: `${partnerPath(profile.id)}/cross-references` },
    };
    return { status: 200, body };
  },
});

function outboundOf({ documents }: PartnerProfile) {
  return Object.entries(documents.outbound).flatMap(([set, rule]) =>
    rule?.send === true
      ? [
          {
            set,
            deadline: rule.deadline,
            after: rule.after,
            // A functional acknowledgment is itself never acknowledged.
            acknowledgeWithin: rule.acknowledgment?.expected === true ? rule.acknowledgment.within : null,
          },
        ]
      : [],
  );
}

function certificationView({ certificationDir, partnersDir }: ApiDependencies['config'], profile: PartnerProfile) {
  const { state, result, changed } = certificationOf(certificationDir, partnersDir, profile);
  const report = join(certificationDir, profile.id, 'report.html');
  const count = (wanted: string) => result?.scenarios.filter((scenario) => scenario.state === wanted).length ?? 0;
  return {
    state,
    changed: [...changed],
    profileVersion: result?.fingerprint.profile ?? null,
    finishedAt: result === undefined ? null : toInstant(new Date(result.finishedAt)),
    passed: count('passed'),
    failed: count('failed'),
    notRun: count('not-run'),
    report: existsSync(report) ? report : null,
    scenarios: (result?.scenarios ?? []).map(({ name, state: one, reason }) => ({
      name,
      state: one,
      reason: reason ?? null,
    })),
  };
}

function partnerPath(id: string): string {
  return `/v1/partners/${encodeURIComponent(id)}`;
}

/** @throws Problem `no-such-partner`, also for a key that is bound to another partner */
export async function partnerOf(
  caller: Caller,
  partnerId: string,
  { partners }: ApiDependencies,
): Promise<PartnerProfile> {
  const profile = partners.profile(partnerId) ?? null;
  const bound = visiblePartner(caller);
  const problems = profile === null && (bound ?? partnerId) === partnerId ? partners.problemsOf(partnerId) : [];
  const [first] = problems;
  if (first !== undefined) {
    const { file, line, column, key, reason } = first;
    const place = `${file}:${line}:${column}: ${key === '' ? 'the file' : key}`;
    const detail = `There is no partner ${partnerId} before its profile is right: ${place} ${reason}`;
    throw new Problem('no-such-partner', detail, { members: { problems: problems.map(problemView) } });
  }
  return visibleTo(caller, profile, ({ id }) => id, 'no-such-partner', partnerId);
}

export const partnerRoutes = [listPartners, readPartner];
