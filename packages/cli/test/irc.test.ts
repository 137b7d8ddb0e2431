import { writeFileSync } from 'node:fs';
import { describeServer, startErgo, startNgircd } from '@natter/e2e';
import { expect, it, onTestFinished } from 'vitest';
import { errorOf, Home } from './support/cli.ts';
import { until } from './support/network.ts';

describeServer('IRC from the command line', 'ngircd', () => {
  it('signs in with a nick alone, talks in queries and channels, and says what cannot be known', async () => {
    const server = await startNgircd();
    onTestFinished(() => server.stop());
    const [alice, bob] = [new Home(), new Home()];
    for (const [home, nick] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      const address = `${nick}@127.0.0.1:${server.port}`;
      const { code, stderr } = await home.run(['account', 'add', 'irc', address, '--set', 'signIn=none']);
      expect([code, stderr]).toEqual([0, '']);
    }
    await alice.lines('contact', 'add', 'bob');
    await until(async () => {
      const [person] = await alice.lines('contacts');
      return (person?.['presence'] as { availability?: string } | undefined)?.availability === 'available';
    });

    // Handed over, and a server of RFC 2812 cannot tell more: exit code 7.
    const sent = await alice.run(['send', 'bob', 'hello', 'bob', '--wait', 'sent', '--json']);
    expect([sent.code, sent.lines.at(-1)?.['delivery']]).toEqual([7, 'unconfirmed']);
    await until(async () => (await bob.lines('history', 'alice')).length === 1);
    expect((await bob.lines('history', 'alice'))[0]).toMatchObject({ text: 'hello bob', network: 'irc' });
    await alice.lines('contact', 'add', 'nobody');
    const nobody = await alice.run(['send', 'nobody', 'hello', '--wait', 'sent', '--json']);
    expect([nobody.code, errorOf(nobody)['code']]).toEqual([1, 'not-found']);

    for (const home of [alice, bob]) await home.lines('room', 'join', '#natter');
    await alice.run(['send', '#natter', 'to all', '--wait', 'sent']);
    await until(async () => (await bob.lines('history', '#natter')).length === 1);
    await until(async () => (await alice.lines('room', 'members', '#natter')).length === 2);
  });
});

describeServer('IRC from the command line', 'ergo', () => {
  it('signs in over TLS by SASL, refuses a wrong password, and sends with an acknowledgement', async () => {
    const server = await startErgo();
    onTestFinished(() => server.stop());
    const [alice, bob] = [new Home(), new Home()];
    for (const [home, nick] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      await server.addUser({ name: nick, password: `password-${nick}` });
      const authority = `${home.folder}/ca.pem`;
      writeFileSync(authority, server.ca.certificate);
      const add = ['account', 'add', 'irc', `${nick}@127.0.0.1:${server.tlsPort}`, '--ca', authority];
      const wrong = await home.run([...add, '--password-stdin', '--json'], { stdin: 'wrong' });
      expect([wrong.code, errorOf(wrong)['code']]).toEqual([4, 'authentication']);
      const { code, stderr } = await home.run([...add, '--password-stdin'], { stdin: `password-${nick}` });
      expect([code, stderr]).toEqual([0, '']);
    }
    await alice.lines('contact', 'add', 'bob');
    const sent = await alice.run(['send', 'bob', 'hello', '--wait', 'sent', '--json']);
    expect([sent.code, sent.stderr, sent.lines.at(-1)?.['delivery']]).toEqual([0, '', 'sent']);
    await until(async () => (await bob.lines('history', 'alice')).length === 1);
    const [message] = await bob.lines('history', 'alice');
    await bob.lines('react', String(message?.['id']), '+');
    await until(
      async () => Object.keys((await alice.lines('history', 'bob'))[0]?.['reactions'] ?? {}).length === 1,
    );
  });
});
