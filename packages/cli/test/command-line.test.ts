import { describe, expect, it } from 'vitest';
import { Arguments } from '../src/command-line/arguments.ts';
import { helpText } from '../src/command-line/help.ts';
import { readCommandLine } from '../src/command-line/invocation.ts';
import { commandTable, tableFor } from '../src/command-line/table/index.ts';
import { UsageError } from '../src/command-line/usage-error.ts';

const table = await commandTable();
const read = (...argv: string[]) => readCommandLine(argv, table);

describe('the command line', () => {
  it.each([
    [['--json', 'account', 'list']],
    [['account', '--json', 'list']],
    [['account', 'list', '--json']],
    [['--timeout', '3', 'account', '--timeout=3', 'list', '--json']],
  ])('takes global options before, between and after the words: %j', (argv) => {
    const { row, values } = read(...argv);
    expect(row?.words).toEqual(['account', 'list']);
    expect(values['json']).toBe(true);
  });

  it('leaves the text of a message alone', () => {
    const { row, positionals } = read('send', 'bob', '--wait', 'queued', '--', '--json', '-x');
    expect(row?.words).toEqual(['send']);
    expect(positionals).toEqual(['bob', '--json', '-x']);
    expect(read('send', 'bob', '-').positionals).toEqual(['bob', '-']);
  });

  it('does not take arguments for words of commands', () => {
    const { row, positionals } = read('send', 'account', 'list');
    expect(row?.words).toEqual(['send']);
    expect(positionals).toEqual(['account', 'list']);
  });

  it.each([
    [['send'], /^TO is missing/],
    [['account', 'show', 'a', 'b'], /^unexpected argument 'b'$/],
    [['contacts', '--onlin'], /^unknown option '--onlin'$/],
    [['history', 'bob', '--limit'], /argument missing/],
    [['history', 'bob', '--limit', '-1'], /^--limit wants a value; .* --option=-VALUE$/],
    [['contacts', '-a', '-x'], /^-a wants a value; .* --option=-VALUE$/],
    [['contacts', '--online=yes'], /does not take an argument/],
    [['room', 'create', ''], /^NAME is empty$/],
    [['send', '  ', 'hello'], /^TO is empty$/],
    [['contact', 'group', 'bob', 'friends', ''], /^GROUP is empty$/],
    [['account', 'add', 'xmpp', ' '], /^ADDRESS is empty$/],
    [['server', 'user', 'list', '--data', ''], /^--data is empty: it wants DIR$/],
    [['contacts', '--account', ' '], /^--account is empty: it wants ACCOUNT$/],
    [['send', 'bob', 'x', '--mention', 'bob', '--mention', ''], /^--mention is empty/],
  ])('says what is wrong with %j', (argv, text) => {
    expect(() => read(...argv)).toThrow(UsageError);
    expect(() => read(...argv)).toThrow(text);
  });

  it('takes what is blank where it means none', () => {
    expect(read('contact', 'rename', 'bob', '').positionals).toEqual(['bob', '']);
    expect(read('room', 'topic', 'choir', '').positionals).toEqual(['choir', '']);
    expect(read('retract', 'm1', '--reason', '').values['reason']).toBe('');
  });

  it('reads options by type', () => {
    const given = (...argv: string[]) => new Arguments(read('watch', ...argv));
    expect(given('--count', '3').count('count')).toBe(3);
    expect(given('--timeout', '1.5').seconds('timeout')).toBe(1500);
    expect(given('--type', 'a', '--type', 'b').texts('type')).toEqual(['a', 'b']);
    for (const wrong of ['0', '-1', '1.5', 'x', '1e3', '99999999999999999999'])
      expect(() => given(`--count=${wrong}`).count('count')).toThrow(UsageError);
    for (const wrong of ['-1', 'x', '1s', 'Infinity'])
      expect(() => given(`--timeout=${wrong}`).seconds('timeout')).toThrow(UsageError);
  });
});

describe('the command table', () => {
  it('loads a command for every row, and has help for it', async () => {
    for (const row of table) {
      expect(typeof (await row.load()), row.words.join(' ')).toBe('function');
      const text = helpText(table, row.words);
      for (const { name } of row.options) expect(text).toContain(`--${name}`);
    }
  });

  it('has each command in the part that its first word leads to', async () => {
    for (const row of table) {
      expect(await tableFor(row.words)).toContain(row);
      expect(await tableFor(['--json', ...row.words])).toContain(row);
    }
  });

  it('has one row for each command, and none that begins like another', () => {
    const names = table.map(({ words }) => words.join(' '));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(names.filter((other) => other.startsWith(`${name} `))).toEqual([]);
  });
});
