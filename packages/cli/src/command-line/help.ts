import type { ArgumentRow, CommandRow, OptionRow } from './command.ts';
import { globalOptions } from './global-options.ts';

/** Help on a command, a group of commands, or all. */
export function helpText(table: readonly CommandRow[], words: readonly string[]): string {
  const row = table.find((candidate) => candidate.words.join(' ') === words.join(' '));
  if (row) return commandHelp(row);
  const group = table.filter((candidate) => words.every((word, index) => candidate.words[index] === word));
  const usage = ['natter', ...words, 'COMMAND'].join(' ');
  return [
    ...(words.length === 0 ? ['natter: every account in one contact list', ''] : []),
    `usage: ${usage} [ARGUMENT]... [OPTION]...`,
    '',
    ...columns(group.map((candidate) => [signature(candidate), candidate.summary])),
    '',
    'everywhere:',
    ...columns(globalOptions.map((option) => [optionText(option), option.summary])),
    '',
    'natter help COMMAND says more.',
  ].join('\n');
}

function commandHelp(row: CommandRow): string {
  return [
    `usage: natter ${signature(row)} [OPTION]...`,
    '',
    `  ${row.summary}`,
    ...(row.details === undefined ? [] : ['', ...wrap(row.details, 76).map((line) => `  ${line}`)]),
    ...section(
      'arguments',
      row.args.map((argument) => [argument.name, argument.summary]),
    ),
    ...section(
      'options',
      row.options.map((option) => [optionText(option), option.summary]),
    ),
    ...section(
      'everywhere',
      globalOptions.map((option) => [optionText(option), option.summary]),
    ),
  ].join('\n');
}

function section(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, ...columns(rows)];
}

function signature({ words, args }: CommandRow): string {
  return [...words, ...args.map(argumentText)].join(' ');
}

function argumentText({ name, optional, many }: ArgumentRow): string {
  const text = many === true ? `${name}...` : name;
  return optional === true ? `[${text}]` : text;
}

function optionText({ name, value, short, many }: OptionRow): string {
  const long = `--${name}${value === undefined ? '' : ` ${value}`}${many === true ? ' ...' : ''}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
