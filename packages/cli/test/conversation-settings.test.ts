import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { friends, homeOf, nativeServer, passwordOf, until } from './support/network.ts';

/** A PNG of one pixel. */
const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

it('pins messages and lets them vanish, from store and search as well, from the command line', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const [alices, bobs] = ['bob@chat.test', 'alice@chat.test'];
  await alice.lines('send', alices, 'the door code is 4711');
  await until(async () => (await bob.lines('history', bobs)).length === 1);
  const [heard] = await bob.lines('history', bobs);
  await bob.lines('pin', String(heard?.['id']));
  await until(async () => (await alice.lines('pins', alices)).length === 1);
  expect((await alice.lines('pins', alices))[0]).toMatchObject({ text: 'the door code is 4711' });
  await bob.lines('pin', String(heard?.['id']), '--remove');
  await until(async () => (await alice.lines('pins', alices)).length === 0);

  expect((await alice.run(['expiry', alices, 'soon'])).code).toBe(2);
  await alice.lines('expiry', alices, '1s');
  await until(async () => (await bob.lines('expiry', bobs))[0]?.['expiry'] === 1000);
  await bob.lines('send', bobs, 'fleeting words');
  await until(async () => (await bob.lines('history', bobs)).length === 1);
  await bob.lines('expiry', bobs, 'off');
  await bob.lines('send', bobs, 'lasting words');
  // Updates come in one order: who has the last one has had all before it.
  await until(async () => (await alice.lines('search', 'lasting')).length === 1);
  for (const [home, who] of [
    [alice, alices],
    [bob, bobs],
  ] as const) {
    expect(await home.lines('search', 'fleeting')).toEqual([]);
    expect((await home.lines('history', who)).map(({ text }) => text)).toEqual([
      'the door code is 4711',
      'lasting words',
    ]);
    expect((await home.lines('expiry', who))[0]).toMatchObject({ expiry: null });
  }
});

it('gives a group a picture, which the other one gets', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const picture = join(alice.folder, 'icon.png');
  writeFileSync(picture, 'not really a picture');
  await alice.lines('room', 'create', 'Choir', '--invite', 'bob@chat.test');
  expect((await alice.run(['room', 'icon', 'Choir'])).code).toBe(2);
  await alice.lines('room', 'icon', 'Choir', picture);
  await until(async () => typeof (await bob.lines('room', 'list'))[0]?.['avatar'] === 'string');
  await alice.lines('room', 'icon', 'Choir', '--remove');
  await until(async () => (await alice.lines('room', 'list'))[0]?.['avatar'] === null);
});

it('shows a picture of oneself to contacts, and takes it away', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice } = await friends(server);
  const no = join(alice.folder, 'no.png');
  writeFileSync(no, 'not really a picture');
  const refused = await alice.run(['account', 'avatar', 'alice@chat.test', no]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('picture')]);
  const picture = join(alice.folder, 'me.png');
  writeFileSync(picture, Buffer.from(onePixel, 'base64'));
  for (const how of [picture, '--remove'])
    expect(await alice.lines('account', 'avatar', 'alice@chat.test', how)).toMatchObject([
      { action: 'profile.avatar', state: 'accepted' },
    ]);
});

it('asks the server for messages, and finds those that never came here as well', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  await alice.lines('send', 'bob@chat.test', 'the needle');
  await alice.lines('send', 'bob@chat.test', 'the haystack');
  await until(async () => (await bob.lines('history', 'alice@chat.test')).length === 2);
  const [here] = await bob.lines('history', 'alice@chat.test');
  expect(await bob.lines('search', 'needle', '--server')).toMatchObject([
    { type: 'found', id: here?.['id'], direction: 'in', from: 'alice@chat.test', text: 'the needle' },
  ]);
  expect(
    await bob.lines('search', 'the', '--server', '--in', 'alice@chat.test', '--limit', '1'),
  ).toMatchObject([{ text: 'the haystack' }]);
  expect(await bob.lines('search', 'camel', '--server')).toEqual([]);
  expect((await bob.run(['search', 'x', '--server', '--since', '2020-01-01'])).code).toBe(2);
});

it('lists and signs out devices, changes the password, and deletes the account', async () => {
  const server = await nativeServer(['alice'], { name: 'chat.test' });
  const laptop = await homeOf('alice', server);
  const phone = await homeOf('alice', server);
  const devices = await laptop.lines('account', 'devices', 'native');
  expect(devices.map(({ type, current }) => [type, current])).toEqual([
    ['device', true],
    ['device', false],
  ]);
  const [, other] = devices;
  await laptop.lines('account', 'revoke', 'native', String(other?.['id']));
  await until(async () => (await phone.lines('account', 'list'))[0]?.['state'] === 'needsLogin');
  expect((await laptop.run(['account', 'revoke', 'native', 'd999'])).code).toBe(1);

  const change = (input: string) =>
    laptop.run(['account', 'password', 'native', '--password-stdin'], { stdin: input });
  expect((await change('wrong\nsomething new\n')).code).toBe(4);
  expect((await change(`${passwordOf('alice')}\n`)).code).toBe(2);
  expect(await change(`${passwordOf('alice')}\nsomething new\n`)).toMatchObject({ code: 0 });
  const login = (password: string) =>
    phone.run(['account', 'login', 'native', '--password-stdin'], { stdin: `${password}\n` });
  expect((await login(passwordOf('alice'))).code).toBe(4);
  expect((await login('something new')).code).toBe(0);

  const remove = (password: string) =>
    laptop.run(['account', 'remove', 'native', '--delete-on-server', '--password-stdin'], {
      stdin: `${password}\n`,
    });
  expect((await remove('wrong')).code).toBe(4);
  expect(await laptop.lines('account', 'list')).toHaveLength(1);
  expect(await remove('something new')).toMatchObject({ code: 0, stderr: '' });
  expect(await laptop.lines('account', 'list')).toEqual([]);
  await until(async () => (await phone.lines('account', 'list'))[0]?.['state'] === 'needsLogin');
  expect((await login('something new')).code).toBe(4);
});
