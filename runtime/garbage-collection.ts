/**
 * Tunes V8. Every process that reads documents, and the benchmark that measures it, imports this
 * first.
 *
 * V8 pretenures: it learns which allocation sites make long-lived objects and allocates from them
 * directly in the old generation. Around `await` it often guesses wrongly. Short-lived purchase
 * orders then stay until the next full collection. Without pretenuring, reading and validating
 * 20,000 orders takes about four fifths of the time (`npm run bench -- x12`).
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-allocation-site-pretenuring');
