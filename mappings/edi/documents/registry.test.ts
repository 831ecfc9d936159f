import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents } from './all.ts';
import { allGuides, guideOf, inboundByDefault, inboundSets, isAcknowledged, nameOf, ruleSetOf } from './registry.ts';

const project = join(import.meta.dirname, '..', '..', '..');

describe('the registry of documents', () => {
  it('lists each folder, under the set that names the folder', () => {
    const folders = readdirSync(import.meta.dirname).filter((name) => /^\d{3}$/.test(name));
    expect(documents.map(({ set }) => set).toSorted()).toEqual(folders);
    for (const { set } of documents) expect(guideOf(set, '005010')?.set).toBe(set);
  });

  it('lists the sets that a profile may accept and those it accepts by default', () => {
    expect(inboundSets).toEqual(['850', '875', '820', '997', '999', '824', '860', '944', '180']);
    expect(inboundByDefault).toEqual(['850', '820', '997']);
  });

  it('knows that acknowledgments are not acknowledged, and that a 999 is sent by the rule of the 997', () => {
    expect(['855', '856', '810', '997', '999', '850', 'TA1'].filter(isAcknowledged)).toEqual(['855', '856', '810']);
    expect([ruleSetOf('999'), ruleSetOf('855')]).toEqual(['997', '855']);
    expect([nameOf('856'), nameOf('000')]).toEqual(['Ship notice', undefined]);
  });
});

/** Code of the product outside of the folders of documents and the engine for the X12 standard itself. */
const FOLDERS = [
  'activities',
  'api',
  'certification',
  'console/src',
  'domain',
  'mappings',
  'prisma',
  'runtime',
  'scripts',
  'workers',
  'workflows',
];
const ALLOWED = /\.test\.ts$|\/testing\/|^mappings\/x12\/|^mappings\/edi\/documents\/\d{3}\/|^prisma\/generated\//;

function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

describe('the number of a transaction set', () => {
  it('appears only in the folder of its document, so that a new set changes nothing else', () => {
    const sets = [...new Set(allGuides().map(({ set }) => set))].join('|');
    // A literal that is a set or begins with one, or a name that ends in one. Imports name folders.
    const named = new RegExp(`['"\`](?:${sets})['"\`/]|\\b[A-Za-z]\\w*(?:${sets})\\b`);
    const found = sources()
      .filter((file) => !ALLOWED.test(file))
      .flatMap((file) =>
        withoutComments(readFileSync(join(project, file), 'utf8'))
          .split('\n')
          .filter((line) => named.test(line) && !/^(import|export) .* from '|^\} from '/.test(line.trim()))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(found).toEqual([]);
  });
});
