import { X509Certificate } from 'node:crypto';
import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { IrcHub } from './support/irc-hub.ts';
import { IrcPeer } from './support/irc-peer.ts';
import { run } from './support/online.ts';

const { signal } = new AbortController();
const patient = { timeout: 15_000 };
const password = 'correct-horse-battery';

/** What Ergo calls a client certificate. */
const fingerprintOf = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

describeServer('signing in by a client certificate (SASL EXTERNAL)', 'ergo', () => {
  let server: ErgoServer;
  beforeAll(async () => {
    server = await startErgo();
  });
  afterAll(() => server?.stop());

  test('takes the one that belongs to the account, and no other', async () => {
    const capabilities = ['draft/account-registration'];
    const owner = await IrcPeer.start({
      host: server.host,
      port: server.port,
      nick: 'holder',
      other: 'x',
      capabilities,
    });
    await owner.ask(`REGISTER * * ${password}`);
    const [own, foreign] = await Promise.all([
      server.ca.issue({ hosts: ['holder'] }),
      server.ca.issue({ hosts: ['somebody'] }),
    ]);
    await owner.ask(`NS CERT ADD ${fingerprintOf(own.certificate)}`);
    await owner.close();
    const config = { signIn: 'external', ca: server.ca.certificate };
    const signIn = ({ certificate, key }: typeof own): ReturnType<typeof run> =>
      run(server.tlsPort, {
        nick: 'holder',
        config: { ...config, certificate },
        secrets: { key },
      });
    const running = signIn(own);
    expect(await running.online).toBeNull();
    expect(running.secrets.get('mechanism')).toBe('EXTERNAL');
    await running.stop();
    expect(await signIn(foreign).ended).toMatchObject({
      why: 'needsLogin',
      error: { code: 'authentication' },
    });
  });
});

describeServer('IRCv3 in a hub', 'ergo', () => {
  let server: ErgoServer;
  let irc: IrcHub;
  let peer: IrcPeer;
  let nick: string;
  let count = 0;

  beforeAll(async () => {
    server = await startErgo();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    nick = `me${(count += 1)}`;
    const config = { ca: server.ca.certificate, join: [`#room${count}`] };
    irc = await IrcHub.start(server.tlsPort, config, { nick, password, register: true });
    const capabilities = ['message-tags', 'batch', 'draft/multiline', 'echo-message', 'server-time'];
    peer = await IrcPeer.start({
      host: server.host,
      port: server.port,
      nick: `peer${count}`,
      other: nick,
      capabilities,
    });
  });
  afterEach(async () => {
    await peer?.close();
    await irc?.close();
  });

  test('an account is registered and signed in to, with the strongest mechanism', async () => {
    expect(irc.hub.profile.accounts.get(irc.account)?.config['signIn']).toBe('sasl');
    expect(await irc.secret('mechanism')).toBe('SCRAM-SHA-256');
    const lines = await peer.ask(`WHOIS ${nick}`);
    expect(lines.some((line) => line.includes(` 330 ${peer.address} ${nick} ${nick} `))).toBe(true);
  });

  test('a taken name cannot be registered', async () => {
    const again = IrcHub.start(
      server.tlsPort,
      { ca: server.ca.certificate },
      { nick, password, register: true },
    );
    await expect(again).rejects.toThrow(/somebody is|already/);
  });

  test('a text of several lines is one message, both ways', async () => {
    const text = `first line\n\n  third, after an empty one\n${'long '.repeat(150)}end`;
    await irc.send(peer.address, text);
    await expect.poll(async () => (await irc.last(peer.address))?.delivery, patient).toBe('sent');
    const opened = await peer.until(
      (line) => line.includes(' BATCH +') && line.includes('draft/multiline'),
      0,
    );
    const batch = /BATCH \+(\S+)/.exec(opened)?.[1] ?? '';
    await peer.until((line) => line.includes(`BATCH -${batch}`), 0);
    const lines = peer.lines.filter((line) => line.includes(`batch=${batch}`) && line.includes(' PRIVMSG '));
    const heard = lines
      .map((line, index) => {
        const joins = index === 0 || line.includes('draft/multiline-concat');
        return (joins ? '' : '\n') + line.slice(line.indexOf(' :', line.indexOf('PRIVMSG')) + 2);
      })
      .join('');
    expect(heard).toBe(text);
    expect(await irc.texts(peer.address)).toEqual([text]);

    peer.say(`BATCH +b draft/multiline ${nick}`);
    peer.say(`@batch=b PRIVMSG ${nick} :one`);
    peer.say(`@batch=b;draft/multiline-concat PRIVMSG ${nick} : and the same`);
    peer.say(`@batch=b PRIVMSG ${nick} :two`);
    peer.say('BATCH -b');
    await expect.poll(() => irc.texts(peer.address), patient).toEqual([text, 'one and the same\ntwo']);
  });

  test('a channel that is renamed is the same conversation under its new name', async () => {
    const [old, fresh] = [`#old${count}`, `#new${count}`];
    await peer.ask(`JOIN ${old}`);
    const { methods } = irc.hub.handlers;
    const change = { action: 'join', address: old } as const;
    await methods['room.change']({ key: old, account: irc.account, change }, signal);
    await peer.until((line) => line.includes(`:${nick}!`) && line.includes(` JOIN ${old}`), 0);
    await peer.ask(`PRIVMSG ${old} :before`);
    await peer.ask(`RENAME ${old} ${fresh} :a better name`);
    await peer.ask(`PRIVMSG ${fresh} :after`);
    const text = `the channel was renamed from ${old} by ${peer.address}: a better name`;
    await expect.poll(() => irc.texts(fresh), patient).toEqual(['before', text, 'after']);
    expect(irc.conversation(old)).toBeUndefined();
    await irc.send(fresh, 'from us');
    await peer.until((line) => line.includes(` PRIVMSG ${fresh} `) && line.includes('from us'), 0);
  });

  test('how far we have read is shared with our other devices, both ways', async () => {
    const capabilities = ['message-tags', 'sasl', 'server-time', 'draft/read-marker'];
    const device = await IrcPeer.start({
      host: server.host,
      port: server.port,
      nick,
      other: peer.address,
      password,
      capabilities,
    });
    for (const text of ['one', 'two', 'three']) await peer.send(text);
    await expect.poll(() => irc.texts(peer.address.toLowerCase()), patient).toHaveLength(3);
    const conversation = irc.conversation(peer.address.toLowerCase())!;
    const unread = (): number | undefined => irc.hub.profile.conversations.get(conversation)?.unread;
    expect(unread()).toBe(3);
    await device.until((line) => line.includes(' PRIVMSG ') && line.endsWith(':three'), 0);
    const [, second = ''] = device.lines.filter((line) => line.includes(' PRIVMSG '));
    const time = /time=([^; ]+)/.exec(second)?.[1] ?? '';
    device.say(`MARKREAD ${peer.address} timestamp=${time}`);
    await expect.poll(unread, patient).toBe(1);
    const from = device.lines.length;
    await irc.hub.handlers.methods['message.read']({ key: 'read', conversation }, signal);
    await device.until((line) => line.includes('MARKREAD') && !line.includes(time), from);
    await device.close();
  });

  test('what happened in a channel while we were away: words and reactions, and not who came and went', async () => {
    const room = `#room${count}`;
    await expect.poll(() => irc.conversation(room), patient).toBeDefined();
    await peer.join(room as never);
    const hello = await peer.send('hello', { room: room as never });
    await expect.poll(() => irc.texts(room), patient).toEqual(['hello']);
    await irc.enable(false);
    await peer.ask(`@+draft/react=:);+draft/reply=${hello} TAGMSG ${room}`);
    const visitor = await IrcPeer.start({ ...server, nick: `visitor${count}`, other: nick });
    await visitor.join(room as never);
    await visitor.leave(room as never);
    await visitor.close();
    await peer.ask(`TOPIC ${room} :a topic`);
    await peer.send('good bye', { room: room as never });
    await irc.enable(true);
    await expect.poll(() => irc.texts(room), patient).toEqual(['hello', 'good bye']);
    const reactions = async (): Promise<string[]> =>
      ((await irc.rows(room))[0]?.reactions ?? []).map(({ key }) => key);
    await expect.poll(reactions, patient).toEqual([':)']);
    expect(irc.gaps).toBe(0);
  });
});
