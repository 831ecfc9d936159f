import { inject } from 'vitest';

/**
 * Requests a shared server of the test run (see servers.ts). @throws with the reason if it is
 * unavailable
 */
export async function askForServer(name: 'postgres' | 'temporal' | 'time-skipping'): Promise<string> {
  const response = await fetch(`${inject('testServers')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
