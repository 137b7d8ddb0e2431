import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import { expect, it } from 'vitest';
import { Home, errorOf } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, homeOf, nativeServer, passwordOf, until } from './support/network.ts';

/** The contacts of all people, by address. */
async function contactsOf(home: Home): Promise<Record<string, Record<string, unknown>>> {
  const people = await home.lines('person', 'list');
  const contacts = people.flatMap((person) => person['contacts'] as Record<string, unknown>[]);
  return Object.fromEntries(contacts.map((contact) => [String(contact['address']), contact]));
}

async function states(home: Home): Promise<unknown[]> {
  return (await home.lines('account', 'list')).map(({ state }) => state);
}

it('renames, groups, blocks, unblocks and removes a contact, and mutes the conversation', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const bobs = async (): Promise<Record<string, unknown>> => (await contactsOf(alice))['bob@chat.test'] ?? {};
  await alice.lines('contact', 'rename', 'bob', 'Bobby');
  await until(async () => (await alice.lines('contacts'))[0]?.['name'] === 'Bobby');
  await alice.lines('contact', 'rename', 'Bobby');
  await until(async () => (await alice.lines('contacts'))[0]?.['name'] !== 'Bobby');
  await alice.lines('contact', 'group', 'bob', 'friends', 'choir');
  await until(async () => String((await bobs())['groups']) === 'friends,choir');
  await alice.lines('contact', 'group', 'bob');
  await until(async () => String((await bobs())['groups']) === '');

  await alice.lines('send', 'bob', 'hello');
  expect(await alice.lines('mute', 'bob')).toMatchObject([{ type: 'conversation', muted: true }]);
  expect(await alice.lines('mute', 'bob', '--off')).toMatchObject([{ type: 'conversation', muted: false }]);

  await alice.lines('contact', 'block', 'bob');
  await bob.run(['send', 'alice', 'let me in']);
  await alice.lines('contact', 'unblock', 'bob');
  await bob.lines('send', 'alice', 'thank you');
  await until(async () => (await alice.lines('history', 'bob')).some(({ text }) => text === 'thank you'));
  expect((await alice.lines('history', 'bob')).map(({ text }) => text)).toEqual(['hello', 'thank you']);

  await alice.lines('contact', 'remove', 'bob');
  await until(async () => (await alice.lines('contacts')).length === 0);
});

it('denies a request', async () => {
  const server = await nativeServer(['alice', 'carol'], { name: 'chat.test' });
  const [alice, carol] = await Promise.all([homeOf('alice', server), homeOf('carol', server)]);
  await carol.lines('contact', 'add', 'alice@chat.test', '--message', 'it is me');
  await until(async () => (await alice.lines('contacts')).length === 1);
  await alice.lines('contact', 'deny', 'carol');
  const carols = async (): Promise<unknown> => (await contactsOf(carol))['alice@chat.test']?.['subscription'];
  await until(async () => ((await carols()) as { to?: string }).to !== 'pending');
  expect(await carols()).toMatchObject({ to: 'denied' });
});

it('suggests who may be one person', async () => {
  const servers = await Promise.all(
    ['one.test', 'two.test'].map((name) => nativeServer(['alice', 'smith'], { name })),
  );
  const [first, second] = servers;
  const alice = await homeOf('alice', first!);
  const argv = ['account', 'add', 'native', 'alice@two.test', '--server', second!.url, '--password-stdin'];
  await alice.run(argv, { stdin: passwordOf('alice') });
  for (const server of servers) {
    const account = `alice@${server.name}`;
    const address = `smith@${server.name}`;
    await alice.lines('contact', 'add', address, '--name', 'Roberta Smith', '--account', account);
  }
  await until(async () => (await alice.lines('contacts')).length === 2);
  const [suggestion] = await alice.lines('person', 'suggest');
  expect(suggestion).toMatchObject({ type: 'suggestion', names: ['Roberta Smith', 'Roberta Smith'] });
  await alice.lines('person', 'link', String(suggestion?.['a']), String(suggestion?.['b']));
  expect(await alice.lines('person', 'list')).toHaveLength(1);
  expect(await alice.lines('person', 'suggest')).toEqual([]);
});

it('goes offline and comes back, and keeps, gives up and tries again what was said meanwhile', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice } = await friends(server);
  expect(await alice.lines('presence', 'offline')).toMatchObject([{ availability: 'offline' }]);
  expect(await states(alice)).toEqual(['offline']);
  await alice.lines('send', 'bob', 'later', '--wait', 'queued');
  const [waiting] = await alice.lines('outbox', 'list');
  const id = String(waiting?.['id']);
  expect(await alice.lines('outbox', 'cancel', id)).toMatchObject([{ state: 'cancelled' }]);
  expect(await alice.lines('outbox', 'list')).toEqual([]);
  expect(await alice.lines('presence', 'available')).toMatchObject([{ availability: 'available' }]);
  await until(async () => (await states(alice))[0] === 'online');
  await alice.lines('outbox', 'retry', id);
  await until(async () => (await alice.lines('outbox', 'list', '--all'))[0]?.['state'] === 'accepted');
  expect(await alice.lines('history', 'bob')).toMatchObject([{ text: 'later' }]);
  expect(errorOf(await alice.run(['outbox', 'retry', id, '--json']))['code']).toBe('conflict');
});

it('keeps what was refused in sight until it is dismissed, whatever becomes of the daemon', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  await alice.lines('room', 'create', 'Choir', '--invite', 'bob@chat.test');
  await until(async () => (await bob.lines('room', 'list')).length === 1);
  await bob.lines('room', 'accept', 'Choir');
  await until(async () => (await alice.lines('room', 'members', 'Choir')).length === 2);
  await alice.lines('room', 'kick', 'Choir', 'bob@chat.test');
  expect((await bob.run(['send', 'Choir', 'hello?'])).code).toBe(1);
  await bob.lines('daemon', '--stop');
  const refused = async (): Promise<readonly Line[]> =>
    (await bob.lines('outbox', 'list')).filter(({ action }) => action === 'send');
  expect(await refused()).toMatchObject([{ state: 'refused', text: 'hello?' }]);
  const [{ id }] = (await refused()) as [Line];
  await bob.lines('outbox', 'cancel', String(id));
  expect(await refused()).toEqual([]);
  expect((await bob.run(['outbox', 'cancel', String(id)])).code).toBe(1);
});

it('trusts an authority later, and takes a new password', async () => {
  const ca = await createTestCa();
  const { chain, key } = await ca.issue({ hosts: ['localhost', '127.0.0.1'] });
  const server = await nativeServer(['alice'], { tls: { certificate: chain, key } });
  const home = new Home();
  const url = server.url.replace('127.0.0.1', 'localhost');
  const address = `alice@${server.name}`;
  const argv = ['account', 'add', 'native', address, '--server', url, '--no-connect', '--password-stdin'];
  expect((await home.run(argv, { stdin: passwordOf('alice') })).code).toBe(0);
  await until(async () => (await states(home))[0] === 'needsTrust');
  const file = join(home.folder, 'ca.pem');
  writeFileSync(file, ca.certificate);
  expect((await home.run(['account', 'trust', 'native', '--ca', '/nowhere.pem'])).code).toBe(2);
  await home.lines('account', 'trust', 'native', '--ca', file);
  await until(async () => (await states(home))[0] !== 'needsTrust');
  const signIn = { stdin: passwordOf('alice') };
  expect((await home.run(['account', 'login', 'native', '--password-stdin'], signIn)).code).toBe(0);
  await until(async () => (await states(home))[0] === 'online');
});

it('administers the accounts of a server that does not run', async () => {
  const home = new Home();
  const data = ['--data', join(home.folder, 'server')];
  const user = async (verb: string, stdin: string): Promise<void> => {
    const { code } = await home.run(['server', 'user', verb, 'dave', '--password-stdin', ...data], { stdin });
    expect([verb, code]).toEqual([verb, 0]);
  };
  await user('add', 'first password');
  expect(
    (await home.run(['server', 'user', 'passwd', 'nobody', '--password-stdin', ...data], { stdin: 'x' }))
      .code,
  ).toBe(1);
  await user('passwd', 'second password');
  await home.lines('server', 'user', 'suspend', 'dave', ...data);
  expect(await home.lines('server', 'user', 'list', ...data)).toMatchObject([
    { standing: { state: 'suspended' } },
  ]);
  await home.lines('server', 'user', 'resume', 'dave', ...data);
  expect(await home.lines('server', 'user', 'list', ...data)).toMatchObject([
    { standing: { state: 'active' } },
  ]);
});

it('says what is wrong with the config, and looks at the rest all the same', async () => {
  const home = new Home();
  await home.run(['account', 'list']);
  await home.lines('daemon', '--stop');
  writeFileSync(join(home.folder, 'home/config.toml'), 'secrets = "keyring"\ncolour = "never"\n');
  const { code, lines } = await home.run(['doctor', '--json']);
  expect(code).toBe(1);
  const faults = lines.filter(({ ok }) => ok === false);
  expect(faults).toMatchObject([{ name: 'config' }]);
  expect(faults[0]?.['detail']).toContain('config.toml:2: unknown setting "colour"');
  expect(lines.length).toBeGreaterThan(5);
  expect((await home.run(['help', 'send'])).code).toBe(0);
  expect((await home.run(['account', 'list'])).stderr).toContain('config.toml:2');
});
