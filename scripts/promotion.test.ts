import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProfile } from '../activities/partners/profile-files.ts';
import { PromotionRefused, planPromotion } from './promotion.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'profiles-'));
  write('templates/base.yaml', 'pricing: { tolerance: { percent: "1" } }\nbackorders: cancel\nusage: test\n');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), text);
}

const TEST = `# What was agreed with Acme.
extends: templates/base
id: acme-test
name: Acme (test)
usage: test
identifiers:
  ours: { isaQualifier: ZZ, isaId: US, gsId: US }
  theirs: { isaQualifier: ZZ, isaId: ACME, gsId: ACME }
transport: { kind: https, url: "https://test.acme.example/in" }
# Two days, by mail of 3 May.
shipWithin: P2D
routing: { scac: ODFL }
items: { buyer: [SK, IN] }
`;
const PRODUCTION = `# Production of Acme.
extends: templates/base
id: acme
name: Acme
usage: production
identifiers:
  ours: { isaQualifier: ZZ, isaId: US, gsId: US }
  theirs: { isaQualifier: "01", isaId: "123456789", gsId: ACME } # their DUNS
transport: { kind: https, url: "https://acme.example/in" } # as of 1 June
shipWithin: P5D # was a week
priority: 2
pricing: { tolerance: { percent: "3" } }
items: { buyer: [SK] } # the SKU alone
`;

const plan = (settings: Record<string, string> = {}) => planPromotion(directory, 'acme', settings, {});
const differences = (settings?: Record<string, string>) =>
  plan(settings).differences.map(({ key, from, to }) => [key, from, to]);

function refusal(settings?: Record<string, string>): string {
  try {
    plan(settings);
  } catch (error) {
    if (error instanceof PromotionRefused) return error.code;
    throw error;
  }
  return 'promoted';
}

describe('promotion of a partner that is in production', () => {
  beforeEach(() => {
    write('acme-test.yaml', TEST);
    write('acme.yaml', PRODUCTION);
  });

  it('copies the test side but keeps name, identifiers and transport of production', () => {
    expect(differences()).toEqual([
      ['pricing.tolerance.percent', '3', '1'],
      ['shipWithin', 'P5D', 'P2D'],
      ['priority', 2, undefined],
      ['items.buyer', ['SK'], ['SK', 'IN']],
      ['routing.scac', undefined, 'ODFL'],
    ]);
    write('acme.yaml', plan().text);
    const [test, production] = ['acme-test', 'acme'].map((name) => loadProfile(directory, name, {}));
    const { id, name, usage, identifiers, transport, version, ...agreed } = production ?? {};
    expect({ id, name, usage }).toEqual({ id: 'acme', name: 'Acme', usage: 'production' });
    expect(identifiers?.theirs.isaId).toBe('123456789');
    expect(transport?.url).toBe('https://acme.example/in');
    expect(test).toMatchObject(agreed);
    expect(differences()).toEqual([]);
  });

  it('keeps comments, and omits values that equal those of the template', () => {
    expect(plan().text).toBe(
      PRODUCTION.replace('P5D', 'P2D')
        .replace('priority: 2\n', '')
        .replace('pricing: { tolerance: { percent: "3" } }\n', '')
        .replace('[SK] }', '[ SK, IN ] }')
        .concat('routing:\n  scac: ODFL\n'),
    );
  });

  it('removes with null a key that only the template of production sets', () => {
    write('acme-test.yaml', TEST.replace('routing:', 'backorders: null\nrouting:'));
    expect(differences()).toContainEqual(['backorders', 'cancel', undefined]);
    expect(plan().text).toContain('backorders: null');
  });

  it('is refused with place if the production profile would be invalid', () => {
    write('acme-test.yaml', `${TEST}prioritty: 1\n`);
    expect(refusal()).toBe('production-profile-invalid');
    expect(() => plan()).toThrow(/prioritty is not a key of a profile/);
  });

  it('is refused if another partner has the same ids, and names both files', () => {
    write('best.yaml', PRODUCTION.replace('id: acme', 'id: best'));
    expect(refusal()).toBe('production-profile-invalid');
    expect(() => plan()).toThrow(`best (${join(directory, 'best.yaml')}:8) too`);
  });

  it('is refused if the usage of a side contradicts its file name', () => {
    write('acme.yaml', PRODUCTION.replace('usage: production', 'usage: test'));
    expect(refusal()).toBe('production-side-in-test');
    write('acme-test.yaml', TEST.replace('usage: test', 'usage: production'));
    expect(refusal()).toBe('test-side-in-production');
    rmSync(join(directory, 'acme-test.yaml'));
    expect(refusal()).toBe('test-side-missing');
  });

  it('is only planned: nothing is written', () => {
    plan();
    expect(readFileSync(join(directory, 'acme.yaml'), 'utf8')).toBe(PRODUCTION);
  });
});

describe('promotion of a partner that is new in production', () => {
  beforeEach(() => write('acme-test.yaml', TEST));

  it('requires a transport for production', () => {
    expect(refusal()).toBe('transport-not-given');
    expect(refusal({ shipWithin: 'P1D' })).toBe('setting-not-allowed');
    expect(refusal({ usage: 'test' })).toBe('setting-not-allowed');
  });

  it('copies the test side with its comments, and sets name, usage and transport of production', () => {
    const { text, isNew, unsetVariables } = plan({
      'transport.url': '$'.concat('{ACME_URL}/in'),
      'transport.tokenEnv': 'ACME_TOKEN',
      'identifiers.theirs.isaId': '"0042"',
    });
    expect(isNew).toBe(true);
    expect(unsetVariables).toEqual(['ACME_URL', 'ACME_TOKEN']);
    expect(text).toContain('# Two days, by mail of 3 May.');
    write('acme.yaml', text);
    expect(loadProfile(directory, 'acme', { ACME_URL: 'https://acme.example', ACME_TOKEN: 'x' })).toMatchObject({
      id: 'acme',
      name: 'Acme',
      usage: 'production',
      shipWithin: 'P2D',
      identifiers: { theirs: { isaId: '0042' } },
      transport: { url: 'https://acme.example/in' },
    });
  });
});
