/** The console's page of an interchange. */
export function filePath(interchangeId: string): string {
  return `/files/${encodeURIComponent(interchangeId)}`;
}
