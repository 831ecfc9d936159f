import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { keyOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { faultsOf } from './schema-faults.ts';
import { type Path, problemAt, readYaml } from './yaml-layer.ts';

export interface CheckedYaml<T> {
  readonly data: T;
  /** The problem of a value that the schema allows, at its place in the file. */
  problem(path: Path, reason: string): ProfileProblem;
}

/**
 * A file beside a profile, which needs no key: also a missing file holds the defaults. `what` names the kind of file.
 *
 * @throws ProfileError with every problem at its place.
 */
export function checkedYaml<S extends z.ZodType>(file: string, what: string, schema: S): CheckedYaml<z.output<S>> {
  const layer = existsSync(file) ? readYaml(file, what, { orEmpty: true }) : undefined;
  const content = layer?.content ?? {};
  const problemOf = (path: Path, code: ProfileProblem['code'], reason: string): ProfileProblem =>
    layer === undefined
      ? { code, file, line: 1, column: 1, key: keyOf(path), reason }
      : problemAt(layer, path, code, reason);
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, schema, content, what));
    throw new ProfileError(faults.map(({ path, code, reason }) => problemOf(path, code, reason)));
  }
  return { data: parsed.data, problem: (path, reason) => problemOf(path, 'profile-value-invalid', reason) };
}
