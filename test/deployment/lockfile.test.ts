import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';

/**
 * npm omits a platform's optional package from the lock file without a warning if the registry
 * lacks it. `npm ci` then rejects the lock file on every machine.
 */
interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

/** Resolves a package as Node would, from the lock file. */
function locked(name: string, from: string): LockedPackage | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = packages[folder === '' || folder === '.' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found || folder === '' || folder === '.') return found;
  }
}

test('the lock file contains the packages of every platform, so that npm ci accepts it', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => locked(name, path)?.version === undefined)
      .map((name) => `${name} of ${path}`),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no registry: it works behind any mirror', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "https?:/);
});
