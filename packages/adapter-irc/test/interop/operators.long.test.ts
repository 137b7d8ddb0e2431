import { describeServer, startInspircd, type InspircdServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { online, peerOn } from '../support/interop.ts';
import type { IrcPeer } from '../support/irc-peer.ts';

const operators = `<class name="all" commands="*" privs="*">
<type name="all" classes="all">
<oper name="boss" password="who-else" host="*@*" type="all">`;

describeServer('what operators do', 'inspircd', () => {
  let server: InspircdServer;
  beforeAll(async () => {
    server = await startInspircd({ extra: operators });
  });
  afterAll(() => server?.stop());

  async function operator(): Promise<IrcPeer> {
    const peer = await peerOn(server.port, 'boss');
    expect(await peer.ask('OPER boss who-else')).toContainEqual(expect.stringContaining(' 381 '));
    return peer;
  }

  test('who is killed is told by whom and why, and comes back', async () => {
    const boss = await operator();
    const running = online(server.port);
    expect(await running.online).toBeNull();
    await boss.ask('KILL me :go and rest');
    const ended = await running.ended;
    expect(ended).toMatchObject({ why: 'network' });
    expect(ended.why === 'network' && ended.error.message).toMatch(/boss.*go and rest/);
  });

  test('who is banned from the server is told why, then and when they try again, and not again by themselves', async () => {
    const boss = await operator();
    const running = online(server.port, { nick: 'rude' });
    expect(await running.online).toBeNull();
    await boss.ask('KLINE rude@* 1h :no shouting');
    for (const { ended } of [running, online(server.port, { nick: 'rude' })]) {
      const end = await ended;
      expect(end).toMatchObject({
        why: 'refused',
        error: { code: 'suspended', userAction: 'contact-operator' },
      });
      expect(end.why === 'refused' && JSON.stringify(end.error)).toContain('no shouting');
    }
  });

  test('who is brought into a channel, and out of it, is there and gone', async () => {
    const running = online(server.port, { nick: 'guest' });
    expect(await running.online).toBeNull();
    const boss = await operator();
    await boss.ask('JOIN #hall');
    await boss.ask('SAJOIN guest #hall');
    const states = (): unknown[] =>
      running.batches
        .flatMap(({ events }) => events)
        .flatMap((event) =>
          event.type === 'upsert' && event.of === 'conversation' && event.key === '#hall'
            ? [event.value.state]
            : [],
        )
        .filter((state) => state !== undefined);
    await expect.poll(states).toEqual(['joined']);
    await boss.ask('SAPART guest #hall');
    await expect.poll(states).toEqual(['joined', 'left']);
    await boss.ask('SANICK guest visitor');
    const names = (): unknown[] =>
      running.batches
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.type === 'self' ? [event.name] : []));
    await expect.poll(names).toEqual(['guest', 'visitor']);
  });
});
