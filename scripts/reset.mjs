/** `npm run reset`: deletes the data folder of `npm start`. Refuses while `npm start` is running. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectDir } from './bootstrap.mjs';
import { identityOf } from './stack/identity.mjs';

const dir = resolve(projectDir, process.env.THROUGHLINE_DATA_DIR || '.throughline');
if (!existsSync(dir)) {
  console.log('There is nothing to reset.');
  process.exit(0);
}
if (!existsSync(join(dir, 'demo.key'))) {
  console.error(`${dir} does not look like a data folder of \`npm start\`; nothing was deleted.`);
  process.exit(1);
}
// A file that a killed process left incomplete names no running process.
const read = (name) => {
  try {
    return JSON.parse(readFileSync(join(dir, name), 'utf8'));
  } catch {
    return [];
  }
};
const recorded = [...[read('supervisor.json')].flat(), ...read('processes.json')];
const alive = recorded.filter(({ pid, identity }) => identityOf(pid) === identity);
if (alive.length > 0) {
  const list = alive.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
  console.error(`Still running: ${list}. Stop it first with Ctrl-C in the terminal of \`npm start\`.`);
  process.exit(1);
}
rmSync(dir, { recursive: true, force: true });
console.log(`Removed ${dir}.`);
