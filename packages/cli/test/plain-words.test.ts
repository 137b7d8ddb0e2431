import { describe, expect, it } from 'vitest';
import { errorOf } from './support/cli.ts';
import { friends, homeOf, nativeServer, until } from './support/network.ts';

describe('what an account that is locked says', () => {
  it('is why nothing leaves, at once, and which command helps', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
    const { alice } = await friends(server);
    const [account] = await alice.lines('account', 'list');
    await server.administration.suspend('alice', 'too loud');
    await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'refused');
    const why = 'alice@chat.test is not online: the account is suspended: too loud';
    const how = `${why}; sign in again with natter account login ${String(account?.['id'])}\n`;
    // Nobody waits for what cannot be; with the usual patience these two would take 25 seconds.
    const began = performance.now();
    const sent = await alice.run(['send', 'bob', 'hi']);
    expect([sent.code, sent.stderr]).toEqual([
      7,
      `natter: the message is queued and goes on in the background: ${how}`,
    ]);
    const added = await alice.run(['contact', 'add', 'carol']);
    expect([added.code, added.stderr.endsWith(how)]).toEqual([7, true]);
    expect(performance.now() - began).toBeLessThan(10_000);
    const stranger = await alice.run(['send', 'carol@chat.test', 'hi']);
    expect([stranger.code, stranger.stderr]).toEqual([3, `natter: ${how}`]);
    const listed = await alice.run(['outbox', 'list']);
    expect(listed.stdout).toMatch(/ {2}send {2}queued {2}bob {2}hi\n.* {2}roster\.add {2}queued {2}carol\n/);
    expect(await alice.lines('outbox', 'list')).toMatchObject([{ target: 'bob' }, { target: 'carol' }]);
    const removed = await alice.run(['account', 'remove', 'native', '--local']);
    expect([removed.code, removed.stderr]).toEqual([
      0,
      'natter: 1 message that had not left yet went with it\n',
    ]);
  });

  it('is also told to programs that wait for a list', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
    const { alice } = await friends(server);
    await server.administration.suspend('alice', 'too loud');
    await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'refused');
    const waited = await alice.run(['contacts', '--wait', '1', '--json']);
    expect(waited.lines).toMatchObject([{ type: 'person', name: 'bob' }]);
    expect(errorOf(waited)).toMatchObject({ type: 'account', address: 'alice@chat.test', state: 'refused' });
  });
});

describe('what a network does not take', () => {
  it('is told in plain words', async () => {
    const server = await nativeServer(['alice']);
    const alice = await homeOf('alice', server);
    const said = async (...argv: string[]): Promise<string> => (await alice.run(argv)).stderr;
    expect(await said('room', 'create', 'x'.repeat(300))).toBe(
      'natter: The field title is longer than 256 characters.\n',
    );
    expect(await said('contact', 'add', 'a b')).toBe("natter: 'a b' is no address of the native network\n");
    expect(await said('room', 'list', '--search', 'x')).toBe(
      'natter: the native network has no list of public rooms\n',
    );
    expect(await said('account', 'password', 'native')).toMatch(
      /^natter: '.*' is needed and there is no terminal to ask at: use --password-stdin \(see/,
    );
    expect(await said('send', 'nobody@localhost', 'x', '--thread', 'm1')).toBe('natter: no such message\n');
    expect(await said('send', 'nobody@localhost', '--file', 'x'.repeat(5000))).toMatch(
      /^natter: 'x+\.\.\.\n$/,
    );
  });
});
