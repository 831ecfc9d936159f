import type { Response } from 'express';
import type { z } from 'zod';
import { CORRELATION_HEADER, type ProblemDetails } from '../activities/lib/rest-operation.ts';

/** A rejection or failure with its HTTP status; rendered as problem details. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly errors: ProblemDetails['errors'];

  constructor(status: number, code: string, detail: string, errors: ProblemDetails['errors'] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** Status 400 with the place and reason of every schema violation. */
  static ofSchema(error: z.ZodError): Problem {
    const errors = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
    return new Problem(400, 'schema-broken', 'The request violates the contract', errors);
  }
}

export function sendProblem(response: Response, problem: Problem): void {
  const correlationId = response.getHeader(CORRELATION_HEADER);
  const body: ProblemDetails = {
    type: 'about:blank',
    title: problem.code.replaceAll('-', ' '),
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    errors: problem.errors,
    ...(typeof correlationId === 'string' ? { correlationId } : {}),
  };
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
}
