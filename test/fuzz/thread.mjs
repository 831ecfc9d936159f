/** A thread does not inherit the loader of TypeScript, so this registers it and goes on in reader-thread.ts. */
import { register } from 'tsx/esm/api';

register();
await import('./reader-thread.ts');
