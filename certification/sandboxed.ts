import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';

/**
 * Copies the partners folder and points the transport of every profile to the sandbox. A certification therefore never reaches a real
 * partner, and needs none of the environment variables that the real transports read.
 *
 * @returns the folder and a function that removes it
 */
export function inSandbox(partnersDir: string): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'throughline-partners-'));
  cpSync(partnersDir, directory, { recursive: true });
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.yaml'))) {
    const path = join(directory, name);
    const profile = parseDocument(readFileSync(path, 'utf8'));
    const mailbox = `\${PARTNERS_URL}/${basename(name, '.yaml')}/inbox`;
    profile.set('transport', { kind: 'https', url: mailbox, tokenEnv: 'SANDBOX_TOKEN' });
    writeFileSync(path, String(profile));
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
