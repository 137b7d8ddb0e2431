import { expect, it } from 'vitest';
import { errorOf } from './support/cli.ts';
import type { Home, Line } from './support/cli.ts';
import { homeOf, nativeServer, passwordOf, until } from './support/network.ts';

/** Alice on two servers, each of which has a Bob whom she does not know. */
async function onTwoServers(): Promise<{ alice: Home; add: readonly string[] }> {
  const [one, two] = await Promise.all(
    ['one.test', 'two.test'].map((name) => nativeServer(['alice', 'bob'], { name })),
  );
  const alice = await homeOf('alice', one!);
  return { alice, add: ['account', 'add', 'native', 'alice@two.test', '--server', two!.url] };
}

const texts = (lines: readonly Line[]): unknown[] => lines.map(({ text }) => text);

it('somebody unknown can be written to by address when only one account can be meant', async () => {
  const { alice, add } = await onTwoServers();
  expect(await alice.lines('send', 'bob@one.test', 'the only account')).toMatchObject([
    { to: 'bob@one.test', delivery: 'sent' },
  ]);
  await alice.run([...add, '--password-stdin'], { stdin: passwordOf('alice') });
  const ambiguous = await alice.run(['send', 'carol@two.test', 'which account?', '--json']);
  expect([ambiguous.code, errorOf(ambiguous)]).toMatchObject([
    1,
    {
      code: 'ambiguous',
      condition: {
        choices: ['native/alice@one.test/carol@two.test', 'native/alice@two.test/carol@two.test'],
      },
    },
  ]);
  // Each of the choices can be typed.
  expect(await alice.lines('send', 'native/alice@two.test/bob@two.test', 'by the other')).toMatchObject([
    { to: 'bob@two.test', delivery: 'sent' },
  ]);
});

it('--account narrows what is searched, followed and listed', async () => {
  const { alice, add } = await onTwoServers();
  await alice.run([...add, '--password-stdin'], { stdin: passwordOf('alice') });
  const accounts = ['alice@one.test', 'alice@two.test'];
  for (const account of accounts)
    await alice.lines('send', account.replace('alice', 'bob'), `hello from ${account}`, '--account', account);
  for (const account of accounts) {
    const only = ['--account', account];
    const said = [`hello from ${account}`];
    expect(texts(await alice.lines('search', 'hello', ...only))).toEqual(said);
    expect(texts(await alice.lines('outbox', 'list', '--all', ...only))).toEqual(said);
    const watched = ['watch', '--after', 'start', '--type', 'message', '--timeout', '2'];
    expect(texts(await alice.lines(...watched, ...only))).toEqual(said);
  }
  expect(await alice.lines('search', 'hello')).toHaveLength(2);
  expect((await alice.run(['watch', '--account', 'nobody@one.test'])).code).toBe(1);
});

it('mutes somebody with whom nothing was said yet', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'one.test' });
  const alice = await homeOf('alice', server);
  await alice.lines('contact', 'add', 'bob@one.test');
  await until(async () => (await alice.lines('contacts')).length === 1);
  expect(await alice.lines('mute', 'bob')).toMatchObject([{ type: 'conversation', muted: true }]);
});
