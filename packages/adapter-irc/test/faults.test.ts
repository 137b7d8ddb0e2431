import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { startFaultProxy, type ConnectionFaults, type FaultProxy } from '@natter/testing/proxy';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { IrcHub } from './support/irc-hub.ts';
import { IrcPeer } from './support/irc-peer.ts';

const patient = { timeout: 15_000 };
const password = 'correct-horse-battery';
const dead = { endAfter: { bytes: 0, how: 'black-hole' } } as const;

/** What happens to the link in the middle of a talk. */
const harms: Readonly<Record<string, (proxy: FaultProxy) => void>> = {
  'is reset': (proxy) => proxy.cutAll('reset'),
  'is closed': (proxy) => proxy.cutAll('close'),
  'swallows everything without a word': (proxy) => harm(proxy, { toClient: dead, toServer: dead }),
  'swallows what the server says': (proxy) => harm(proxy, { toClient: dead }),
  'swallows what we say': (proxy) => harm(proxy, { toServer: dead }),
  'is closed in one direction': (proxy) =>
    harm(proxy, { toClient: { endAfter: { bytes: 0, how: 'half-close' } } }),
};

function harm(proxy: FaultProxy, faults: ConnectionFaults): void {
  for (const connection of proxy.connections) connection.apply(faults);
}

describeServer('IRC on a link that breaks', 'ergo', () => {
  let server: ErgoServer;
  let proxy: FaultProxy;
  let irc: IrcHub;
  let peer: IrcPeer;
  let count = 0;

  beforeAll(async () => {
    server = await startErgo();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    count += 1;
    const upstream = { host: server.host, port: server.tlsPort };
    proxy = await startFaultProxy({ upstream, print: () => {} });
    const limits = { pingAfter: 250, pingTime: 250, answerTime: 2_000 };
    const nick = `me${count}`;
    const config = { ca: server.ca.certificate };
    irc = await IrcHub.start(proxy.port, config, { nick, password, register: true, limits });
    const capabilities = ['message-tags', 'echo-message', 'server-time'];
    peer = await IrcPeer.start({ ...server, nick: `peer${count}`, other: nick, capabilities });
    // So that the server keeps what is said to us while we are away.
    await irc.send('NickServ', 'set always-on true');
    await expect
      .poll(async () => JSON.stringify(await irc.texts('nickserv')), patient)
      .toContain('always-on');
  });
  afterEach(async () => {
    await peer.close();
    await irc.close();
    await proxy.close();
  });

  test.each(Object.entries(harms))(
    'F8: when it %s, nothing is lost and nothing comes twice',
    async (_, break_) => {
      const address = peer.address;
      const said: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        for (let index = 0; index < 4; index += 1) {
          if (index === 2) break_(proxy);
          const text = `from them ${round} ${index}`;
          await peer.send(text);
          said.push(text);
          await irc.send(address, `from us ${round} ${index}`);
        }
        const last = said.at(-1) ?? '';
        await expect.poll(async () => (await irc.texts(address)).includes(last), patient).toBe(true);
      }
      const theirs = async (): Promise<readonly string[]> =>
        (await irc.texts(address)).filter((text) => text.startsWith('from them'));
      await expect.poll(theirs, patient).toEqual(said);
      const open = async (): Promise<readonly string[]> =>
        (await irc.rows(address)).flatMap(({ delivery }) =>
          delivery === 'queued' || delivery === 'sending' ? [delivery] : [],
        );
      await expect.poll(open, patient).toEqual([]);
      const ours = (await irc.texts(address)).filter((text) => text.startsWith('from us'));
      expect(ours.toSorted()).toEqual([...new Set(ours)].toSorted());
      const heard = (await peer.received()).map(({ text }) => text);
      expect(new Set(heard).size).toBe(heard.length);
      for (const { content, delivery } of await irc.rows(address))
        if (delivery === 'sent') expect(heard).toContain(content.text);
    },
  );
});
