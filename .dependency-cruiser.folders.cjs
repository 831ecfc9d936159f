const { options } = require('./.dependency-cruiser.cjs');

/** Folders of the product need each other one way only. Tests and generated code are left out: they are leaves. */
module.exports = {
  forbidden: [
    {
      name: 'no-folder-cycles',
      comment: 'Two folders that need each other are one, or the shared part belongs below both.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    ...options,
    includeOnly: '^(activities|api|certification|domain|mappings|prisma|runtime|sandbox|scripts|workers|workflows)/',
    exclude: { path: '^prisma/generated|\\.test\\.tsx?$|/testing[./]|/fakes?[./]|/fixtures/' },
  },
};
