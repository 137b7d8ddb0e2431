import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, Home } from './support/home.ts';
import { directRoom, Homeserver, json, message, refuse } from './support/homeserver.ts';
import { failure, SignIns } from './support/login.ts';

const { signal } = new AbortController();
let server: Homeserver;
let signIns: SignIns;

beforeEach(async () => {
  server = await Homeserver.start();
  signIns = new SignIns(server);
});
afterEach(() => server.stop());

/** What a sign-in server says of itself. */
function provide(more: Record<string, unknown> = {}, path = /^GET client\/v1\/auth_metadata/): void {
  const at = (name: string): string => `${server.url}/oauth/${name}`;
  server.script(path, Infinity, (_, response) => {
    json(response, {
      issuer: server.url,
      authorization_endpoint: `${at('authorize')}?tenant=1`,
      token_endpoint: at('token'),
      registration_endpoint: at('register'),
      revocation_endpoint: at('revoke'),
      device_authorization_endpoint: at('device'),
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      code_challenge_methods_supported: ['S256'],
      ...more,
    });
    return true;
  });
  server.script(/^POST \/oauth\/register/, Infinity, ({ body }, response) => {
    expect(body).toMatchObject({ application_type: 'native', token_endpoint_auth_method: 'none' });
    json(response, { ...body, client_id: 'client-1' }, 201);
    return true;
  });
  server.script(/^GET client\/v3\/login/, Infinity, (_, response) => {
    json(response, {
      flows: [{ type: 'm.login.sso', oauth_aware_preferred: true }, { type: 'm.login.password' }],
    });
    return true;
  });
}

function tokens(fits: (form: URLSearchParams) => void, more: Record<string, unknown> = {}): void {
  server.script(/^POST \/oauth\/token/, 1, ({ form }, response) => {
    fits(form);
    json(response, {
      access_token: 'token-1',
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: 'r1',
      ...more,
    });
    return true;
  });
}

test('a browser comes back with a code, which is worth a token to nobody else', async () => {
  provide();
  const interaction = signIns.begin();
  const step = await interaction.next(null, signal);
  if (step.kind !== 'open-url') return expect.fail(failure(step));
  const page = new URL(step.url);
  const asked = Object.fromEntries(page.searchParams);
  expect(page.pathname).toBe('/oauth/authorize');
  expect(asked).toMatchObject({
    tenant: '1',
    response_type: 'code',
    client_id: 'client-1',
    code_challenge_method: 'S256',
  });
  expect(asked['scope']).toMatch(/^urn:matrix:client:api:\* urn:matrix:client:device:[A-Z0-9]{10,}$/);
  const back = asked['redirect_uri'] ?? '';
  expect(server.asked.find(({ path }) => path === '/oauth/register')?.body['redirect_uris']).toEqual([back]);
  tokens((form) => {
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'authorization_code',
      code: 'c1',
      redirect_uri: back,
    });
    const hash = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    expect(hash).toBe(asked['code_challenge']);
  });
  expect((await interaction.next(null, signal)).kind).toBe('wait');
  await fetch(`${back}?code=c1&state=${asked['state']}`);
  await eventually(async () => (await interaction.next(null, signal)).kind).toBe('done');
  expect(signIns.session()).toMatchObject({
    accessToken: 'token-1',
    refreshToken: 'r1',
    oauth: {
      clientId: 'client-1',
      token: `${server.url}/oauth/token`,
      revocation: `${server.url}/oauth/revoke`,
    },
  });
});

test.each([
  ['another sign-in', 'code=c1&state=forged', /^authentication: .*another sign-in/],
  [
    'a user who said no',
    'error=access_denied&error_description=You+said+no&state=STATE',
    /^authentication: You said no/,
  ],
])('%s signs nobody in', async (_, query, expected) => {
  provide();
  const interaction = signIns.begin();
  const step = await interaction.next(null, signal);
  const asked = step.kind === 'open-url' ? new URL(step.url).searchParams : new URLSearchParams();
  await fetch(`${asked.get('redirect_uri')}?${query.replace('STATE', asked.get('state') ?? '')}`);
  await eventually(async () => failure(await interaction.next(null, signal))).toMatch(expected);
  expect([signIns.secrets.size, server.count(/oauth\/token/)]).toEqual([0, 0]);
});

test('the browser may be on another device: a code is shown, and the server is asked no faster than it wants', async () => {
  provide({}, /^GET client\/unstable\/org.matrix.msc2965\/auth_metadata/);
  server.script(/^POST \/oauth\/device/, 1, ({ form }, response) => {
    expect(form.get('client_id')).toBe('client-1');
    const told = { device_code: 'd1', user_code: 'WDJB-MJHT', verification_uri: 'https://account.test/link' };
    json(response, { ...told, interval: 0.05, expires_in: 60 });
    return true;
  });
  const interaction = signIns.begin({ signIn: 'device' });
  expect(await interaction.next(null, signal)).toMatchObject({
    kind: 'show',
    what: 'code',
    data: { code: 'WDJB-MJHT' },
  });
  expect(await interaction.next({ action: 'continue', values: {} }, signal)).toMatchObject({
    kind: 'open-url',
    url: 'https://account.test/link',
    back: 'poll',
  });
  expect((await interaction.next(null, signal)).kind).toBe('wait');
  expect(server.count(/oauth\/token/)).toBe(0);
  tokens((form) => expect(form.get('device_code')).toBe('d1'));
  server.script(/^POST \/oauth\/token/, 1, (_, response) => {
    json(response, { error: 'authorization_pending' }, 400);
    return true;
  });
  await eventually(async () => (await interaction.next(null, signal)).kind).toBe('done');
  expect(server.count(/oauth\/token/)).toBe(2);
});

test('a token is renewed at the sign-in server, kept before it is used, and revoked at the end', async () => {
  provide();
  server.push(directRoom());
  server.say([message('$1', 'one')]);
  const home = await Home.oauth(server, () => tokens(() => {}));
  await home.hears(['one']);
  server.script(/^POST \/oauth\/token/, 1, ({ form }, response) => {
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      client_id: 'client-1',
    });
    server.token = 'token-2';
    json(response, { access_token: 'token-2', expires_in: 300, refresh_token: 'r2' });
    return true;
  });
  server.token = 'none';
  server.say([message('$2', 'two')]);
  await home.hears(['one', 'two']);
  const revoked = Promise.withResolvers<string | null>();
  server.script(/^POST \/oauth\/revoke/, 1, ({ form }, response) => {
    revoked.resolve(form.get('token'));
    response.writeHead(200).end();
    return true;
  });
  await home.remove();
  expect(await revoked.promise).toBe('r2');
  await home.close();
});

test.each([
  ['refuses', 400, 'needsLogin'],
  ['is out of order', 502, 'online'],
])('a sign-in server that %s while a token is renewed', async (_, status, phase) => {
  provide();
  server.push(directRoom());
  server.say([message('$1', 'one')]);
  const home = await Home.oauth(server, () => tokens(() => {}));
  await home.hears(['one']);
  server.token = 'none';
  tokens(() => (server.token = 'token-1'));
  server.script(/^POST \/oauth\/token/, 1, (_asked, response) => {
    json(response, { error: 'invalid_grant' }, status);
    return true;
  });
  server.say([message('$2', 'two')]);
  await home.phase(phase);
  if (phase === 'online') await home.hears(['one', 'two']);
  await home.close();
});

test('endpoints in the clear are not used', async () => {
  provide({ token_endpoint: 'http://account.test/token' });
  expect(failure(await signIns.begin({ signIn: 'oauth' }).next(null, signal))).toMatch(/^tls-required: /);
});

test('a homeserver without OAuth says so to who wants it', async () => {
  server.script(/auth_metadata/, 2, (_, response) => {
    refuse(response, 404, 'M_UNRECOGNIZED');
    return true;
  });
  expect(failure(await signIns.begin({ signIn: 'oauth' }).next(null, signal))).toMatch(/^unsupported: /);
});
