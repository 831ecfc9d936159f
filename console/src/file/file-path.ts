/** Path of an interchange in the console. */
export function filePath(interchangeId: string): string {
  return `/files/${encodeURIComponent(interchangeId)}`;
}
