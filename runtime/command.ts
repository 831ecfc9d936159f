/** Shared behaviour of the `npm run` commands: `--help`, usage errors, refusals, exit status. */

/** An invalid command line; the process prints the usage and exits with status 2. */
export class UsageError extends Error {}

export interface Command {
  /** The usage text that `--help` and `-h` print. */
  usage: string;
  /** @returns the exit status */
  run(args: string[]): number | Promise<number>;
  /**
   * Exit status for an error whose message is complete for the user. Any other error prints its
   * stack and exits with status 1.
   */
  refusal?(error: unknown): number | undefined;
}

/** Whether this process was started only to print its usage. */
export function asksForHelp(): boolean {
  return process.argv.slice(2).some((word) => word === '--help' || word === '-h');
}

export async function runCommand({ usage, run, refusal }: Command): Promise<void> {
  if (asksForHelp()) {
    console.log(usage);
    return;
  }
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    const wrongCall = reasonOfWrongCall(error);
    if (wrongCall !== undefined) {
      console.error(`${wrongCall}\n\n${usage}`);
      process.exitCode = 2;
      return;
    }
    const status = refusal?.(error);
    console.error(status !== undefined && error instanceof Error ? error.message : error);
    process.exitCode = status ?? 1;
  }
}

/** Parses a numeric option. @throws UsageError */
export function numberOption(name: string, text: string, { least, whole = true }: { least: number; whole?: boolean }) {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value))) return value;
  throw new UsageError(`--${name} ${text}: must be a ${whole ? 'whole ' : ''}number from ${least}`);
}

function reasonOfWrongCall(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const ofArguments = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  // Node appends advice on passing arguments that begin with a hyphen; cut it off.
  return ofArguments ? error.message.replace(/\. To specify .*/s, '') : undefined;
}
