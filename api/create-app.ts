import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { runWithCorrelation } from '../runtime/correlation.ts';
import { authorize, identify, identityOf, writeAudit } from './auth/access.ts';
import { createClientLookup } from './auth/clients.ts';
import { serveConsole } from './console.ts';
import type { ApiDependencies, Intake } from './dependencies.ts';
import { serveDocumentation } from './documentation.ts';
import { Problem, toProblem } from './errors.ts';
import { outages } from './held-up.ts';
import { type ApiMetrics, createMetrics, serveMetrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { bodyReader, expressPath, type Route, readRequest, sendAnswer } from './route.ts';
import { routes } from './routes/index.ts';

/** The whole HTTP interface. It opens no port, connection or timer itself. */
export function createApp(given: ApiDependencies): Express {
  const metrics = createMetrics({
    profileProblems: () => given.partners.problems().length,
    // Without the database there are no figures, but the other metrics.
    outages: () => outages(given.prisma, undefined).catch(() => []),
    registry: given.registry,
  });
  const deps = { ...given, intake: countingIntake(given.intake, metrics) };
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');

  app.use(correlate, observe(deps, metrics), secure);
  const findClient = createClientLookup(deps.prisma);
  const limit = limitRate(deps);
  for (const route of routes) {
    // Health probes have no key and must never be rejected.
    const limiter = route.access.kind === 'public' ? [] : [limit];
    app[route.method](
      expressPath(route.path),
      named(route),
      identify(route, findClient, deps),
      ...limiter,
      authorize,
      bodyReader(route, deps),
      answer(route, deps),
    );
  }
  app.get('/metrics', serveMetrics(metrics));
  const document = openApiDocument(routes);
  app.get('/openapi.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').json(document);
  });
  app.use('/docs', serveDocumentation());
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(expressPath(path), refuseMethod(routes.filter((route) => route.path === path)));
  }
  app.use(serveConsole(deps.config.consoleDir));
  app.use(unknownRoute, answerProblem(deps));
  return app;
}

const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** Uses the caller's X-Correlation-Id if it is safe for logs and documents, otherwise creates one. The response carries it. */
const correlate: RequestHandler = (request, response, next) => {
  const given = request.get('x-correlation-id') ?? '';
  const id = CORRELATION_ID.test(given) ? given : randomUUID();
  response.locals.correlationId = id;
  response.set('X-Correlation-Id', id);
  runWithCorrelation(id, next);
};

function named(route: Route): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = route.path;
    next();
  };
}

/** One log line and one measurement per request, once the response is sent or the caller has disconnected. */
function observe({ log }: ApiDependencies, metrics: ApiMetrics): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const milliseconds = performance.now() - began;
      const route = typeof response.locals.route === 'string' ? response.locals.route : 'unmatched';
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.observeRequest({ method: request.method, route, status }, milliseconds / 1000);
      const quiet = ['/healthz', '/readyz', 'unmatched'].includes(route) && status < 400;
      log.log(quiet ? 'debug' : 'info', 'request', {
        correlationId: response.locals.correlationId,
        method: request.method,
        // Omit the query: it may contain personal data.
        path: request.path,
        route,
        status,
        ms: Math.round(milliseconds * 10) / 10,
        ...(typeof response.locals.clientId === 'string' ? { clientId: response.locals.clientId } : {}),
      });
    });
    next();
  };
}

/** OWASP REST security cheat sheet. The console and /docs set their own content policy. */
const secure: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Strict-Transport-Security': 'max-age=31536000',
    'Cache-Control': 'no-store',
  });
  next();
};

function limitRate({ config }: ApiDependencies): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: config.rateLimitPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'client',
    // Without a client, count by /56 prefix, the usual IPv6 assignment of one customer.
    keyGenerator: (request) => identityOf(request).caller.client?.id ?? ipKeyGenerator(request.ip ?? '', 56),
    handler: (_request, response, next) => {
      // The limiter has set Retry-After.
      const seconds = response.getHeader('Retry-After');
      next(
        new Problem('too-many-requests', `${config.rateLimitPerMinute} requests a minute; come back in ${seconds} s.`),
      );
    },
  });
}

function answer(route: Route, deps: ApiDependencies): RequestHandler {
  return async (request, response) => {
    const { caller } = identityOf(request);
    const correlationId = String(response.locals.correlationId);
    response.locals.clientId = caller.client?.id;
    const read = readRequest(route, request);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const result = await route
      .handler(
        // `route()` guarantees that the schemas produce the handler's types.
        {
          ...(read as { params: object; query: object; headers: object; body: undefined }),
          caller,
          correlationId,
          signal: gone.signal,
          header: (name) => request.get(name),
        },
        deps,
      )
      .catch((error: unknown) => {
        // Nobody reads the answer to work that was ended because its caller has gone.
        if (error === gone.signal.reason) return undefined;
        throw error;
      });
    if (result === undefined) return;
    if (route.method !== 'get' && route.changesNothing !== true) {
      await writeAudit(deps, {
        clientId: caller.client?.id ?? 'signed',
        action: route.operation,
        subject: result.subject ?? request.path,
        detail: { status: result.status, ...result.detail },
        correlationId,
      });
    }
    sendAnswer(response, route, result);
  };
}

function refuseMethod(known: readonly Route[]): RequestHandler {
  const methods = [
    ...new Set(known.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))),
  ];
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.status(204).set('Allow', allow).end();
      return;
    }
    throw new Problem('method-not-allowed', `${request.method} is not known here; ${allow} are.`, {
      headers: { Allow: allow },
    });
  };
}

const unknownRoute: RequestHandler = (request) => {
  throw new Problem(
    'unknown-route',
    `${request.method} ${request.path} is not part of this API; /openapi.json lists what is.`,
  );
};

function answerProblem({ log }: ApiDependencies): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const problem = toProblem(error);
    const correlationId = String(response.locals.correlationId);
    if (problem.status >= 500) {
      log.error('request failed', {
        correlationId,
        method: request.method,
        path: request.path,
        code: problem.code,
        error,
      });
    }
    if (response.headersSent) {
      // The response has started: only closing the connection can show that it is incomplete.
      response.destroy();
      return;
    }
    response
      .status(problem.status)
      .set({ 'Cache-Control': 'no-store', ...problem.headers })
      .type('application/problem+json')
      .send(JSON.stringify(problem.toJSON(correlationId)));
  };
}

function countingIntake(intake: Intake, metrics: ApiMetrics): Intake {
  return {
    ...intake,
    acceptOrder: async (request) => {
      const receipt = await intake.acceptOrder(request);
      metrics.countIntake('order', receipt.outcome);
      return receipt;
    },
    acceptInterchanges: async (request) => {
      const receipts = await intake.acceptInterchanges(request);
      for (const { state } of receipts) metrics.countIntake('interchange', state);
      return receipts;
    },
    acceptWarehouseEvent: async (request) => {
      const receipt = await intake.acceptWarehouseEvent(request);
      metrics.countIntake('warehouse-event', receipt.outcome);
      return receipt;
    },
    acceptReturn: async (request) => {
      const receipt = await intake.acceptReturn(request);
      metrics.countIntake('return', receipt.outcome);
      return receipt;
    },
    acceptCarrierEvent: async (request) => {
      const receipt = await intake.acceptCarrierEvent(request);
      metrics.countIntake('carrier-event', receipt.outcome);
      return receipt;
    },
    acceptReturnNotice: async (request) => {
      const receipt = await intake.acceptReturnNotice(request);
      metrics.countIntake('return-notice', receipt.outcome);
      return receipt;
    },
    acceptPayment: async (request) => {
      const receipt = await intake.acceptPayment(request);
      metrics.countIntake('payment', receipt.outcome);
      return receipt;
    },
  };
}
