import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProfile } from '../../activities/partners/profile-files.ts';
import { createPrismaClient } from '../../prisma/client.ts';
import { type Network, startNetwork } from '../../scripts/stack/network.ts';
import { projectDir } from '../../scripts/stack/part.ts';

/**
 * Follows docs/onboarding-a-partner.md: writes its files and runs its commands in their order, and expects the results that the page
 * describes. Commands marked `running` need a running system.
 */

interface Block {
  readonly language: string;
  readonly mark: string;
  readonly text: string;
}

const page = readFileSync(join(projectDir, 'docs', 'onboarding-a-partner.md'), 'utf8');
const blocks: Block[] = [...page.matchAll(/^```(\w+) ?(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', mark = '', text = '']) => ({ language, mark, text }),
);
const run = promisify(execFile);

let folder: string;
let network: Network;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-onboarding-'));
  cpSync(join(projectDir, 'mappings', 'partners'), join(folder, 'mappings', 'partners'), { recursive: true });
  network = await startNetwork({ env: { PARTNERS_DIR: join(folder, 'mappings', 'partners') } });
}, 120_000);
afterAll(async () => {
  await network?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The first line of a whole file names it: `# mappings/partners/…`; an excerpt has no such line. */
function nameOf({ text }: Block): string | undefined {
  return /^# (mappings\/\S+)\n/.exec(text)?.[1];
}

function writeFileOf({ text }: Block, name: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name.endsWith('.csv') ? text.slice(text.indexOf('\n') + 1) : text);
}

function commandsOf({ text }: Block): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function output(command: string): Promise<string> {
  const env = {
    ...network.env,
    PARTNERS_DIR: join(folder, 'mappings', 'partners'),
    CERTIFICATION_DIR: join(folder, 'certification'),
  };
  const { stdout } = await run('bash', ['-c', command], { cwd: projectDir, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

describe('a new partner, with the onboarding page alone', () => {
  it('has files and commands to follow', () => {
    expect(blocks.filter((block) => block.language === 'yaml' && nameOf(block) !== undefined)).toHaveLength(2);
    expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(5);
  });

  it('has excerpts that a profile can hold', () => {
    const excerpts = blocks.filter((block) => block.language === 'yaml' && nameOf(block) === undefined);
    const partners = mkdtempSync(join(folder, 'excerpts-'));
    cpSync(join(projectDir, 'mappings', 'partners'), partners, { recursive: true });
    for (const [index, { text }] of excerpts.entries()) {
      const name = `excerpt-${index}`;
      writeFileSync(join(partners, `${name}.yaml`), `extends: harbor-pine\nid: ${name}\n${text}`);
      expect(readProfile(partners, name, { PARTNERS_URL: 'http://127.0.0.1', SANDBOX_TOKEN: 'x' }).profile.id).toBe(
        name,
      );
    }
  });

  it('is certified and promoted without touching code', { timeout: 600_000 }, async () => {
    const said = new Map<string, string>();
    for (const block of blocks) {
      if (block.language !== 'sh') {
        const name = nameOf(block);
        if (name !== undefined) writeFileOf(block, name);
        continue;
      }
      if (block.mark === 'running') await masterDataIsThere();
      for (const command of commandsOf(block)) said.set(command, await output(command));
    }
    const saidOf = (start: string) =>
      [...said].filter(([command]) => command.startsWith(start)).map(([, text]) => text);
    expect(saidOf('npm run x12')[0]).toContain('JV-60113');
    expect(saidOf('npm run certify -- juniper-vale-test')[0]).toMatch(/[1-9]\d* passed, 0 failed/);
    const kept = readFileSync(join(folder, 'mappings/partners/juniper-vale-test/fixtures/first-order.yaml'), 'utf8');
    expect(kept).toContain('JV-60113');
    await sampleIsTraded('juniper-vale-test');
    const production = readFileSync(join(folder, 'mappings/partners/juniper-vale.yaml'), 'utf8');
    expect(production).toContain('usage: production');
    expect(production).toContain('https://edi.junipervale.example/meridian');
  });
});

/** Until the articles are known, no cross-reference can name one. */
async function masterDataIsThere(): Promise<void> {
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 1 });
  try {
    await expect.poll(() => prisma.item.count(), { timeout: 60_000 }).toBeGreaterThan(0);
  } finally {
    await prisma.$disconnect();
  }
}

/** Their sample, once their customer has been read: long before the schedule would do so by itself. */
async function sampleIsTraded(partnerId: string): Promise<void> {
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 1 });
  try {
    await expect.poll(() => prisma.customer.count({ where: { partnerId } }), { timeout: 60_000 }).toBe(1);
    const response = await fetch(`${network.apiUrl}/v1/edi/interchanges`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${network.installation.demoKey}`, 'Content-Type': 'application/edi-x12' },
      body: readFileSync(join(projectDir, 'docs', 'examples', 'juniper-vale-850.edi')),
    });
    expect(response.status).toBe(202);
    const status = async () => (await prisma.order.findFirst({ where: { partnerId } }))?.status;
    await expect.poll(status, { timeout: 120_000 }).toMatch(/^(closed|exception)$/);
    expect(await status()).toBe('closed');
  } finally {
    await prisma.$disconnect();
  }
}
