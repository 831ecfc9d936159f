/**
 * Worker threads do not inherit the TypeScript loader; this registers it and imports
 * reader-thread.ts.
 */
import { register } from 'tsx/esm/api';

register();
await import('./reader-thread.ts');
