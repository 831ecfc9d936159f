/** Reads the samples by the draft itself: what it refuses, and what it does not use, are questions too. */
import { readProfileText } from '../../activities/partners/profile-files.ts';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import { linesOf, ProfileError } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import type { Draft } from './draft.ts';
import type { SampleFile } from './samples.ts';
import { yamlOf } from './yaml.ts';

/** At most so many faults of one file are named. */
const MOST_FAULTS = 5;

/** The draft, with the questions that reading the samples by it raises. */
export async function readBack(
  draft: Draft,
  id: string,
  files: readonly SampleFile[],
  partnersDir: string,
): Promise<Draft> {
  let profile: PartnerProfile;
  try {
    ({ profile } = readProfileText(partnersDir, id, yamlOf(draft, id), {}));
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return {
      ...draft,
      questions: [`The draft is not a valid profile yet:\n${linesOf(error.problems)}`, ...draft.questions],
    };
  }
  const questions: string[] = [];
  const unused = new Map<string, string>();
  for (const { name, bytes } of files) {
    const faults: string[] = [];
    for await (const part of explainInterchanges(once(bytes), {
      profiles: new Map([[id, profile]]),
      partner: profile,
      evaluate: evaluateAll,
    })) {
      if ('findings' in part) {
        for (const { severity, message, place } of part.findings) {
          if (severity === 'error') faults.push(`${place.segment}, segment ${place.position}: ${message}`);
        }
      }
      if (part.kind !== 'transaction' || part.outcome === undefined || !('notUsed' in part.outcome)) continue;
      for (const { content, name: what, text, ignored } of part.outcome.notUsed) {
        const key = `${part.set} ${content}`;
        if (ignored === undefined && !unused.has(key)) unused.set(key, `${what}: ${text} (${name})`);
      }
    }
    if (faults.length > 0) {
      const more = faults.length > MOST_FAULTS ? ` and ${faults.length - MOST_FAULTS} more` : '';
      questions.push(`By this draft ${name} has errors: ${faults.slice(0, MOST_FAULTS).join('; ')}${more}`);
    }
  }
  for (const [key, what] of unused) {
    questions.push(
      `What does ${key} mean to them? Nothing takes it over: map it, or say under ignores why not. ${what}`,
    );
  }
  return { ...draft, questions: [...questions, ...draft.questions] };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
