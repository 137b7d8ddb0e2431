import { describeServer, startSynapse } from '@natter/e2e';
import { expect, it, onTestFinished } from 'vitest';
import { errorOf, Home } from './support/cli.ts';
import { until } from './support/network.ts';

describeServer('Matrix from the command line', 'synapse', () => {
  it('signs in, asks and is accepted, talks in direct conversations and rooms, and goes on where it was', async () => {
    const server = await startSynapse();
    onTestFinished(() => server.stop());
    const [alice, bob] = [new Home(), new Home()];
    for (const [home, name] of [
      [alice, 'alice'],
      [bob, 'bob'],
    ] as const) {
      const address = await server.addUser({ name, password: `password-${name}` });
      const add = ['account', 'add', 'matrix', address, '--server', server.url, '--password-stdin'];
      const wrong = await home.run([...add, '--json'], { stdin: 'wrong' });
      expect([wrong.code, errorOf(wrong)['code']]).toEqual([4, 'authentication']);
      const { code, stderr } = await home.run(add, { stdin: `password-${name}` });
      expect([code, stderr]).toEqual([0, '']);
    }
    const [alicesAddress, bobsAddress] = [`@alice:${server.serverName}`, `@bob:${server.serverName}`];

    await alice.lines('contact', 'add', bobsAddress);
    await until(async () => (await bob.lines('contacts')).length === 1);
    await bob.lines('contact', 'accept', alicesAddress);
    await until(async () => {
      const [person] = await alice.lines('contacts');
      const [contact] = (person?.['contacts'] ?? []) as { subscription: { to: string } }[];
      return contact?.subscription.to === 'granted';
    });
    const [person] = await bob.lines('contacts');
    expect(person).toMatchObject({ contacts: [{ network: 'matrix', address: alicesAddress }] });

    const sent = await alice.run(['send', bobsAddress, 'hello', 'bob', '--wait', 'sent', '--json']);
    expect([sent.code, sent.stderr, sent.lines.at(-1)?.['delivery']]).toEqual([0, '', 'sent']);
    await until(async () => (await bob.lines('history', alicesAddress)).length === 1);
    const [message] = await bob.lines('history', alicesAddress);
    expect(message).toMatchObject({ text: 'hello bob', network: 'matrix', kind: 'direct', direction: 'in' });
    await bob.lines('read', alicesAddress);
    await until(async () => (await alice.lines('history', bobsAddress))[0]?.['delivery'] === 'read');
    await bob.lines('react', String(message?.['id']), '👍');
    await until(
      async () =>
        Object.keys((await alice.lines('history', bobsAddress))[0]?.['reactions'] ?? {}).length === 1,
    );

    // Away, and back: what was said meanwhile comes once.
    await bob.run(['daemon', '--stop']);
    for (const text of ['one', 'two']) await alice.run(['send', bobsAddress, text, '--wait', 'sent']);
    await bob.lines('contacts', '--wait', '0');
    const watched = bob.lines('watch', '--type', 'message', '--count', '1', '--timeout', '20');
    await until(async () => (await bob.lines('history', alicesAddress)).length === 3);
    await alice.run(['send', bobsAddress, 'three', '--wait', 'sent']);
    expect((await watched).map(({ text }) => text)).toHaveLength(1);
    const texts = (await bob.lines('history', alicesAddress)).map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);

    await alice.lines('room', 'create', 'natter', '--public');
    const [listing] = await bob.lines('room', 'list', '--search', 'natter');
    await bob.lines('room', 'join', String(listing?.['address']));
    await until(async () => (await bob.run(['send', 'natter', 'to all', '--wait', 'sent'])).code === 0);
    await until(async () => (await alice.lines('history', 'natter')).some(({ text }) => text === 'to all'));
  });
});
