// A provider of OpenID Connect for tests: oidc-provider with a sign-in form and
// people who do not exist. It takes its configuration as one JSON object on its
// standard input, listens on this machine alone, tells where in one line of JSON
// on its standard output, and ends when its input does.
//
//	{"clientId": "…", "clientSecret": "…", "redirect": "https://…", "port": 0,
//	 "people": [{"login": "…", "password": "…", "subject": "…", "amr": ["pwd"], "acr": "…"}]}
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

async function read(stream, most) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length > most) throw new Error('too long');
  }
  return text;
}

const input = process.stdin.setEncoding('utf8').iterator({ destroyOnReturn: false });
let line = '';
while (!line.includes('\n')) {
  const { value, done } = await input.next();
  if (done) break;
  line += value;
}
const { clientId, clientSecret, redirect, people, port = 0 } = JSON.parse(line);

const server = createServer();
await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'test' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub', 'amr', 'acr'] },
  acrValues: people.flatMap(({ acr }) => acr ?? []),
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/form/${interaction.uid}` },
  findAccount: (_ctx, subject) => ({ accountId: subject, claims: () => ({ sub: subject }) }),
  // Nobody is asked whether the agency's own server may know who they are.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

function form(response, status, uid, message = '') {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`<!doctype html><title>Sign in</title><p>${message}</p><form method="post" action="/form/${encodeURIComponent(uid)}">
<input name="login"><input name="password" type="password"><button>Sign in</button></form>`);
}

server.on('request', async (request, response) => {
  const [, uid] = /^\/form\/([\w-]+)$/.exec(new URL(request.url, issuer).pathname) ?? [];
  if (!uid) {
    answer(request, response);
    return;
  }
  try {
    if (request.method !== 'POST') {
      form(response, 200, uid);
      return;
    }
    const fields = new URLSearchParams(await read(request, 4096));
    if (fields.has('cancel')) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    const person = people.find(({ login, password }) => login === fields.get('login') && password === fields.get('password'));
    if (!person) {
      form(response, 401, uid, 'Wrong.');
      return;
    }
    const { subject, amr, acr } = person;
    await provider.interactionFinished(request, response, { login: { accountId: subject, amr, acr, remember: false } });
  } catch (error) {
    response.writeHead(400, { 'Content-Type': 'text/plain' });
    response.end(String(error));
  }
});

process.stdout.write(JSON.stringify({ issuer }) + '\n');
for await (const rest of input) void rest;
process.exit(0);
