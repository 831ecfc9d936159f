import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';

// Everything comes from this origin; only the calls of /v1 are not files.
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const API_PATH = /^\/(v1|docs|healthz|readyz|metrics|openapi\.json)(\/|$)/;

/**
 * The built console at `/`. All its addresses (`/orders/…`) return the same page. A missing file is an
 * unknown route, so that a script request never gets a page.
 */
export function serveConsole(directory: string): RequestHandler {
  const root = join(process.cwd(), directory);
  const folder = directory.startsWith('/') ? directory : root;
  const router = Router();
  const files = express.static(folder, {
    setHeaders: (response, path) => {
      // The build puts a content hash into these names.
      const named = path.startsWith(join(folder, 'assets'));
      response.set('Cache-Control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  router.use((request, response, next) => {
    if (!['GET', 'HEAD'].includes(request.method) || API_PATH.test(request.path)) return next('router');
    response.set('Content-Security-Policy', CONTENT_POLICY);
    files(request, response, next);
  });
  router.use((request, response, next) => {
    const isFile = /\.[a-z0-9]+$/i.test(request.path);
    if (isFile || !request.accepts('html')) return next();
    response.sendFile('index.html', { root: folder, headers: { 'Cache-Control': 'no-cache' } }, (error) => {
      // The console is not built.
      if (error) next();
    });
  });
  return router;
}
