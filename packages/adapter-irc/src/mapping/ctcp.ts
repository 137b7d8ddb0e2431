import type { Content } from '@natter/core/model';
import { fileContent } from './file-link.ts';
import { readFormatting } from './format-codes.ts';

/**
 * What a PRIVMSG or NOTICE says. CTCP (modern.ircdocs.horse/ctcp): ACTION is an emote; an offered file is told and never
 * taken; the address of a file on the server's own file host (`fileHost`) is that file; every other question and answer is null: it is not for people, and is not answered either.
 */
export function contentOf(
  command: 'PRIVMSG' | 'NOTICE',
  text: string,
  fileHost: string | null = null,
): Content | null {
  const [, name = '', rest = ''] = /^\x01([^ \x01]+)(?: ([^\x01]*))?\x01?/.exec(text) ?? []; // oxlint-disable-line no-control-regex
  if (name === '') {
    // A lone \x01 is no CTCP, and no text either.
    if (text.startsWith('\x01')) return null;
    const file = command === 'PRIVMSG' ? fileContent(text, fileHost) : null;
    return file ?? { kind: command === 'PRIVMSG' ? 'text' : 'notice', ...readFormatting(text) };
  }
  if (command === 'NOTICE') return null;
  if (name.toUpperCase() === 'ACTION') return { kind: 'emote', ...readFormatting(rest) };
  if (name.toUpperCase() !== 'DCC') return null;
  return {
    kind: 'unsupported',
    text: 'offered something by DCC, which natter does not take',
    data: { ctcp: 'DCC' },
  };
}

/** A line of ours as CTCP ACTION. */
export function action(text: string): string {
  return `\x01ACTION ${text}\x01`;
}
