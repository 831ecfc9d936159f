import { defineConfig } from 'prisma/config';

/** For Prisma's own commands (`generate`, `migrate`); the processes read runtime/config.ts instead. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // `prisma generate` needs no database, so the variable may be absent.
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
