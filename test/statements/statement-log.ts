/** Every statement that Postgres executes for our processes, read from its log: BEGIN and COMMIT count as any other. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Database } from '../../prisma/client.ts';

export interface Executed {
  /** Name of the connection: a process of ours. */
  readonly application: string;
  /** On one line. */
  readonly sql: string;
}

export class StatementLog {
  readonly #file: string;
  #from: number;

  private constructor(file: string) {
    this.#file = file;
    this.#from = statSync(file).size;
  }

  /** Turns the log of statements on, for connections that are there and those to come. */
  static async of(prisma: Database, file: string): Promise<StatementLog> {
    await prisma.$executeRawUnsafe(`ALTER SYSTEM SET log_line_prefix = '§%a§'`);
    await prisma.$executeRawUnsafe(`ALTER SYSTEM SET log_statement = 'all'`);
    await prisma.$executeRawUnsafe('SELECT pg_reload_conf()');
    return new StatementLog(file);
  }

  /** Statements since the last call, but for those of this test. */
  take(): Executed[] {
    const { size } = statSync(this.#file);
    const buffer = Buffer.alloc(size - this.#from);
    const file = openSync(this.#file, 'r');
    readSync(file, buffer, 0, buffer.length, this.#from);
    closeSync(file);
    this.#from = size;
    return buffer
      .toString('utf8')
      .split(/^§/m)
      .flatMap((entry) => {
        const [, application = '', text = ''] =
          /^([^§]*)§LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)$/.exec(entry) ?? [];
        return application === '' || application === TEST ? [] : [{ application, sql: oneLine(text) }];
      });
  }
}

/** The application name of this test's own connections. */
export const TEST = 'statements-test';

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** One line per statement text, the most frequent first: where a budget goes. */
export function tableOf(executed: readonly Executed[]): string {
  const counts = new Map<string, number>();
  for (const { application, sql } of executed) {
    const line = `${application.padEnd(20)} ${sql.slice(0, 150)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([line, count]) => `${String(count).padStart(4)} ${line}`)
    .join('\n');
}
