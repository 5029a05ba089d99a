// Signing in is HTTP, not GraphQL: the answer is a cookie that scripts cannot read.

/** What the server says to a password or a code. */
export type Answer =
  | { readonly state: 'SIGNED_IN' }
  /** A second factor is needed; the challenge stands for the password that was right. */
  | { readonly state: 'SECOND_FACTOR'; readonly challenge: string }
  /** Refused. The wait is in seconds, where there is one; the message is the server's own. */
  | { readonly state: 'REFUSED'; readonly code: string; readonly message: string; readonly retryAfter: number };

/** The server was not there, or what answered was not it. */
export const UNREACHABLE = 'UNREACHABLE';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const refused = (code: string, message = '', retryAfter = 0): Answer => ({ state: 'REFUSED', code, message, retryAfter });

async function post(path: string, body: Readonly<Record<string, string>>): Promise<Answer> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Language': document.documentElement.lang || 'vi' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
    answer = await response.json();
  } catch {
    return refused(UNREACHABLE);
  }
  const fields = typeof answer === 'object' && answer !== null ? answer as Readonly<Record<string, unknown>> : {};
  if (response.ok && fields['state'] === 'SIGNED_IN') return { state: 'SIGNED_IN' };
  if (response.ok && fields['state'] === 'SECOND_FACTOR' && text(fields['challenge']) !== '') {
    return { state: 'SECOND_FACTOR', challenge: text(fields['challenge']) };
  }
  const code = text(fields['code']);
  if (response.ok || code === '') return refused(UNREACHABLE);
  const wait = Number(fields['retryAfter'] ?? response.headers.get('Retry-After') ?? 0);
  return refused(code, text(fields['message']), Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : 0);
}

export const signIn = (account: string, password: string) => post('/session', { account, password });

/** The challenge with which the server leads to the second step: behind "#", so that it is sent to nobody. */
export const challengeOf = (hash: string): string | undefined => /^#?challenge=([\w-]{43})$/.exec(hash)?.[1];

/** The second step: a code of the app, or a recovery code. */
export const secondFactor = (challenge: string, code: string) => post('/session/factor', { challenge, code });
