/**
 * `npm run draft-profile -- FILES…`: proposes a partner's profile from sample files, with the evidence of each guess and the
 * questions that samples cannot answer. See docs/onboarding-a-partner.md.
 */
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Terminal } from '../x12/main.ts';
import { allOf, bytesOf, endWithReader, TooLong } from '../x12/streams.ts';
import { draftOf } from './draft.ts';
import { readBack } from './reading.ts';
import { readSamples, SamplesRefused } from './samples.ts';
import { yamlOf } from './yaml.ts';

const USAGE = `npm run draft-profile -- --id NAME-test FILE… [options]

  --id NAME-test    our name of the partner's test side, the name of its file
  --name TEXT       the partner's name for people; by default as the orders have it
  --partners DIR    folder of profiles, for its templates; default PARTNERS_DIR, else mappings/partners

Prints YAML for mappings/partners/NAME-test.yaml. The files are orders and payments of the partner, and if there are any, documents
that it got from us or from our predecessor.
Exit status: 0 drafted, 1 the files say nothing or are of several partners, 2 a file or an option is unusable.
`;

const root = join(import.meta.dirname, '..', '..');

/** @returns the exit status */
export async function draftCommand(
  args: readonly string[],
  { stdout, stderr, env }: Pick<Terminal, 'stdout' | 'stderr' | 'env'>,
): Promise<0 | 1 | 2> {
  const refuse = (status: 1 | 2, reason: string) => {
    stderr.write(`${reason}\n`);
    return status;
  };
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    return refuse(2, `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
  const { values, positionals } = given;
  if (values.help === true) {
    stdout.write(USAGE);
    return 0;
  }
  const { id, name } = values;
  if (positionals.length === 0) return refuse(2, `Name at least one file.\n\n${USAGE}`);
  if (id === undefined || !/^[a-z0-9][a-z0-9-]{0,34}-test$/.test(id)) {
    return refuse(2, '--id must be lower-case letters, digits and hyphens, and end with -test.');
  }
  if (name !== undefined && (name.trim() === '' || name.length > 60))
    return refuse(2, '--name must have 1 to 60 characters.');
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (const file of positionals) {
    try {
      files.push({
        name: basename(file),
        bytes: await allOf(
          bytesOf(() => createReadStream(file)),
          MOST_BYTES,
        ),
      });
    } catch (error) {
      if (error instanceof TooLong) {
        return refuse(2, `${file} has more than ${MOST_BYTES / 1024 / 1024} MiB: a part of it is enough.`);
      }
      return refuse(2, `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  try {
    const draft = draftOf(await readSamples(files), { id, ...(name !== undefined && { name }) });
    const partnersDir = values.partners ?? env.PARTNERS_DIR ?? join(root, 'mappings', 'partners');
    stdout.write(yamlOf(await readBack(draft, id, files, partnersDir), id));
    return 0;
  } catch (error) {
    if (error instanceof SamplesRefused) return refuse(1, error.message);
    throw error;
  }
}

/** A sample is one day's orders at most. */
const MOST_BYTES = 16 * 1024 * 1024;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      id: { type: 'string' },
      partners: { type: 'string' },
      name: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  endWithReader(process);
  process.exitCode = await draftCommand(process.argv.slice(2), process);
}
