import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import type { DeviceListing, InteractionSubject, Step } from '@natter/core';
import { Client } from './support/client.ts';
import { Home } from './support/home.ts';
import { Homeserver, json, refuse } from './support/homeserver.ts';

vi.setConfig({ testTimeout: 60_000 });
const { signal } = new AbortController();

/** An interaction about the account itself, as a front end goes through it. */
async function go(
  home: Home,
  about: InteractionSubject,
  answers: readonly Readonly<Record<string, string>>[],
  device?: string,
): Promise<readonly Step[]> {
  const { methods } = home.hub.handlers;
  const what = { account: home.account, about, ...(device === undefined ? {} : { device }) };
  const first = await methods['account.interact'](what, signal);
  const steps: Step[] = [first.step];
  for (const values of answers) {
    const answer = { action: 'submit', values };
    const { step } = await methods['interaction.answer']({ interaction: first.interaction, answer }, signal);
    steps.push(step);
  }
  return steps;
}

const devices = (home: Home): Promise<readonly DeviceListing[]> =>
  home.hub.handlers.methods['account.devices']({ account: home.account }, signal);
const revoke = (home: Home, device: string): Promise<null> =>
  home.hub.handlers.methods['account.revoke']({ account: home.account, device }, signal);

describeServer('the account itself', 'synapse', () => {
  let server: SynapseServer;
  let home: Home;
  let name = '';
  let count = 0;

  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    name = `dora${(count += 1)}`;
    const address = await server.addUser({ name, password: 'secret' });
    home = await Home.open(server, { address });
    await home.phase('online');
  });
  afterEach(() => home?.close());

  test('its devices are listed, and another one is signed out by the password', async () => {
    const other = await Client.signIn(server.url, name, 'secret');
    const all = await devices(home);
    expect(all).toHaveLength(2);
    const [mine] = all.filter(({ current }) => current);
    expect(mine).toMatchObject({ connected: true });
    expect(mine?.name).toContain('natter');
    const theirs = all.find(({ current }) => !current)?.id ?? '';
    await expect(revoke(home, theirs)).rejects.toMatchObject({ data: { code: 'authentication' } });
    await expect(revoke(home, 'NONE')).rejects.toMatchObject({ data: { code: 'not-found' } });
    const steps = await go(home, 'revoke-device', [{ password: 'guessed' }, { password: 'secret' }], theirs);
    expect(steps).toMatchObject([
      { kind: 'fields' },
      { kind: 'fields', error: { code: 'authentication' } },
      { kind: 'done' },
    ]);
    expect(await devices(home)).toHaveLength(1);
    await expect(other.call('GET', ['client', 'v3', 'account', 'whoami'])).rejects.toThrow('M_UNKNOWN_TOKEN');
  });

  test('its password is changed by who knows the old one, and every device stays signed in', async () => {
    const other = await Client.signIn(server.url, name, 'secret');
    const steps = await go(home, 'password', [
      { password: 'guessed', newPassword: 'next one' },
      { password: 'secret', newPassword: 'next one' },
    ]);
    expect(steps).toMatchObject([
      { kind: 'fields' },
      { kind: 'fields', error: { code: 'authentication' } },
      { kind: 'done' },
    ]);
    await other.call('GET', ['client', 'v3', 'account', 'whoami']);
    await Client.signIn(server.url, name, 'next one');
    expect(await devices(home)).toHaveLength(3);
  });

  test('it ends on its server by the password', async () => {
    expect(await go(home, 'unregister', [{ password: 'secret' }])).toMatchObject([
      { kind: 'fields' },
      { kind: 'done' },
    ]);
    const answer = await fetch(`${server.url}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: 'secret',
      }),
    });
    expect(answer.status).toBe(403);
  });
});

describe('a server that has its own ways with the account', () => {
  let server: Homeserver;
  let home: Home;
  const REVOKE = /^DELETE client\/v3\/devices\/OLD/;

  beforeEach(async () => {
    server = await Homeserver.start();
    server.script(/^GET client\/v3\/devices/, Infinity, (_, response) => {
      const odd = [{ device_id: 7 }, 'x', { device_id: 'NEW', last_seen_ts: 1e300, display_name: 9 }];
      json(response, {
        devices: [{ device_id: 'DEVICE', display_name: 'me' }, { device_id: 'OLD' }, ...odd],
      });
      return true;
    });
    home = await Home.open(server);
    await home.phase('online');
  });
  afterEach(async () => {
    await home?.close();
    await server.stop();
  });

  test('tells of devices what it likes', async () => {
    const none = { connected: false, createdAt: null, seenAt: null };
    expect(await devices(home)).toEqual([
      { ...none, id: 'DEVICE', name: 'me', current: true, connected: true },
      { ...none, id: 'OLD', name: null, current: false },
      { ...none, id: 'NEW', name: null, current: false },
    ]);
  });

  test('may want nothing more', async () => {
    server.script(REVOKE, 1, (_, response) => {
      json(response, {});
      return true;
    });
    expect(await revoke(home, 'OLD')).toBeNull();
  });

  test('may want the password and a stage without meaning, one after the other', async () => {
    const flows = [{ stages: ['m.login.sso'] }, { stages: ['m.login.password', 'm.login.dummy'] }];
    const asked: unknown[] = [];
    server.script(REVOKE, 3, ({ body }, response) => {
      asked.push(body['auth']);
      const completed = ['m.login.password', 'm.login.dummy'].slice(0, asked.length - 1);
      if (asked.length === 3) json(response, {});
      else json(response, { flows, session: 's1', params: {}, completed }, 401);
      return true;
    });
    expect((await go(home, 'revoke-device', [{ password: 'secret' }], 'OLD')).at(-1)).toEqual({
      kind: 'done',
    });
    expect(asked).toMatchObject([
      undefined,
      { type: 'm.login.password', password: 'secret', session: 's1' },
      { type: 'm.login.dummy', session: 's1' },
    ]);
  });

  test.each([
    [
      'that natter has not, and says where to look',
      401,
      { flows: [{ stages: ['m.login.sso'] }], session: 's' },
    ],
    ['that a client has no part in', 404, { errcode: 'M_UNRECOGNIZED', error: 'no' }],
  ])('may have a way %s', async (_, status, body) => {
    server.script(/^POST client\/v3\/account\/password/, 1, (_asked, response) => {
      json(response, body, status);
      return true;
    });
    const values = { password: 'secret', newPassword: 'next' };
    expect((await go(home, 'password', [values])).at(-1)).toMatchObject({
      kind: 'failed',
      error: { code: 'unsupported' },
    });
  });

  test('may find the new password too weak', async () => {
    server.script(/^POST client\/v3\/account\/password/, 1, (_, response) => {
      refuse(response, 400, 'M_WEAK_PASSWORD');
      return true;
    });
    const values = { password: 'secret', newPassword: 'a' };
    expect((await go(home, 'password', [values])).at(-1)).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid', userAction: 'retry' },
    });
  });
});
