import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeServer, startProsody } from '@natter/e2e';
import type { ProsodyServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { homeOf, nativeServer, passwordOf, until } from './support/network.ts';

describeServer('one contact list over two real networks', 'prosody', () => {
  let prosody: ProsodyServer;
  beforeAll(async () => {
    prosody = await startProsody({
      users: ['alice', 'bob'].map((name) => ({ name, password: passwordOf(name) })),
    });
  });
  afterAll(() => prosody?.stop());

  /** Adds the XMPP account to a home. */
  async function addXmpp(home: Home, user: string): Promise<number | null> {
    const authority = join(home.folder, 'ca.pem');
    writeFileSync(authority, prosody.ca.certificate);
    const address = `${user}@${prosody.domain}`;
    const server = ['--server', `${prosody.host}:${prosody.port}`, '--ca', authority];
    const { code } = await home.run(['account', 'add', 'xmpp', address, ...server, '--password-stdin'], {
      stdin: passwordOf(user),
    });
    return code;
  }

  const network = ({ network }: Line): unknown => network;

  it(
    'prints one person with two contacts, and carries messages both ways while one side is away',
    { timeout: 120_000 },
    async () => {
      const server = await nativeServer(['alice', 'bob'], { name: 'native.test' });
      const [alice, bob] = await Promise.all([homeOf('alice', server), homeOf('bob', server)]);
      for (const [home, name] of [
        [alice, 'alice'],
        [bob, 'bob'],
      ] as const)
        expect(await addXmpp(home, name)).toBe(0);

      await alice.lines('contact', 'add', 'bob@native.test', '--account', 'native');
      await alice.lines('contact', 'add', `bob@${prosody.domain}`, '--account', 'xmpp');
      await until(async () => (await bob.lines('contacts')).length === 2);
      for (const [account, address] of [
        ['native', 'alice@native.test'],
        ['xmpp', `alice@${prosody.domain}`],
      ] as const) {
        await bob.lines('contact', 'accept', address, '--account', account);
        await bob.lines('contact', 'add', address, '--account', account);
      }
      await until(async () => {
        const contacts = (await alice.lines('contacts')).flatMap((person) => person['contacts'] as Line[]);
        return (
          contacts.length === 2 &&
          contacts.every(({ presence }) => (presence as Line)['availability'] === 'available')
        );
      });
      for (const [home, other] of [
        [alice, 'bob'],
        [bob, 'alice'],
      ] as const)
        await home.lines('person', 'link', `${other}@native.test`, `${other}@${prosody.domain}`);
      const people = await alice.lines('contacts');
      expect(people).toHaveLength(1);
      const contacts = people.flatMap((person) => person['contacts'] as Line[]);
      expect(new Set(contacts.map(network))).toEqual(new Set(['native', 'xmpp']));

      // One side is away, on both networks; then the other.
      for (const [from, to, name] of [
        [alice, bob, 'bob'],
        [bob, alice, 'alice'],
      ] as const) {
        const [seen] = (await to.lines('daemon', '--status')).map(({ pid }) => pid);
        expect(seen).toBeGreaterThan(1);
        await to.lines('daemon', '--stop');
        for (const account of ['native', 'xmpp'])
          await from.lines('send', name, `to ${name} by ${account}`, '--account', account);
        const lines = await to.lines('watch', '--after', 'start', '--type', 'message', '--timeout', '6');
        const received = lines.filter(({ direction }) => direction === 'in');
        expect(
          received.map((line) => `${String(line['network'])}: ${String(line['text'])}`).toSorted(),
        ).toEqual([`native: to ${name} by native`, `xmpp: to ${name} by xmpp`]);
      }
      expect((await alice.lines('history', 'bob')).map(({ text }) => text)).toHaveLength(4);
    },
  );

  it('says what is wrong with a sign-in to XMPP as with any other', async () => {
    const home = new Home();
    const argv = [
      'account',
      'add',
      'xmpp',
      `alice@${prosody.domain}`,
      '--server',
      `${prosody.host}:${prosody.port}`,
      '--password-stdin',
    ];
    const untrusted = await home.run(argv, { stdin: passwordOf('alice') });
    expect([untrusted.code, untrusted.stderr.trimEnd().split('\n').length]).toEqual([5, 1]);
    const authority = join(home.folder, 'ca.pem');
    writeFileSync(authority, prosody.ca.certificate);
    const wrong = await home.run([...argv, '--ca', authority], { stdin: 'wrong password' });
    expect([wrong.code, wrong.stderr.trimEnd().split('\n').length]).toEqual([4, 1]);
    expect(await home.lines('account', 'list')).toEqual([]);
  });
});
