// The whole GraphQL client: one POST of JSON per operation. Caching, retrying and cancelling belong to TanStack
// Query; this file turns everything that can go wrong into one typed error.

/** An operation as the generator writes it. The type parameters exist for the compiler only. */
export interface TypedDocument<Result, Variables> {
  readonly name: string;
  readonly text: string;
  readonly __types?: (variables: Variables) => Result;
}

/** What the server, or the way to it, said instead of data. */
export class GraphQLFailure extends Error {
  override readonly name = 'GraphQLFailure';
  /** `extensions.code` of the first error, or one of the codes below, which the server never sends. */
  readonly code: string;
  /** What to quote when asking for help; empty where no server answered. */
  readonly requestId: string;
  /** HTTP status; 0 where no server answered. */
  readonly status: number;

  constructor(code: string, message: string, requestId = '', status = 0) {
    super(message);
    this.code = code;
    this.requestId = requestId;
    this.status = status;
  }
}

/** No answer at all: offline, or the server is not there. */
export const UNREACHABLE = 'UNREACHABLE';
/** An answer that is not GraphQL, such as the page of a proxy. */
export const BAD_RESPONSE = 'BAD_RESPONSE';

interface ResponseError {
  readonly message?: unknown;
  readonly extensions?: { readonly code?: unknown; readonly requestId?: unknown };
}

interface ResponseBody {
  readonly data?: unknown;
  readonly errors?: readonly ResponseError[];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function isBody(value: unknown): value is ResponseBody {
  if (typeof value !== 'object' || value === null) return false;
  const errors = 'errors' in value ? value.errors : undefined;
  return errors === undefined || (Array.isArray(errors) && errors.every((e) => typeof e === 'object' && e !== null));
}

/**
 * Runs one operation. Any top-level error fails the whole of it: this server uses them only for rights, limits and
 * faults, and a page built on half of its data would show wrong figures. What a person can mend comes back as data,
 * in the payload's `userErrors`.
 */
export async function execute<Result, Variables>(
  document: TypedDocument<Result, Variables>, variables: Variables, signal?: AbortSignal,
): Promise<Result> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json',
        // What the server words itself comes in the language of the page, not in that of the browser.
        'Accept-Language': globalThis.document.documentElement.lang || 'vi',
      },
      body: JSON.stringify({ query: document.text, operationName: document.name, variables }),
      credentials: 'same-origin',
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error; // Query recognises its own cancellation
    throw new GraphQLFailure(UNREACHABLE, String(error));
  }
  const requestId = response.headers.get('X-Request-Id') ?? '';
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new GraphQLFailure(BAD_RESPONSE, `HTTP ${response.status}`, requestId, response.status);
  }
  if (!isBody(body)) throw new GraphQLFailure(BAD_RESPONSE, `HTTP ${response.status}`, requestId, response.status);
  const first = body.errors?.[0];
  if (first) {
    const { code, requestId: id } = first.extensions ?? {};
    throw new GraphQLFailure(text(code) || BAD_RESPONSE, text(first.message), text(id) || requestId, response.status);
  }
  if (typeof body.data !== 'object' || body.data === null) {
    throw new GraphQLFailure(BAD_RESPONSE, `HTTP ${response.status}`, requestId, response.status);
  }
  // The server's schema is the one the types were generated from; a check in the build keeps it so.
  return body.data as Result;
}
