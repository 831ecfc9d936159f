import { expect, test } from 'vitest';
import { ConfigError } from './config.ts';
import { masterDataSystems, parseSystems, systemsFor } from './systems.ts';

const yaml = `
erp:
  - { id: main, kind: rest, baseUrl: '\${ERP_URL}/', tokenEnv: ERP_TOKEN }
wms:
  - { id: west, kind: rest, baseUrl: 'https://wms.example.com', nodes: [RNO], webhookSecretEnv: WMS_SECRET }
`;

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    parseSystems(text, 'systems.yaml', env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ where, reason }) => `${where} ${reason}`);
    throw error;
  }
  return [];
}

test('addresses and secrets come from the environment', () => {
  const systems = parseSystems(yaml, 'systems.yaml', { ERP_URL: 'http://erp', ERP_TOKEN: 't', WMS_SECRET: 's' });
  expect(systems.erp[0]).toEqual({
    id: 'main',
    kind: 'rest',
    baseUrl: 'http://erp',
    token: 't',
    taskQueue: 'erp.main',
    serves: ['production'],
    timeoutSeconds: 30,
  });
  expect(systems.wms[0]).toMatchObject({ nodes: ['RNO'], webhookSecret: 's', taskQueue: 'wms.west' });
});

test('every missing variable is reported with its place', () => {
  expect(problemsOf(yaml)).toEqual([
    'systems.yaml: erp.0.baseUrl needs the environment variable ERP_URL, which is not set',
    'systems.yaml: erp.0.tokenEnv needs the environment variable ERP_TOKEN, which is not set',
    'systems.yaml: wms.0.webhookSecretEnv needs the environment variable WMS_SECRET, which is not set',
  ]);
});

test('a ship-from node belongs to one warehouse system', () => {
  const twice = yaml.replace('nodes: [RNO]', 'nodes: [RNO, RNO]');
  expect(problemsOf(twice, { ERP_URL: 'http://erp', ERP_TOKEN: 't', WMS_SECRET: 's' })).toEqual([
    'systems.yaml: wms.nodes names RNO twice',
  ]);
});

test('a system serves production by default, and master data comes from production', () => {
  const sides = `
erp:
  - { id: trial, kind: rest, baseUrl: 'http://trial', serves: [test] }
  - { id: main, kind: rest, baseUrl: 'http://main' }
  - { id: shared, kind: rest, baseUrl: 'http://shared', serves: [test, production] }
wms:
  - { id: west, kind: rest, baseUrl: 'http://west', nodes: [RNO] }
`;
  const { erp, wms } = parseSystems(sides, 'systems.yaml', {});
  expect(systemsFor(erp, 'test').map(({ id }) => id)).toEqual(['trial', 'shared']);
  expect(systemsFor(erp, 'production').map(({ id }) => id)).toEqual(['main', 'shared']);
  expect(systemsFor(wms, 'test')).toEqual([]);
  expect(masterDataSystems(erp).map(({ id }) => id)).toEqual(['main', 'shared']);
  expect(masterDataSystems(erp.slice(0, 1)).map(({ id }) => id)).toEqual(['trial']);
});

test('a misspelt key and invalid YAML are rejected', () => {
  expect(problemsOf('erp: [{ id: a, kind: rest, baseUrl: "http://a", tokn: x }]\nwms: []').join()).toMatch(/tokn/);
  expect(problemsOf('erp: [').join()).toMatch(/is not YAML/);
});
