import { expect, test } from 'vitest';
import { erpConnectors } from '../activities/erp/connector.ts';
import { wmsConnectors } from '../activities/wms/connector.ts';
import { ConfigError } from './config.ts';
import { parseSystems, systemsFor } from './systems.ts';

const kinds = { erp: await erpConnectors(), wms: await wmsConnectors() };

const yaml = `
erp:
  - { id: main, kind: rest, baseUrl: '\${ERP_URL}/', tokenEnv: ERP_TOKEN }
wms:
  - { id: west, kind: rest, baseUrl: 'https://wms.example.com', nodes: [RNO], webhookSecretEnv: WMS_SECRET }
`;

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    parseSystems(text, 'systems.yaml', kinds, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ where, reason }) => `${where} ${reason}`);
    throw error;
  }
  return [];
}

test('addresses and secrets come from the environment', () => {
  const systems = parseSystems(yaml, 'systems.yaml', kinds, { ERP_URL: 'http://erp', ERP_TOKEN: 't', WMS_SECRET: 's' });
  expect(systems.erp[0]).toEqual({
    id: 'main',
    kind: 'rest',
    taskQueue: 'erp.main',
    serves: ['production'],
    settings: { baseUrl: 'http://erp', token: 't', timeoutSeconds: 30, pageSize: 500 },
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

test('a system serves production alone unless it says otherwise', () => {
  const sides = `
erp:
  - { id: trial, kind: rest, baseUrl: 'http://trial', serves: [test] }
  - { id: main, kind: rest, baseUrl: 'http://main' }
  - { id: shared, kind: rest, baseUrl: 'http://shared', serves: [test, production] }
wms:
  - { id: west, kind: rest, baseUrl: 'http://west', nodes: [RNO], webhookSecret: s }
`;
  const { erp, wms } = parseSystems(sides, 'systems.yaml', kinds, {});
  expect(systemsFor(erp, 'test').map(({ id }) => id)).toEqual(['trial', 'shared']);
  expect(systemsFor(erp, 'production').map(({ id }) => id)).toEqual(['main', 'shared']);
  expect(systemsFor(wms, 'test')).toEqual([]);
});

test('a misspelt key and invalid YAML are rejected', () => {
  expect(problemsOf('erp: [{ id: a, kind: rest, baseUrl: "http://a", tokn: x }]\nwms: []').join()).toMatch(/tokn/);
  expect(problemsOf('erp: [').join()).toMatch(/is not YAML/);
});

test('a kind without a connector is refused, and every other problem of the file is named with it', () => {
  const text = `
erp:
  - { id: main, kind: sap, baseUrl: 'http://erp' }
  - { id: East, kind: rest, baseUrl: 'ftp://erp', timeoutSeconds: 0 }
wms:
  - { id: west, kind: rest, nodes: [] }
erpRules:
  - { name: east, erp: north, when: { customers: [] } }
`;
  expect(problemsOf(text).map((problem) => problem.slice('systems.yaml: '.length))).toEqual([
    'erpRules.0.when.customers Too small: expected array to have >=1 items',
    'erp.0.kind must be one of rest',
    'erp.1.baseUrl must be an http or https URL',
    'erp.1.timeoutSeconds Too small: expected number to be >0',
    'erp.1.id must be lower-case letters, digits and hyphens',
    'wms.0.baseUrl must be an http or https URL',
    'wms.0.nodes Too small: expected array to have >=1 items',
  ]);
});

test('a warehouse system that sends events needs the secret that they are signed by', () => {
  const text = yaml.replace(', webhookSecretEnv: WMS_SECRET', '');
  expect(problemsOf(text, { ERP_URL: 'http://erp', ERP_TOKEN: 't' })).toEqual([
    'systems.yaml: wms.0.webhookSecret is missing: without it, nobody can tell its events from forged ones',
  ]);
});

test('rules that route orders name an ERP of the file', () => {
  const env = { ERP_URL: 'http://erp', ERP_TOKEN: 't', WMS_SECRET: 's' };
  const rules = (erp: string) => `${yaml}erpRules:\n  - { name: west, erp: ${erp}, when: { channels: [api] } }\n`;
  expect(parseSystems(rules('main'), 'systems.yaml', kinds, env).erpRules).toEqual([
    { name: 'west', erp: 'main', when: { channels: ['api'] } },
  ]);
  expect(problemsOf(rules('north'), env)).toEqual([
    'systems.yaml: erpRules.0.erp names north, which is no ERP of this file',
  ]);
});
