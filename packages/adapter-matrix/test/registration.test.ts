import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from './support/home.ts';
import { Homeserver, json, ME, refuse } from './support/homeserver.ts';
import { failure, SignIns, submit } from './support/login.ts';

const { signal } = new AbortController();
let server: Homeserver;
let signIns: SignIns;

beforeEach(async () => {
  server = await Homeserver.start();
  signIns = new SignIns(server);
});
afterEach(() => server.stop());

type Auth = Record<string, unknown> | undefined;

/** A homeserver that wants some stages of who registers, and says what it makes of each proof. */
function wants(flows: readonly (readonly string[])[], passes: (auth: Auth) => string | null): Auth[] {
  const proofs: Auth[] = [];
  const completed: string[] = [];
  server.script(/^POST client\/v3\/register/, Infinity, ({ body }, response) => {
    expect(body).toMatchObject({ username: 'me', password: 'new', refresh_token: true });
    const auth = body['auth'] as Auth;
    proofs.push(auth);
    const passed = passes(auth);
    if (passed !== null) completed.push(passed);
    if (flows.some((stages) => stages.every((stage) => completed.includes(stage)))) {
      json(response, { user_id: ME, device_id: 'D', access_token: 'token-1' });
      return true;
    }
    const failed = passed === null && auth?.['type'] !== undefined;
    const params = {
      'm.login.terms': {
        policies: { privacy: { version: '1', en: { name: 'Privacy', url: 'https://s.test/privacy' } } },
      },
    };
    const told = { session: 's1', flows: flows.map((stages) => ({ stages })), params, completed };
    json(response, failed ? { ...told, errcode: 'M_UNAUTHORIZED', error: 'not that one' } : told, 401);
    return true;
  });
  return proofs;
}

const byType = (auth: Auth): string | null => (auth?.['type'] as string | undefined) ?? null;

test('the easiest of several ways to register is gone, and the device is signed in', async () => {
  const proofs = wants([['m.login.recaptcha', 'm.login.dummy'], ['m.login.dummy']], byType);
  const interaction = signIns.begin({}, { purpose: 'register' });
  expect(await interaction.next(null, signal)).toMatchObject({
    kind: 'fields',
    fields: [{ name: 'password' }],
  });
  expect((await interaction.next(submit({ password: 'new' }), signal)).kind).toBe('done');
  expect(proofs).toEqual([undefined, { type: 'm.login.dummy', session: 's1' }]);
  expect(signIns.session()).toMatchObject({ userId: ME, deviceId: 'D', accessToken: 'token-1' });
});

test('terms are shown and agreed to, a token is asked for until it is right', async () => {
  const proofs = wants([['m.login.registration_token', 'm.login.terms']], (auth) =>
    auth?.['type'] === 'm.login.registration_token' && auth['token'] !== 'right' ? null : byType(auth),
  );
  const interaction = signIns.begin({}, { purpose: 'register' });
  await interaction.next(null, signal);
  const form = { kind: 'fields', fields: [{ name: 'registrationToken' }] };
  expect(await interaction.next(submit({ password: 'new' }), signal)).toMatchObject(form);
  const again = { ...form, error: { message: 'not that one' } };
  expect(await interaction.next(submit({ registrationToken: 'wrong' }), signal)).toMatchObject(again);
  expect(await interaction.next(submit({ registrationToken: 'right' }), signal)).toMatchObject({
    kind: 'show',
    data: { Privacy: 'https://s.test/privacy' },
    actions: ['accept', 'reject'],
  });
  expect((await interaction.next({ action: 'accept', values: {} }, signal)).kind).toBe('done');
  expect(proofs.at(-1)).toEqual({ type: 'm.login.terms', session: 's1' });
});

test('who does not agree has no account, and a token may be a setting', async () => {
  wants([['m.login.registration_token', 'm.login.terms']], byType);
  const interaction = signIns.begin({ registrationToken: 'right' }, { purpose: 'register' });
  await interaction.next(null, signal);
  expect((await interaction.next(submit({ password: 'new' }), signal)).kind).toBe('show');
  expect(failure(await interaction.next({ action: 'reject', values: {} }, signal))).toMatch(/^aborted: /);
  expect(signIns.secrets.size).toBe(0);
});

test('what natter has no step for is done on a page of the server', { timeout: 20_000 }, async () => {
  let solved = false;
  const proofs = wants([['m.login.recaptcha']], () => (solved ? 'm.login.recaptcha' : null));
  const interaction = signIns.begin({}, { purpose: 'register' });
  await interaction.next(null, signal);
  const step = await interaction.next(submit({ password: 'new' }), signal);
  expect(step).toEqual({
    kind: 'open-url',
    url: `${server.url}/_matrix/client/v3/auth/m.login.recaptcha/fallback/web?session=s1`,
    back: 'poll',
  });
  expect((await interaction.next(null, signal)).kind).toBe('wait');
  solved = true;
  await eventually(async () => (await interaction.next(null, signal)).kind).toBe('done');
  expect(proofs.at(-1)).toEqual({ session: 's1' });
});

test.each([
  ['M_FORBIDDEN', 403, /^registration-closed: /],
  ['M_USER_IN_USE', 400, /^conflict: /],
  ['M_INVALID_USERNAME', 400, /^invalid: /],
  ['M_WEAK_PASSWORD', 400, /^invalid: /],
])('%s is told as what it is', async (errcode, status, expected) => {
  server.script(/^POST client\/v3\/register/, 1, (_, response) => {
    refuse(response, status, errcode);
    return true;
  });
  const interaction = signIns.begin({}, { purpose: 'register' });
  await interaction.next(null, signal);
  expect(failure(await interaction.next(submit({ password: 'new' }), signal))).toMatch(expected);
});
