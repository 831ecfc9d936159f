import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { profileReferenceFiles } from './profile-reference.ts';
import { projectDir } from './stack/part.ts';

const files = profileReferenceFiles();

describe('the reference of profiles', () => {
  it.each(Object.keys(files))('%s is what npm run profile-reference writes', (path) => {
    expect(readFileSync(join(projectDir, path), 'utf8')).toBe(files[path]);
  });

  it('contains every key of the example partners', () => {
    const reference = files['docs/profile-reference.md'] ?? '';
    for (const name of ['harbor-pine', 'tri-valley', 'cobalt-ridge']) {
      const text = readFileSync(join(projectDir, 'mappings', 'partners', `${name}.yaml`), 'utf8');
      for (const key of Object.keys(parseDocument(text).toJS())) {
        if (key !== 'extends') expect(reference).toContain(`## ${key}\n`);
      }
    }
  });
});
