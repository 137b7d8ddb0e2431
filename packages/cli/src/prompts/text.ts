import type { CommandContext } from '../context.ts';

/** Longest text that is read from standard input, in bytes. Networks take far less. */
const mostBytes = 1 << 20;

/** The text of a message: the words given, or standard input for `-` and for none. Throws a UsageError when it is empty. */
export async function readText({ given, stdin }: CommandContext, words: readonly string[]): Promise<string> {
  const fromStdin = words.length === 0 || (words.length === 1 && words[0] === '-');
  const text = fromStdin ? await readAll(stdin) : words.join(' ');
  if (text === null) throw given.error(`TEXT is longer than ${mostBytes} bytes`);
  if (text.trim() === '') throw given.error('TEXT is empty');
  return text;
}

async function readAll(stdin: CommandContext['stdin']): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin()) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > mostBytes) return null;
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
