/** Imports point one way (docs/architecture.md). Checked on the compiler's output, by scripts/check-imports.mjs. */
const tests = '\\.test\\.js$|^test/|/testing[./]|/fakes?[./]';

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-circular', 'A cycle has no direction.', { pathNot: tests }, { circular: true }),
    forbid(
      'workflows-stay-deterministic',
      'workflows run in a sandbox without Node: only workflows, the domain and the search attributes; types of anything are free.',
      { path: '^workflows/', pathNot: tests },
      {
        path: '^(activities|api|workers|prisma|runtime/(?!search-attributes)|sandbox|scripts|console|bench|test|mappings)/',
      },
    ),
    forbid(
      'workflows-use-no-node',
      'A built-in module of Node is not there in the workflow sandbox.',
      { path: '^workflows/', pathNot: tests },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'domain-imports-itself',
      'What an order is and may do: no Temporal, no database, no clock.',
      { path: '^domain/', pathNot: tests },
      { path: '^(?!domain/)' },
    ),
    forbid(
      'mappings-import-nothing-of-ours',
      'mappings are pure: documents in, canonical out.',
      { path: '^mappings/', pathNot: tests },
      { path: '^(activities|api|workers|workflows|prisma|runtime|sandbox|scripts|console|bench)/' },
    ),
    forbid(
      'runtime-is-at-the-bottom',
      'runtime is what every process starts with.',
      { path: '^runtime/', pathNot: tests },
      { path: '^(activities|api|workers|workflows|mappings|prisma|sandbox|scripts|console|bench)/' },
    ),
    forbid(
      'records-know-no-process',
      'prisma is used by activities and the API; it imports nothing but runtime.',
      { path: '^prisma/', pathNot: tests },
      { path: '^(activities|api|workers|workflows|mappings|sandbox|scripts|console|bench)/' },
    ),
    forbid(
      'activities-serve-workflows-and-api',
      'activities import mappings, prisma, runtime, and the message definitions of workflows.',
      { path: '^activities/', pathNot: tests },
      { path: '^(api|workers|sandbox|scripts|console|bench)/' },
    ),
    forbid(
      'api-and-workers-are-apart',
      'Each is a process of its own.',
      { path: '^(api|workers)/', pathNot: tests },
      { path: '^(sandbox|scripts|console|bench)/|^(?!$1/)(api|workers)/' },
    ),
    forbid(
      'sandbox-stands-outside',
      'The sandbox plays other companies: it may know the published contracts, never how we work inside.',
      { path: '^sandbox/', pathNot: tests },
      { path: '^(api|workers|workflows|prisma|scripts|console|bench)/|^activities/.*activities\\.js$' },
    ),
    forbid(
      'console-speaks-http',
      'The console knows the API by its answers.',
      { path: '^console/' },
      { path: '^(activities|api|workers|workflows|prisma|runtime|sandbox|scripts|bench)/' },
    ),
    forbid(
      'nothing-imports-tests',
      'Tests are leaves; the benchmarks and the certification of profiles test as well.',
      { pathNot: `${tests}|^(bench|certification)/` },
      { path: '\\.test\\.js$|^test/' },
    ),
    forbid(
      'not-to-unresolvable',
      'An import that leads nowhere.',
      {},
      { couldNotResolve: true, pathNot: '\\.(css|mjs)$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^prisma/generated' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
