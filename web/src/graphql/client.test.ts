import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { BAD_RESPONSE, execute, GraphQLFailure, type TypedDocument, UNREACHABLE } from './client';
import { worthRetrying } from './query';

const document: TypedDocument<{ n: number }, { id: string }> = { name: 'One', text: 'query One($id:ID!){n}' };

let fetchMock: Mock<typeof fetch>;
beforeEach(() => {
  fetchMock = vi.fn<typeof fetch>();
  vi.stubGlobal('fetch', fetchMock);
});
afterEach(() => vi.unstubAllGlobals());

function answer(body: unknown, status = 200, headers: Record<string, string> = {}) {
  fetchMock.mockResolvedValueOnce(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));
}

async function failure(): Promise<GraphQLFailure> {
  try {
    await execute(document, { id: 'x' });
  } catch (error) {
    if (error instanceof GraphQLFailure) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

test('posts JSON to this host and returns the data', async () => {
  answer({ data: { n: 1 } });
  await expect(execute(document, { id: 'x' })).resolves.toEqual({ n: 1 });
  const [url, init] = fetchMock.mock.calls[0] ?? [];
  expect(url).toBe('/graphql');
  expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin' });
  expect(new Headers(init?.headers).get('Content-Type')).toBe('application/json');
  expect(JSON.parse(String(init?.body))).toEqual({ query: document.text, operationName: 'One', variables: { id: 'x' } });
});

describe('failures', () => {
  test('carry the code and the request id of the error', async () => {
    answer({ errors: [{ message: 'Không có quyền', extensions: { code: 'FORBIDDEN', requestId: 'r1' } }], data: null });
    expect(await failure()).toMatchObject({ code: 'FORBIDDEN', requestId: 'r1', message: 'Không có quyền', status: 200 });
  });

  test('take the request id of the response where the error has none', async () => {
    answer({ errors: [{ message: 'x', extensions: { code: 'INTERNAL' } }] }, 500, { 'X-Request-Id': 'r2' });
    expect(await failure()).toMatchObject({ code: 'INTERNAL', requestId: 'r2', status: 500 });
  });

  test('half an answer is none', async () => {
    answer({ data: { n: 1 }, errors: [{ message: 'x', extensions: { code: 'LEDGER_BUILDING' } }] });
    expect(await failure()).toMatchObject({ code: 'LEDGER_BUILDING' });
  });

  test.each([
    ['a page', '<html>', 502], ['null', 'null', 200], ['a list', '[]', 200], ['no data', '{}', 200],
    ['data that is no object', '{"data":3}', 200], ['errors that are none', '{"errors":[3]}', 200],
    ['an error without a code', '{"errors":[{"message":"x"}]}', 400],
  ])('%s is a bad response', async (_name, body, status) => {
    answer(body, status);
    expect(await failure()).toMatchObject({ code: BAD_RESPONSE, status });
  });

  test('no answer is unreachable', async () => {
    fetchMock.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    expect(await failure()).toMatchObject({ code: UNREACHABLE, status: 0 });
  });

  test('a cancellation stays one', async () => {
    const controller = new AbortController();
    controller.abort();
    fetchMock.mockRejectedValueOnce(new DOMException('aborted', 'AbortError'));
    await expect(execute(document, { id: 'x' }, controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test.each([
  [0, new GraphQLFailure(UNREACHABLE, ''), true],
  [2, new GraphQLFailure(UNREACHABLE, ''), false],
  [0, new GraphQLFailure(BAD_RESPONSE, '', '', 502), true],
  [0, new GraphQLFailure(BAD_RESPONSE, '', '', 200), false],
  [0, new GraphQLFailure('LEDGER_BUILDING', '', '', 503), true],
  [0, new GraphQLFailure('FORBIDDEN', '', '', 200), false],
  [0, new Error('a bug'), false],
])('after %d failures, %o: retry is %s', (failures, error, retry) => expect(worthRetrying(failures, error)).toBe(retry));
