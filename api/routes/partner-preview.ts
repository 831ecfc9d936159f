import { z } from 'zod';
import { databaseMasterData } from '../../activities/preview/master-data.ts';
import { preview } from '../../activities/preview/preview.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { isTestingPartner } from '../auth/access.ts';
import { visiblePartner } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { faultsOf, Problem } from '../errors.ts';
import { previewView, toPreviewView } from '../representations/preview.ts';
import { type Caller, route, withScope } from '../route.ts';
import { editable, mayEditProfiles, othersFor, profileInvalid } from './partner-profile.ts';
import { partnerOf, partnerParameter } from './partners.ts';
import { jsonOf, withinLimit } from './x12.ts';

/** With more, one preview holds the process that takes orders in for seconds. */
const MOST_ORDERS = 25;
const MOST_LINES = 1_000;

const candidate = z
  .strictObject({
    file: z.string().min(1).meta({ description: 'X12; characters are bytes of ISO-8859-1' }),
    profile: z
      .string()
      .max(200_000)
      .optional()
      .meta({ description: 'YAML that stands in the place of the partner’s own file; needs profiles:write' }),
  })
  .meta({ id: 'PreviewRequest' });

const access = withScope('edi:write', 'documents:read', 'profiles:write', 'partner:test');

const previewFile = route({
  method: 'post',
  path: '/v1/partners/{partnerId}/preview',
  operation: 'previewFile',
  tag: 'Profiles',
  summary: 'What a file of the partner would become, up to invoice and label',
  description:
    'Verdicts and errors, the canonical orders, the order check with the exceptions that would open, the documents, a label and the deadlines, if everything is accepted and ships complete. Nothing is stored, numbered or sent. All transaction sets are judged; of a file at most 20 sets, 25 orders and the documents of 1,000 lines are shown.',
  access,
  changesNothing: true,
  params: z.object(partnerParameter),
  body: {
    kind: 'bytes',
    limit: 'maxJsonBytes',
    contentType: ['application/edi-x12', 'application/json'],
    description: 'X12 as it is, at most 1,000,000 bytes; or JSON with a profile to preview by',
    schema: candidate,
  },
  answers: { 200: { description: 'The preview', schema: previewView } },
  problems: ['no-such-partner', 'malformed-json', 'invalid-body', 'profile-invalid'],
  handler: async ({ params, body, caller, header, signal }, deps) => {
    const isJson = /^application\/([\w.-]+\+)?json\b/i.test(header('content-type') ?? '');
    const { file, profile: text } = isJson ? candidateOf(body) : { file: body, profile: undefined };
    const bytes = withinLimit(file);
    const profile = await profileFor(caller, params.partnerId, text, deps);
    const profiles = new Map(
      deps.partners.list().flatMap(({ id }) => {
        const one = deps.partners.profile(id);
        return one === undefined ? [] : [[id, one] as const];
      }),
    );
    const result = await preview({
      profile,
      bytes,
      receivedAt: new Date(),
      profiles,
      systems: deps.systems,
      mostOrders: MOST_ORDERS,
      mostLines: MOST_LINES,
      signal,
      masterData: databaseMasterData(deps.prisma),
    });
    return {
      status: 200,
      body: toPreviewView(result, {
        partners: visiblePartner(caller) === undefined,
        decisions: !isTestingPartner(access, caller),
      }),
    };
  },
});

/** Delimiters may be control characters, which the reader of other JSON bodies refuses. */
function candidateOf(body: Buffer): { file: Buffer; profile?: string } {
  const parsed = candidate.safeParse(jsonOf(body));
  if (!parsed.success) {
    const faults = faultsOf(parsed.error);
    throw new Problem('invalid-body', `${faults[0]?.path}: ${faults[0]?.message}`, { errors: faults });
  }
  const { file, profile } = parsed.data;
  if (isLatin1(file)) return { file: Buffer.from(file, 'latin1'), ...(profile !== undefined && { profile }) };
  const message = 'must hold characters of ISO-8859-1 only';
  throw new Problem('invalid-body', `file: ${message}`, { errors: [{ path: 'file', message }] });
}

function isLatin1(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0xff) return false;
  return true;
}

/**
 * The profile in force, or the one that the text would be.
 *
 * @throws Problem `profile-invalid` with the place of each error
 */
async function profileFor(
  caller: Caller,
  partnerId: string,
  text: string | undefined,
  deps: ApiDependencies,
): Promise<PartnerProfile> {
  if (text === undefined) return partnerOf(caller, partnerId, deps);
  mayEditProfiles(caller);
  await editable(caller, partnerId, deps);
  const { read, problems } = deps.profileEditor.check(partnerId, text, othersFor(caller));
  if (read !== undefined) return read.profile;
  throw profileInvalid(problems);
}

export const partnerPreviewRoutes = [previewFile];
