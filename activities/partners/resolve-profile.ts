import { isPlainObject, versionOf } from '../../mappings/profile/content.ts';
import { keyOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { type PartnerProfile, partnerProfile } from '../../mappings/profile/profile.ts';
import { PROFILE } from './profile-layers.ts';
import { faultsOf, valueAt } from './schema-faults.ts';
import type { Path } from './yaml-layer.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The problem at the place that states the path. */
export type Locate = (path: Path, code: ProfileProblem['code'], reason: string) => ProfileProblem;

const TOKEN_ENV: Path = ['transport', 'tokenEnv'];

/**
 * The profile of merged content: variables filled in, the schema applied.
 *
 * @throws ProfileError with each problem at the file, line and column that causes it.
 */
export function resolve(
  content: Record<string, unknown>,
  locate: Locate,
  env: Environment,
  name: string,
): PartnerProfile {
  const problems: ProfileProblem[] = [];
  const report = (path: Path, code: ProfileProblem['code'], reason: string) =>
    problems.push(locate(path, code, reason));
  const reportMissing = (path: Path, variable: string) => {
    const reason = `needs the environment variable ${variable}, which is not set`;
    problems.push({ ...locate(path, 'profile-variable-missing', reason), variable });
  };

  const interpolated = {
    ...content,
    ...(content.transport === undefined
      ? {}
      : {
          transport: interpolate(content.transport, ['transport'], (variable, path) => {
            const value = env[variable];
            if (!value) reportMissing(path, variable);
            return value ?? '';
          }),
        }),
  };
  const missingVariables = problems.map(({ key }) => key);
  const parsed = partnerProfile.safeParse(interpolated);
  for (const issue of parsed.error?.issues ?? []) {
    // A value whose variable is missing has been reported with its cause already.
    if (missingVariables.includes(keyOf(issue.path))) continue;
    for (const { path, code, reason } of faultsOf(issue, partnerProfile, interpolated, PROFILE))
      report(path, code, reason);
  }
  const tokenEnv = valueAt(content, TOKEN_ENV);
  const isWrong = problems.some(({ key }) => key === keyOf(TOKEN_ENV));
  if (typeof tokenEnv === 'string' && !isWrong && !env[tokenEnv]) reportMissing(TOKEN_ENV, tokenEnv);
  if (parsed.success) {
    if (parsed.data.id !== name) {
      report(['id'], 'profile-name-differs', `is "${parsed.data.id}", but the file is named ${name}.yaml`);
    }
    if (problems.length === 0) return { ...parsed.data, version: versionOf(content) };
  }
  throw new ProfileError(problems);
}

function interpolate(value: unknown, path: Path, read: (variable: string, path: Path) => string): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => read(variable, path));
  }
  if (Array.isArray(value)) return value.map((item, index) => interpolate(item, [...path, index], read));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, [...path, key], read)]));
}
