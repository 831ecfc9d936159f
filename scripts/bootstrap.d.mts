export const projectDir: string;
export function ensureConsole(): Promise<void>;
export function step(title: string, command: string, args: string[], env?: Record<string, string>): Promise<void>;
export class StepFailed extends Error {}
