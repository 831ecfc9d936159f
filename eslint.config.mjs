import tseslint from 'typescript-eslint';

/**
 * The rules that need types and that Biome cannot check: promises that nobody awaits, and cases that a switch forgets.
 * Biome keeps all other rules. typescript-eslint needs the JavaScript API of TypeScript, which version 7 does not have;
 * package.json therefore holds TypeScript 6 as `typescript` beside the compiler, `@typescript/native`.
 */
export default tseslint.config(
  {
    ignores: ['node_modules/', 'dist/', '.cache/', '.throughline/', 'prisma/generated/', 'test/replay/broken/'],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: ['./tsconfig.json', './console/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
);
