export function identityOf(pid: number): string | undefined;
export function endProcess(
  target: { pid: number; identity: string; signal: NodeJS.Signals },
  graceSeconds: number,
): Promise<boolean>;
