import { mintId, type Adapter, type Answer, type LoginStart, type Step } from '@natter/core';
import { describe, expect, test } from 'vitest';
import { createNativeAdapter } from '../src/index.ts';
import { TestHost } from './support/host.ts';
import { scene } from './support/scene.ts';
import { signedIn, silence, welcome, type Answers } from './support/scripted-server.ts';

const adapter = createNativeAdapter();

interface Result {
  readonly steps: readonly Step[];
  readonly host: TestHost;
  readonly received: readonly unknown[];
}

async function signIn(
  answers: Answers,
  given: Partial<LoginStart> & { values?: Record<string, string>; using?: Adapter } = {},
): Promise<Result> {
  const { host, server } = await scene(answers);
  host.secrets.clear();
  const { values = { password: 'secret' }, using = adapter, ...start } = given;
  const config = { server: server.url, ...start.config };
  const login = using.login(
    { purpose: 'add', address: 'alice', account: mintId('account'), deviceId: 'x', ...start, config },
    host,
  );
  const steps: Step[] = [];
  let answer: Answer | null = null;
  for (let step = await login.next(null, new AbortController().signal); ;) {
    steps.push(step);
    if (step.kind !== 'fields') break;
    answer = { action: 'submit', values };
    step = await login.next(answer, new AbortController().signal);
  }
  return { steps, host, received: server.links.flatMap(({ received }) => received) };
}

describe('login', () => {
  test('by password keeps the token, and where the server is', async () => {
    const { steps, host, received } = await signIn({});
    expect(steps).toMatchObject([
      { kind: 'fields', fields: [{ name: 'password', secret: true }] },
      {
        kind: 'done',
        key: 'alice@test.example',
        address: 'alice@test.example',
        config: { server: expect.stringMatching(/^ws:/) as string },
      },
    ]);
    expect([...host.secrets]).toEqual([['token', '["d1","token-2"]']]);
    expect(received.at(-1)).toMatchObject({ type: 'sign-in', address: 'alice', password: 'secret' });
  });

  test.each([
    ['bad-credentials', 'authentication'],
    ['suspended', 'suspended'],
    ['too-fast', 'rate-limited'],
    ['internal', 'server'],
  ])('%s fails as %s and keeps nothing', async (code, expected) => {
    const { steps, host } = await signIn({ 'sign-in': () => ({ code, retryAfter: 5 }) });
    expect(steps.at(-1)).toMatchObject({ kind: 'failed', error: { code: expected } });
    expect(host.secrets.size).toBe(0);
  });

  test('the reason of a suspension is shown, without what could harm a terminal', async () => {
    const { steps } = await signIn({
      'sign-in': () => ({ code: 'suspended', reason: 'sp\u001b[31mam\n', until: 0 }),
    });
    const message = 'the account is suspended: sp [31mam (until 1970-01-01T00:00:00.000Z)';
    expect(steps.at(-1)).toMatchObject({ kind: 'failed', error: { message } });
  });

  test('registers, with an invitation where one is needed', async () => {
    const invite = { hello: () => ({ ...welcome, registration: 'invite' }) };
    const open = await signIn({}, { purpose: 'register' });
    expect(open.received.at(-1)).toEqual({
      type: 'register',
      id: 2,
      user: 'alice',
      password: 'secret',
      deviceName: 'natter',
    });
    const asked = await signIn(invite, {
      purpose: 'register',
      values: { password: 'secret', invite: 'abc' },
    });
    expect(asked.steps[0]).toMatchObject({ fields: [{ name: 'password' }, { name: 'invite' }] });
    expect(asked.received.at(-1)).toMatchObject({ invite: 'abc' });
    const given = await signIn(invite, { purpose: 'register', config: { invite: 'xyz' } });
    expect(given.steps[0]).toMatchObject({ fields: [{ name: 'password' }] });
    expect(given.received.at(-1)).toMatchObject({ invite: 'xyz' });
    expect(given.steps[1]).toMatchObject({
      kind: 'done',
      config: expect.not.objectContaining({ invite: 'xyz' }) as object,
    });
  });

  test('a server that registers nobody says so before a password is asked for', async () => {
    const { steps } = await signIn(
      { hello: () => ({ ...welcome, registration: 'closed' }) },
      { purpose: 'register' },
    );
    expect(steps).toMatchObject([{ kind: 'failed', error: { code: 'registration-closed' } }]);
  });

  test('again on the same device, so that its place in the update log is kept', async () => {
    const { host, server } = await scene();
    const start = {
      purpose: 'relogin',
      address: 'alice',
      account: mintId('account'),
      deviceId: 'x',
      config: { server: server.url },
    } as const;
    const login = adapter.login(start, host);
    const { signal } = new AbortController();
    await login.next(null, signal);
    expect(await login.next({ action: 'submit', values: { password: 'p' } }, signal)).toMatchObject({
      kind: 'done',
    });
    expect(server.link.received.at(-1)).toMatchObject({ type: 'sign-in', device: 'd1' });
  });

  test('cancel and abort end what is under way', async () => {
    const { host, server } = await scene({ 'sign-in': () => silence });
    host.secrets.clear();
    const start = {
      purpose: 'add',
      address: 'alice',
      account: mintId('account'),
      deviceId: 'x',
      config: { server: server.url },
    } as const;
    for (const how of ['cancel', 'abort'] as const) {
      const login = adapter.login(start, host);
      const abort = new AbortController();
      await login.next(null, abort.signal);
      const last = login.next({ action: 'submit', values: { password: 'p' } }, abort.signal);
      setTimeout(() => (how === 'abort' ? abort.abort() : void login.cancel()), 50);
      expect(await last).toMatchObject({ kind: 'failed', error: { code: 'aborted' } });
      expect(await login.next({ action: 'submit', values: { password: 'p' } }, abort.signal)).toMatchObject({
        kind: 'failed',
      });
    }
    expect(host.secrets.size).toBe(0);
  });

  test('a token that cannot be kept is not used', async () => {
    const { host, server } = await scene({ 'sign-in': () => signedIn });
    host.setSecret = () => Promise.reject(new Error('the keyring is locked'));
    const start = {
      purpose: 'add',
      address: 'alice',
      account: mintId('account'),
      deviceId: 'x',
      config: { server: server.url },
    } as const;
    const login = adapter.login(start, host);
    const { signal } = new AbortController();
    await login.next(null, signal);
    expect(await login.next({ action: 'submit', values: { password: 'p' } }, signal)).toMatchObject({
      kind: 'failed',
    });
  });

  test.each([
    [{ address: 'alice@127.0.0.1:1' }, 'connection-refused', 2],
    [{ address: 'alice', config: { server: 'ws://192.0.2.1' } }, 'tls-required', 1],
    [{ address: 'not an address' }, 'invalid', 1],
  ])('%o fails as %s and keeps nothing', async (where, code, steps) => {
    const host = new TestHost();
    const start = {
      purpose: 'add',
      account: mintId('account'),
      deviceId: 'x',
      config: {},
      ...where,
    } as const;
    const login = adapter.login(start, host);
    const { signal } = new AbortController();
    let step = await login.next(null, signal);
    if (steps === 2) step = await login.next({ action: 'submit', values: { password: 'p' } }, signal);
    expect(step).toMatchObject({ kind: 'failed', error: { code } });
    expect(host.secrets.size).toBe(0);
  });
});
