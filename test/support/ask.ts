import { inject } from 'vitest';

/** Asks the run for one of its servers (see servers.ts). @throws with the reason when it cannot be had here */
export async function askForServer(name: 'postgres' | 'temporal' | 'time-skipping'): Promise<string> {
  const response = await fetch(`${inject('testServers')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
