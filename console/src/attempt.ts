/**
 * An idempotency key. `crypto.randomUUID` needs HTTPS or localhost, but the console may run under a plain host name.
 */
export function newAttempt(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
