import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allGuides } from '../guides/index.ts';
import { anInterchange, anOrder, aTransaction, bytesOf, outgoing } from '../test-support/interchange.ts';
import { expectLossless, read, setOf, write } from '../test-support/json.ts';
import { treesInAnyDelimiters } from '../test-support/trees.ts';
import { writeTransaction } from '../write.ts';
import { writeInterchange } from '../write-interchange.ts';
import { X12JsonError } from './faults.ts';

const order = anInterchange([aTransaction('850', anOrder)]);

describe('nothing is lost', () => {
  it.each(allGuides().map((one) => [one.set, one.version, one] as const))('of %s in %s', async (_, version, along) => {
    await fc.assert(
      fc.asyncProperty(treesInAnyDelimiters(along), fc.boolean(), async ([marks, tree], lineBreaks) => {
        const segments = writeTransaction(tree, along, marks);
        const bytes = writeInterchange({
          ...outgoing(segments, along.set, along.functionalId, marks, version),
          lineBreaks,
        });
        const document = await expectLossless(bytes);
        expect(setOf(document).tree).toEqual(tree);
        expect((await write(document)).equals(bytes)).toBe(true);
      }),
      { numRuns: version === '004010' ? 12 : 6, seed: 20261120 },
    );
  });

  it('of segments that no guide knows, in any delimiters, with any blanks and empty parts', async () => {
    const marks = fc
      .uniqueArray(fc.constantFrom('*', '|', '~', '>', ':', '^', '!', '\x1c', '\x1d', '\x1e', '\x85', '+', '\\'), {
        minLength: 4,
        maxLength: 4,
      })
      .map(([element = '', component = '', segment = '', repetition = '']) => ({
        element,
        component,
        segment,
        repetition,
      }));
    // Each number below stands for a character: the low ones for delimiters, so that they come often.
    const element = fc.array(fc.nat(11), { maxLength: 8 });
    const segments = fc.array(fc.tuple(fc.stringMatching(/^[A-Z]{3}$/), fc.array(element, { maxLength: 6 })), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(marks, segments, fc.constantFrom('', '\n', '\r\n'), async (delimiters, body, lineEnd) => {
        const characters = [
          delimiters.component,
          delimiters.repetition,
          ' ',
          'A',
          'b',
          '7',
          '.',
          '\xe9',
          '\x07',
          '-',
          '(',
          '/',
        ];
        const lines = body
          .filter(([id]) => !['ISA', 'IEA'].includes(id))
          .map(([id, elements]) =>
            [id, ...elements.map((one) => one.map((number) => characters[number]).join(''))].join(delimiters.element),
          );
        const plain = writeInterchange(outgoing(lines, '275', 'PI', delimiters, '005010X211')).toString('latin1');
        const bytes = bytesOf(plain.replaceAll(delimiters.segment, () => delimiters.segment + lineEnd));
        const document = await expectLossless(bytes);
        expect((await write(document)).equals(bytes)).toBe(true);
      }),
      { numRuns: 300, seed: 20261120 },
    );
  });

  it('of a file with bytes that do not belong there, unless it is refused', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3 }),
        fc.constantFrom('', '\r', '\n', ' ', '*', '~', '>', 'SE', 'GS*'),
        fc.integer({ min: 106, max: order.length }),
        async (bytes, mark, at) => {
          const odd = Buffer.concat([bytesOf(order.slice(0, at)), Buffer.from(bytes), bytesOf(mark + order.slice(at))]);
          const found = await read(odd).catch((error: unknown) => error);
          if (found instanceof X12JsonError) return;
          await expectLossless(odd);
          kept += 1;
        },
      ),
      { numRuns: 600, seed: 20261120 },
    );
    expect(kept).toBeGreaterThan(100);
  });
});

describe('samples', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  const files = [join(root, 'sandbox', 'samples'), join(root, '..', 'shared', 'samples', 'x12')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.edi'))
        .map((name) => join(folder, name)),
    );

  it.each(files.map((file) => [file.slice(root.length), file] as const))(
    '%s loses nothing, or is refused for its envelope',
    async (_, file) => {
      const bytes = readFileSync(file);
      const found = await read(bytes).catch((error: unknown) => error);
      if (found instanceof X12JsonError) for (const { path } of found.faults) expect(path).toMatch(/^[A-Z]/);
      else await expectLossless(bytes);
    },
  );
});
