/** What the commands of `npm run` have in common: `--help`, wrong calls, refusals, exit status. */

/** A call that cannot be carried out as it stands; it is answered with the usage of the command and status 2. */
export class UsageError extends Error {}

export interface Command {
  /** How to call it; what `--help` and `-h` print. */
  usage: string;
  /** @returns the exit status */
  run(args: string[]): number | Promise<number>;
  /** Exit status for an error whose message says to a person all there is to say; of any other error the stack is shown, status 1. */
  refusal?(error: unknown): number | undefined;
}

/** Whether this process was called for its usage alone. */
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

/** A number that an option states. @throws UsageError */
export function numberOption(name: string, text: string, { least, whole = true }: { least: number; whole?: boolean }) {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value))) return value;
  throw new UsageError(`--${name} ${text}: must be a ${whole ? 'whole ' : ''}number from ${least}`);
}

function reasonOfWrongCall(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const ofArguments = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  // Node goes on about how to pass arguments that begin with a hyphen.
  return ofArguments ? error.message.replace(/\. To specify .*/s, '') : undefined;
}
