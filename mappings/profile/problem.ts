export interface ProfileProblem {
  /** Stable, kebab-case. */
  readonly code:
    | 'profile-unreadable'
    | 'profile-not-utf8'
    | 'profile-syntax'
    | 'profile-template-missing'
    | 'profile-template-cycle'
    | 'profile-variable-missing'
    | 'profile-key-unknown'
    | 'profile-value-invalid'
    | 'profile-name-differs'
    | 'profile-identifiers-shared'
    // Only as warnings: the profile is taken.
    | 'profile-rule-unreachable'
    | 'profile-code-unknown'
    | 'profile-terms-odd'
    | 'profile-days-odd'
    | 'profile-key-idle'
    | 'profile-path-unknown';
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key, empty for the whole file. */
  readonly key: string;
  readonly reason: string;
  /** The partner that has it; a fault of a template is one of each partner that extends it. */
  readonly partnerId?: string;
  /** The environment variable, for `profile-variable-missing`. */
  readonly variable?: string;
}

/** All problems of the profiles at once. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  readonly code = 'invalid-partner-profile';
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The partner profiles have ${count}:\n${linesOf(problems)}`);
    this.problems = problems;
  }
}

/** Warnings for a terminal. */
export function warningsText(warnings: readonly ProfileProblem[]): string {
  return `Warnings, which keep nothing from being taken:\n${linesOf(warnings)}`;
}

/** A line for each problem, for a terminal. */
export function linesOf(problems: readonly ProfileProblem[]): string {
  return problems
    .map(
      ({ file, line, column, key, reason }) =>
        `  ${file}:${line}:${column}: ${key === '' ? 'the file' : key} ${reason}`,
    )
    .join('\n');
}

/** Formats a key in dotted form. */
export function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

/** Formats a schema message as the end of a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
