import { afterEach, beforeEach, expect, test } from 'vitest';
import { Homeserver, json, ME } from './support/homeserver.ts';
import { eventually } from './support/home.ts';
import { failure, SignIns, submit } from './support/login.ts';

const { signal } = new AbortController();
let server: Homeserver;
let signIns: SignIns;

beforeEach(async () => {
  server = await Homeserver.start();
  signIns = new SignIns(server);
});
afterEach(() => server.stop());

function offer(...types: readonly string[]): void {
  server.script(/^GET client\/v3\/login/, 10, (_, response) => {
    json(response, { flows: types.map((type) => ({ type })) });
    return true;
  });
}

test('where the homeserver takes no password, the browser comes back with a token', async () => {
  offer('m.login.sso', 'm.login.token');
  server.script(/^POST client\/v3\/login/, 1, ({ body }, response) => {
    expect(body).toMatchObject({ type: 'm.login.token', token: 'good-once' });
    json(response, { user_id: ME, device_id: 'D', access_token: 'token-1' });
    return true;
  });
  const interaction = signIns.begin();
  const step = await interaction.next(null, signal);
  if (step.kind !== 'open-url') return expect.fail(failure(step));
  const page = new URL(step.url);
  expect([page.origin, page.pathname]).toEqual([server.url, '/_matrix/client/v3/login/sso/redirect']);
  const back = page.searchParams.get('redirectUrl') ?? '';
  expect(new URL(back).hostname).toBe('127.0.0.1');
  expect((await interaction.next(null, signal)).kind).toBe('wait');
  // A page that the user has open as well does not know the way.
  expect((await fetch(`${new URL(back).origin}/?loginToken=forged`)).status).toBe(404);
  expect((await interaction.next(null, signal)).kind).toBe('wait');
  expect((await fetch(`${back}?loginToken=good-once`)).status).toBe(200);
  await eventually(async () => (await interaction.next(null, signal)).kind).toBe('done');
  expect(signIns.secrets.get('session')).toContain('token-1');
  await expect(fetch(back)).rejects.toThrow();
});

test('a browser sign-in that is given up listens no more', async () => {
  offer('m.login.sso');
  const interaction = signIns.begin();
  const step = await interaction.next(null, signal);
  const back = step.kind === 'open-url' ? (new URL(step.url).searchParams.get('redirectUrl') ?? '') : '';
  await interaction.cancel();
  await expect(fetch(back)).rejects.toThrow();
});

test('a token that was made elsewhere is asked whose it is', async () => {
  const interaction = signIns.begin({ signIn: 'token' });
  const step = await interaction.next(null, signal);
  expect(step).toMatchObject({ kind: 'fields', fields: [{ name: 'token', secret: true }] });
  expect((await interaction.next(submit({ token: 'token-1' }), signal)).kind).toBe('done');
  expect(signIns.session()).toMatchObject({
    accessToken: 'token-1',
    deviceId: 'DEVICE',
  });
  const wrong = signIns.begin({ signIn: 'token' });
  await wrong.next(null, signal);
  expect(failure(await wrong.next(submit({ token: 'other' }), signal))).toMatch(/^authentication: /);
});

test('a server that signs somebody else in is not believed', async () => {
  const interaction = signIns.begin({}, { address: '@somebody:scripted.test' });
  await interaction.next(null, signal);
  const step = await interaction.next(submit({ password: 'secret' }), signal);
  expect(failure(step)).toBe(`conflict: the server signed ${ME} in, not @somebody:scripted.test`);
  expect(signIns.secrets.size).toBe(0);
});

test.each([
  ['no Matrix address', {}, 'me@scripted.test', /^invalid: .*@name:example.org/],
  ['a setting that is none', { signIn: 'magic' }, ME, /^invalid: the setting "signIn"/],
  ['a server in the clear', { server: 'http://matrix.example.org' }, ME, /^tls-required: /],
  ['a server that is no address', { server: 'ftp://x' }, ME, /^invalid: /],
  ['a server where nobody listens', { server: 'http://127.0.0.1:1' }, ME, /^connection-refused: /],
])('%s is told before a password is asked for', async (_, config, address, expected) => {
  expect(failure(await signIns.begin(config, { address }).next(null, signal))).toMatch(expected);
});

test('a homeserver that offers nothing natter knows is told so, with what to do', async () => {
  offer('m.login.application_service');
  expect(failure(await signIns.begin().next(null, signal))).toMatch(/^unsupported: .*signIn=token/);
});

test.each([
  ['HTML', '<html>hello</html>'],
  ['a list', '[]'],
  ['JSON without end', '{"flows":'],
  ['JSON too deep to be true', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)],
])('a server that answers with %s is no homeserver', async (_, text) => {
  server.script(/^GET client\/v3\/login/, 1, (_asked, response) => {
    response.writeHead(200).end(text);
    return true;
  });
  expect(failure(await signIns.begin().next(null, signal))).toMatch(/^protocol: /);
});
