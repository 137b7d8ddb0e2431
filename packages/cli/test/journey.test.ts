import { describe, expect, it } from 'vitest';
import { Home, errorOf } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, homeOf, nativeServer, passwordOf, until } from './support/network.ts';

const text = ({ text }: Line): unknown => text;

describe('two homes on one server', () => {
  it('exchange messages, and watch shows each exactly once', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice, bob } = await friends(server);
    const watching = [alice, bob].map((home) =>
      home.start(['watch', '--json', '--type', 'message', '--timeout', '6']),
    );
    const outputs = watching.map((child) => {
      const lines: string[] = [];
      child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
      return lines;
    });
    // Whoever watches is connected once the daemon counts it.
    for (const home of [alice, bob])
      await until(async () => Number((await home.lines('daemon', '--status'))[0]?.['frontEnds']) > 1);
    const sent = await alice.lines('send', `bob@${server.name}`, 'hello', 'Bob');
    expect(sent).toMatchObject([{ v: 1, type: 'sent', to: `bob@${server.name}` }]);
    await bob.lines('send', 'alice', 'hello Alice', '--wait', 'delivered', '--timeout', '10');
    await alice.run(['send', 'bob', '-', '--json'], { stdin: 'two\nlines\n' });
    await Promise.all(watching.map((child) => new Promise((resolve) => child.once('exit', resolve))));
    for (const output of outputs) {
      const lines = output
        .join('')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      expect(lines.map(text)).toEqual(['hello Bob', 'hello Alice', 'two\nlines']);
      for (const line of lines)
        expect([line['v'], line.type, typeof line['cursor']]).toEqual([1, 'message', 'string']);
    }
    expect((await alice.lines('history', 'bob')).map(text)).toEqual([
      'hello Bob',
      'hello Alice',
      'two\nlines',
    ]);
  });

  it('are told while one is away: nothing is lost, and nothing is there twice', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice, bob } = await friends(server);
    await bob.lines('daemon', '--stop');
    for (const word of ['one', 'two', 'three']) await alice.lines('send', `bob@${server.name}`, word);
    const lines = await bob.lines(
      'watch',
      '--after',
      'start',
      '--type',
      'message',
      '--count',
      '3',
      '--timeout',
      '15',
    );
    expect(lines.map(text)).toEqual(['one', 'two', 'three']);
    const [, second] = lines;
    const rest = await bob.lines(
      'watch',
      '--after',
      String(second?.['cursor']),
      '--type',
      'message',
      '--count',
      '1',
      '--timeout',
      '5',
    );
    expect(rest.map(text)).toEqual(['three']);
  });

  it('find, answer, change and take back what was said', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice, bob } = await friends(server);
    await alice.lines('send', 'bob', 'the quick brown fox');
    await until(async () => (await bob.lines('history', 'alice')).length === 1);
    const [message] = await bob.lines('search', 'quick fo');
    expect(message).toMatchObject({
      direction: 'in',
      from: `alice@${server.name}`,
      to: `bob@${server.name}`,
    });
    await bob.lines('send', 'alice', 'which fox?', '--reply-to', String(message?.['id']));
    await bob.lines('react', String(message?.['id']), '🦊');
    await until(async () => (await alice.lines('history', 'bob')).length === 2);
    const [own, reply] = await alice.lines('history', 'bob');
    expect(reply).toMatchObject({ replyTo: own?.['id'] });
    expect(Object.keys(own?.['reactions'] as object)).toEqual(['🦊']);
    expect(await alice.lines('edit', String(own?.['id']), 'the red fox')).toMatchObject([
      { text: 'the red fox', edited: true },
    ]);
    expect(await alice.lines('retract', String(own?.['id']))).toMatchObject([{ text: '', retracted: true }]);
    expect(await bob.lines('read', 'alice')).toMatchObject([{ type: 'conversation', unread: 0 }]);
    expect(await alice.lines('history', 'bob', '--limit', '1')).toMatchObject([{ text: 'which fox?' }]);
    expect(await alice.lines('history', 'bob', '--before', String(reply?.['id']))).toHaveLength(1);
    expect(await alice.lines('search', 'nothing', 'like', 'this')).toEqual([]);
  });
});

describe('one person on two networks', () => {
  it('is one row with two contacts after a link, and two again after the unlink', async () => {
    const [one, two] = [
      await nativeServer(['alice', 'bob'], { name: 'one' }),
      await nativeServer(['alice', 'bob'], { name: 'two' }),
    ];
    const { alice } = await friends(one);
    await alice.run(['account', 'add', 'native', 'alice@two', '--server', two.url, '--password-stdin'], {
      stdin: passwordOf('alice'),
    });
    await homeOf('bob', two);
    await alice.lines('contact', 'add', 'bob@two', '--account', 'alice@two');
    expect(await alice.lines('contacts')).toHaveLength(2);
    const ambiguous = await alice.run(['send', 'bob', 'hi', '--json']);
    expect(ambiguous.code).toBe(1);
    expect(errorOf(ambiguous)).toMatchObject({ code: 'ambiguous', userAction: 'choose' });
    const [linked] = await alice.lines('person', 'link', 'bob@one', 'bob@two');
    expect(linked?.['contacts']).toMatchObject([{ address: 'bob@one' }, { address: 'bob@two' }]);
    // Also without the daemon, from the store: presence is not known then.
    await alice.lines('daemon', '--stop');
    const [stored, ...others] = await alice.lines('contacts');
    expect(others).toEqual([]);
    expect(stored).toMatchObject({
      v: 1,
      type: 'person',
      id: linked?.['id'],
      presence: { availability: 'unknown' },
    });
    expect((await alice.run(['daemon', '--status'])).code).toBe(1);
    await alice.lines('person', 'prefer', String(linked?.['id']), 'bob@two');
    expect(await alice.lines('send', String(linked?.['id']), 'hi', '--wait', 'queued')).toMatchObject([
      { to: 'bob@two' },
    ]);
    await alice.lines('person', 'unlink', 'bob@two');
    expect(await alice.lines('contacts')).toHaveLength(2);
  });
});

describe('without a daemon', () => {
  it('every command works in its own process', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const [alice, bob] = [new Home(), new Home()];
    const direct = async (home: Home, ...argv: readonly string[]) => home.lines('--no-daemon', ...argv);
    for (const [home, name] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const)
      await direct(
        home,
        'account',
        'add',
        'native',
        `${name}@${server.name}`,
        '--server',
        server.url,
        '--password-command',
        `echo ${passwordOf(name)}`,
      );
    await direct(alice, 'contact', 'add', `bob@${server.name}`);
    const [asking] = await direct(bob, 'contacts', '--wait', '10');
    expect(asking?.['contacts']).toMatchObject([{ subscription: { from: 'pending' } }]);
    await direct(bob, 'contact', 'accept', `alice@${server.name}`);
    expect(await direct(alice, 'send', `bob@${server.name}`, 'hello')).toMatchObject([{ delivery: 'sent' }]);
    const watched = await direct(
      bob,
      'watch',
      '--after',
      'start',
      '--type',
      'message',
      '--count',
      '1',
      '--timeout',
      '10',
    );
    expect(watched.map(text)).toEqual(['hello']);
    for (const home of [alice, bob]) expect((await home.run(['daemon', '--status'])).code).toBe(1);
  });

  it('a profile that the daemon has is left to it', async () => {
    const home = new Home();
    await home.lines('daemon', '--detach');
    const refused = await home.run(['account', 'list', '--no-daemon', '--json']);
    expect([refused.code, errorOf(refused)['code']]).toEqual([1, 'conflict']);
    await home.lines('daemon', '--stop');
    expect((await home.run(['account', 'list', '--no-daemon'])).code).toBe(0);
  });
});

describe('an account', () => {
  it('is listed, shown, disabled, enabled and removed', async () => {
    const server = await nativeServer(['alice']);
    const alice = await homeOf('alice', server);
    const address = `alice@${server.name}`;
    expect(await alice.lines('account', 'list')).toMatchObject([
      { v: 1, type: 'account', network: 'native', address, state: 'online', enabled: true },
    ]);
    expect(await alice.lines('account', 'show', address)).toMatchObject([{ config: { server: server.url } }]);
    expect(await alice.lines('account', 'disable', 'native')).toMatchObject([
      { enabled: false, state: 'offline' },
    ]);
    expect(await alice.lines('account', 'enable', `native/${address}`)).toMatchObject([{ enabled: true }]);
    expect(await alice.lines('presence', 'away', 'lunch')).toMatchObject([
      { type: 'presence', availability: 'away', text: 'lunch' },
    ]);
    expect(await alice.lines('account', 'remove', address)).toMatchObject([{ state: 'removed' }]);
    expect(await alice.lines('account', 'list')).toEqual([]);
  });

  it('can be registered where the server allows it', async () => {
    const server = await nativeServer([], { registration: 'open' });
    const home = new Home();
    const add = [
      'account',
      'add',
      'native',
      `carol@${server.name}`,
      '--server',
      server.url,
      '--password-stdin',
      '--json',
    ];
    expect((await home.run(add, { stdin: 'long enough' })).code).toBe(4);
    const { code, lines } = await home.run([...add, '--register'], { stdin: 'long enough' });
    expect([code, lines[0]?.['state']]).toEqual([0, 'online']);
  });

  it('is saved unseen with --no-connect, and signs in later', async () => {
    const server = await nativeServer(['alice']);
    const home = new Home();
    const add = [
      'account',
      'add',
      'native',
      `alice@${server.name}`,
      '--server',
      server.url,
      '--no-connect',
      '--password-stdin',
    ];
    expect((await home.run(add, { stdin: passwordOf('alice') })).code).toBe(0);
    await until(async () => (await home.lines('account', 'list'))[0]?.['state'] === 'online');
  });

  it('signs in again with a new password', async () => {
    const server = await nativeServer(['alice']);
    const alice = await homeOf('alice', server);
    await server.administration.setPassword('alice', 'another password');
    await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'needsLogin');
    const list = await alice.run(['contacts', '--wait', '20']);
    expect([list.code, list.stdout]).toEqual([0, '']);
    expect(list.stderr).toMatch(/alice@\S+ {2}needsLogin/);
    const login = ['account', 'login', 'native', '--password-stdin'];
    expect((await alice.run(login, { stdin: passwordOf('alice') })).code).toBe(4);
    expect((await alice.run(login, { stdin: 'another password' })).code).toBe(0);
    expect(await alice.lines('account', 'list')).toMatchObject([{ state: 'online' }]);
  });
});
