/**
 * Imports point one way (docs/architecture.md). Each layer may import itself and the layers above it in this list; layers of one
 * row do not know each other. Type imports count, except where a layer may import types alone.
 */
const layers = [
  ['domain'],
  ['mappings/canonical'],
  ['mappings/x12'],
  ['mappings/edi'],
  ['mappings/profile'],
  ['mappings/labels'],
  ['runtime'],
  ['prisma'],
  ['activities/lib'],
  ['activities/partners'],
  ['activities/handoff'],
  ['activities/documents'],
  ['activities/orders'],
  ['activities/returns'],
  ['activities/intake'],
  ['activities/edi', 'activities/erp', 'activities/wms'],
  ['activities/preview', 'activities/dead-letters'],
  ['workflows'],
  ['api', 'workers'],
  ['scripts/stack', 'sandbox'],
  ['certification'],
  ['scripts', 'bench'],
];

/** Layers that know less than their place in the list would let them. */
const narrower = {
  workflows: { code: ['domain', 'runtime/search-attributes.ts'], types: ['activities', 'mappings/canonical'] },
  runtime: { code: ['domain'], types: [] },
  prisma: { code: ['domain', 'runtime'], types: [] },
  // The sandbox plays other companies: it knows the published contracts, never how we work inside.
  sandbox: {
    code: ['domain', 'mappings', 'runtime', 'activities/lib', 'activities/[^/]+/.*(contract|port).ts'],
    types: [],
  },
  // The console knows the API by its answers.
  console: { code: ['domain', 'mappings'], types: [] },
};

const ours =
  '^(activities|api|bench|certification|console|domain|mappings|prisma|runtime|sandbox|scripts|test|workers|workflows)/';
const tests = '^(?!node_modules/).*(\\.test\\.tsx?$|/testing[./]|/fakes?[./]|/fixtures/)|^test/';
const any = (paths) => `^(${paths.map((path) => path.replaceAll(/\.(?=ts$)/g, '\\.')).join('|')})(/|$)`;

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const all = layers.flat();
/** A layer in a folder of another, such as scripts/stack in scripts, is not part of the other. */
const within = (layer) => all.filter((other) => other.startsWith(`${layer}/`));
const from = (layer) => ({
  path: any([layer]),
  pathNot: [tests, ...(within(layer).length > 0 ? [any(within(layer))] : [])],
});

function layerRules(layer) {
  const row = layers.findIndex((names) => names.includes(layer));
  const { code, types } = narrower[layer] ?? { code: layers.slice(0, Math.max(row, 0)).flat(), types: [] };
  const name = layer.replace('/', '-');
  const known = [...code, layer, 'prisma/generated'].join(', ');
  const rules = [
    forbid(
      `${name}-knows-the-layers-below`,
      `${layer} may import ${known}${types.length > 0 ? `, and types of ${types.join(', ')}` : ''}.`,
      from(layer),
      { path: ours, pathNot: any([...code, ...types, layer]) },
    ),
  ];
  if (types.length > 0) {
    rules.push(
      forbid(`${name}-imports-types-alone`, `${layer} may import only types of ${types.join(', ')}.`, from(layer), {
        path: any(types),
        pathNot: any([...code, layer]),
        dependencyTypesNot: ['type-only'],
      }),
    );
  }
  return rules;
}

module.exports = {
  forbidden: [
    ...[...all, 'console'].flatMap(layerRules),
    forbid(
      'folders-have-a-layer',
      'A folder of mappings or activities is named in the list of layers.',
      { path: '^(mappings|activities)/', pathNot: [tests, any(all)] },
      { path: ours },
    ),
    forbid(
      'no-circular',
      'Two modules that need each other to load are one.',
      { pathNot: tests },
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only'] },
      },
    ),
    forbid(
      'workflows-use-no-node',
      'A built-in module of Node is not there in the workflow sandbox.',
      { path: '^workflows/', pathNot: tests },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'nothing-imports-tests',
      'Tests are leaves. What certification and benchmarks share with them is in scripts/stack or sandbox.',
      { pathNot: tests },
      { path: tests },
    ),
    forbid('not-to-unresolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true, pathNot: '\\.css$' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^prisma/generated' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types', 'default'],
    },
  },
};
