import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Home } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, homeOf, nativeServer, passwordOf, until } from './support/network.ts';

/** What a reader of a history sees, without the ids of this machine. */
function seen(lines: readonly Line[]): unknown[] {
  return lines.map(({ direction, from, text, edited, retracted, reactions, time, networkId }) => ({
    direction,
    from,
    text,
    edited,
    retracted,
    reactions,
    time,
    networkId,
  }));
}

it('takes everything to another machine, and a second time changes nothing', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  await alice.lines('contact', 'rename', 'bob', 'Bobby');
  await until(async () => (await alice.lines('contacts'))[0]?.['name'] === 'Bobby');
  for (const text of ['one', 'two', 'three']) await alice.lines('send', 'bob@chat.test', text);
  await until(async () => (await bob.lines('history', 'alice')).length === 3);
  const [first, second] = await alice.lines('history', 'Bobby');
  await alice.lines('edit', String(first?.['id']), 'one, mended');
  await alice.lines('retract', String(second?.['id']));
  const [, , third] = await bob.lines('history', 'alice');
  await bob.lines('react', String(third?.['id']), '+');
  await bob.lines('send', 'alice', 'four');
  await until(async () => (await alice.lines('history', 'Bobby')).length === 4);
  const before = seen(await alice.lines('history', 'Bobby'));

  const file = join(alice.folder, 'backup.ndjson');
  expect((await alice.run(['export', '--output', file])).code).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(passwordOf('alice'));
  expect((await alice.run(['export'])).stdout.split('\n').length).toBe(text.split('\n').length);
  // What is no file is written into, and stays what it is: nobody wants a file for /dev/null.
  const pipe = join(alice.folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [piped] = await Promise.all([readFile(pipe, 'utf8'), alice.run(['export', '--output', pipe])]);
  expect([piped.split('\n').length, statSync(pipe).isFIFO()]).toEqual([text.split('\n').length, true]);

  const other = new Home();
  const [imported] = await other.lines('import', file);
  expect(imported).toMatchObject({ type: 'import', messages: 4 });
  expect((await other.lines('contacts'))[0]).toMatchObject({ name: 'Bobby', unread: 0 });
  expect(seen(await other.lines('history', 'Bobby'))).toEqual(before);
  expect((await other.lines('search', 'mended')).length).toBe(1);
  expect(await other.lines('import', file)).toMatchObject([{ messages: 0, accounts: [] }]);
  // What the network tells again after signing in is the same messages, in the same order.
  const stdin = passwordOf('alice');
  expect((await other.run(['account', 'login', 'native', '--password-stdin'], { stdin })).code).toBe(0);
  await until(async () => (await other.lines('account', 'list'))[0]?.['state'] === 'online');
  await bob.lines('send', 'alice', 'five');
  await until(async () => (await other.lines('history', 'Bobby')).some((line) => line['text'] === 'five'));
  expect(seen(await other.lines('history', 'Bobby')).slice(0, 4)).toEqual(before);
});

it('takes nothing on trust: what is no backup is refused by its line, and nothing of that line is kept', async () => {
  const server = await nativeServer(['alice'], { name: 'chat.test' });
  const alice = await homeOf('alice', server);
  const head = '{"v":1,"type":"export","format":1}\n';
  const account = '"account":{"network":"native","address":"alice@chat.test"}';
  const cases: readonly (readonly [string, string, string])[] = [
    ['empty', '', 'empty'],
    ['no JSON', 'hello', '1: this is no JSON'],
    ['another file', '{"v":1,"type":"message"}\n', '1: this is not what natter export writes'],
    ['a later format', '{"v":1,"type":"export","format":9}\n', 'newer'],
    [
      'a broken line',
      `${head}{"type":"message","backup":{${account},"in":"x","message":{}}}`,
      '2: this is no',
    ],
    [
      'an unknown account',
      `${head}{"type":"contact","backup":{"account":{"network":"native","address":"x"},"key":"k","contact":{"address":"k","name":null,"alias":null,"groups":[],"listed":true,"stability":"permanent","bridge":null}}}`,
      '2: nothing was said',
    ],
    ['deep nesting', `${head}${'['.repeat(100_000)}`, '2: this is no JSON'],
  ];
  const file = join(alice.folder, 'bad.ndjson');
  for (const [name, content, message] of cases) {
    writeFileSync(file, content);
    const { code, stdout, stderr } = await alice.run(['import', file]);
    expect([name, code, stdout]).toEqual([name, 1, '']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  }
  expect((await alice.run(['import', '/nowhere'])).stderr).toContain('/nowhere: it cannot be read (ENOENT)');
  expect(await alice.lines('contacts')).toEqual([]);
  expect((await alice.run(['export', '--output', '/nowhere/backup'])).stderr).toContain('cannot be written');
});
