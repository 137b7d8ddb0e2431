import type { Announcement } from '@natter/core/model';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import { clean } from './errors.ts';
import { readFormatting } from './format-codes.ts';
import { sentAt } from './message.ts';

/**
 * Whether it is a server that speaks: their names have a dot, nicks have none, and some histories tell nothing but the
 * nick. Before the sign-in it may leave its name out.
 */
export function fromServer({ source }: IrcLine): boolean {
  return source === null || (source.user === null && source.nick.includes('.'));
}

/** What a line says to all who come to the server: its greeting, warnings and calls; null for any other. */
export function announcementOf(line: IrcLine): Announcement | null {
  const said = textOf(line);
  const text = said === '' ? '' : clean(readFormatting(said).text);
  return text === '' ? null : { at: sentAt(line) ?? Date.now(), text };
}

function textOf(line: IrcLine): string {
  switch (line.command) {
    case '372': // RPL_MOTD
      return lastParam(line).replace(/^- ?/, '');
    case 'NOTICE':
      return fromServer(line) ? lastParam(line) : '';
    case 'WALLOPS':
      return `${line.source?.nick ?? ''}: ${lastParam(line)}`;
    case 'NOTE': // standard replies; FAIL is for who asked
    case 'WARN':
      return `${param(line, 0) === '*' ? '' : `${param(line, 0)}: `}${lastParam(line)}`;
    default:
      return '';
  }
}
