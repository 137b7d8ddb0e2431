import type { Content } from '@natter/core/model';
import { readFormatting } from './format-codes.ts';

/**
 * What a PRIVMSG or NOTICE says. CTCP (modern.ircdocs.horse/ctcp): ACTION is an emote; an offered file is told and never
 * taken; every other question and answer is null: it is not for people, and is not answered either.
 */
export function contentOf(command: 'PRIVMSG' | 'NOTICE', text: string): Content | null {
  const [, name = '', rest = ''] = /^\x01([^ \x01]+)(?: ([^\x01]*))?\x01?/.exec(text) ?? []; // oxlint-disable-line no-control-regex
  if (name === '') {
    // A lone \x01 is no CTCP, and no text either.
    if (text.startsWith('\x01')) return null;
    return { kind: command === 'PRIVMSG' ? 'text' : 'notice', ...readFormatting(text) };
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
