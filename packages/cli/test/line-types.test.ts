import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ended, errorOf } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, nativeServer, until } from './support/network.ts';

const folder = join(import.meta.dirname, '..');
const documented = new Map(
  [
    ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(
      /^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (.*) \|$/gm,
    ),
  ].flatMap(([, types = '', fields = '']) => namesIn(types).map((type) => [type, namesIn(fields)] as const)),
);

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([A-Za-z0-9-]+)`/g)].map(([, name = '']) => name);
}

/** The fields that the README tells of a line of `natter watch`. */
function watchFields(type: string): readonly string[] {
  const fields = documented.get(type) ?? [];
  const others = { 'message-changed': [...(documented.get('message') ?? []), 'change'] };
  const inWatch = type === 'operation' ? fields.slice(0, 7) : (others[type as keyof typeof others] ?? fields);
  return ['v', 'type', ...inWatch, 'cursor'].toSorted();
}

it('has every type of line that a command prints', () => {
  const sources = globSync('src/{commands,output,interaction,link}/**/*.ts', { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  );
  // `item({ type: 'file'`, `return { type: 'receipt'`, `const item = {\n    type: 'server'`.
  const printed =
    /(?:item\(\s*\{|request\(\s*\{|return \{|item = \{|\? \{)\s*(?:\.\.\.[^,]*, )?type: '([a-z-]+)'/g;
  const types = sources.flatMap((source) => [...source.matchAll(printed)].map(([, type = '']) => type));
  expect(types.length).toBeGreaterThan(20);
  const known = new Set([...documented.keys(), 'interaction']);
  expect([...new Set(types)].filter((type) => !known.has(type))).toEqual([]);
});

it('has every field of each line of a watch in which all kinds of things happen, and no other', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const watching = bob.start(['watch', '--json', '--after', 'start', '--timeout', '600']);
  const result = ended(watching);
  await until(async () => Number((await bob.lines('daemon', '--status'))[0]?.['frontEnds']) > 1);
  const [sent] = await alice.lines('send', 'bob', 'one', '--wait', 'delivered');
  await alice.lines('edit', String(sent?.['id']), 'two');
  await alice.lines('react', String(sent?.['id']), '+');
  await bob.lines('send', 'alice', 'back', '--wait', 'delivered');
  await alice.lines('read', 'bob');
  await alice.lines('presence', 'dnd', 'singing');
  await bob.lines('account', 'disable', 'native');
  await bob.lines('account', 'enable', 'native');
  const listed: readonly Line[] = [
    ...(sent ? [sent] : []),
    ...(await bob.lines('account', 'list')),
    ...(await bob.lines('contacts')),
    ...(await bob.lines('history', 'alice')),
  ];
  for (const line of listed)
    expect(Object.keys(line).toSorted()).toEqual(watchFields(line.type).filter((name) => name !== 'cursor'));
  watching.kill('SIGINT');
  const { code, lines } = await result;
  expect(code).toBe(130);
  for (const line of lines) {
    expect([line.type, Object.keys(line).toSorted()]).toEqual([line.type, watchFields(line.type)]);
    expect([line['v'], typeof line['cursor']]).toEqual([1, 'string']);
  }
  const types = new Set(lines.map(({ type }) => type));
  for (const type of [
    'message',
    'message-changed',
    'receipt',
    'contact',
    'operation',
    'presence',
    'connection',
  ])
    expect([type, types.has(type)]).toEqual([type, true]);
  const failed = errorOf(await bob.run(['history', 'nobody', '--json']));
  const errorFields = ['v', 'type', ...(documented.get('error') ?? [])];
  expect(Object.keys(failed).filter((name) => !errorFields.includes(name))).toEqual([]);
});
