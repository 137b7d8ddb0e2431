import { mintId } from '@natter/core';
import { createIrcAdapter } from '../src/index.ts';
import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { IrcPeer } from './support/irc-peer.ts';
import { run } from './support/online.ts';
import { offering, ScriptedServer } from './support/scripted-server.ts';

const away = { availability: 'away', text: 'at lunch' } as const;

/** What is heard of AWAY up to the end of registration. */
const early = (heard: readonly string[]): string[] =>
  heard.slice(0, heard.indexOf('CAP END')).filter((line) => line.startsWith('AWAY'));

test('who is away is away before others see them, where the server takes it so early', async () => {
  const server = await ScriptedServer.start(offering('draft/pre-away'));
  onTestFinished(() => server.close());
  const running = run(server.port, { presence: away });
  expect(await running.online).toBeNull();
  expect(early(server.heard)).toEqual(['AWAY :at lunch']);
  await running.stop();
});

test('who is here, and who is on a server without, says nothing before', async () => {
  for (const [capabilities, presence] of [
    ['draft/pre-away', undefined],
    ['away-notify', away],
  ] as const) {
    const server = await ScriptedServer.start(offering(capabilities));
    onTestFinished(() => server.close());
    const running = run(server.port, presence === undefined ? {} : { presence });
    expect(await running.online).toBeNull();
    expect(early(server.heard)).toEqual([]);
    await running.stop();
  }
});

test('a sign-in that only tries the settings is nobody that came', async () => {
  const server = await ScriptedServer.start(offering('draft/pre-away'));
  onTestFinished(() => server.close());
  const address = `me@127.0.0.1:${server.port}`;
  const login = createIrcAdapter().login(
    { purpose: 'add', address, config: { signIn: 'none' }, account: mintId('account'), deviceId: 'test' },
    { secret: async () => null, setSecret: async () => {}, log: () => {} },
  );
  expect(await login.next(null, new AbortController().signal)).toMatchObject({ kind: 'done' });
  expect(early(server.heard)).toEqual(['AWAY *']);
});

describeServer('away from the beginning', 'ergo', () => {
  let server: ErgoServer;
  beforeAll(async () => {
    server = await startErgo();
  });
  afterAll(() => server?.stop());

  test('others never see us here', async () => {
    const capabilities = ['extended-monitor', 'away-notify'];
    const peer = await IrcPeer.start({ ...server, nick: 'peer', other: 'me', capabilities });
    onTestFinished(() => peer.close());
    await peer.ask('MONITOR + me');
    const running = run(server.port, { presence: away });
    expect(await running.online).toBeNull();
    await peer.until((line) => line.includes(' 730 '), 0);
    expect(await peer.ask('USERHOST me')).toContainEqual(expect.stringContaining('me=-'));
    await running.stop();
  });
});
