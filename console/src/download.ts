/** Downloads a file; replaces characters that file systems reject. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = window.document.createElement('a');
  link.href = address;
  link.download = name.replaceAll(/[^\w.-]+/g, '-');
  link.click();
  // The browser reads the blob after this call returns.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
