/**
 * Imported first by each process that reads documents, and by the benchmark that measures it.
 *
 * V8 remembers where objects that live long were made, and makes later ones from there in its old generation at once. Around `await` it
 * often judges wrongly: whole purchase orders, done with after a millisecond, then stay until the next full collection. Without that
 * guess 20,000 orders are read and validated in about four fifths of the time (`npm run bench -- x12`).
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-allocation-site-pretenuring');
