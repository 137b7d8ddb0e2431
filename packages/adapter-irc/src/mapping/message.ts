import type { MessageIn, Sender } from '@natter/core';
import { remoteKey, type Content, type OperationId, type RemoteKey } from '@natter/core/model';
import type { IrcLine } from '../wire/line.ts';

/** What is known of a message beside its line. */
export interface MessageParts {
  readonly sender: Sender;
  readonly content: Content;
  readonly operation: OperationId | null;
  readonly part: number;
  readonly mentioned: boolean;
  readonly now: number;
}

/** A PRIVMSG or NOTICE as the hub takes it. */
export function messageOf(line: IrcLine, parts: MessageParts): MessageIn {
  const { sender, content, operation, part, mentioned, now } = parts;
  const reply = replyTarget(line);
  return {
    stable: idOf(line),
    claimed: null,
    operation,
    part,
    sender,
    sentAt: sentAt(line),
    receivedAt: now,
    content,
    ...(reply === null ? {} : { replyTo: { target: { stable: remoteKey(reply) } } }),
    mentioned,
    trust: 'server',
  };
}

/** The id of a message; null where the server tells neither id nor time. */
function idOf({ tags }: IrcLine): RemoteKey | null {
  const id = tags.get('msgid') ?? '';
  return id === '' ? null : remoteKey(id);
}

/** The message that a line answers or reacts to, by its id. */
export function replyTarget({ tags }: IrcLine): string | null {
  return tags.get('+reply') || tags.get('+draft/reply') || null;
}

/** The `server-time` of a line, in milliseconds; null where it has none that makes sense. */
export function sentAt({ tags }: IrcLine): number | null {
  const time = Date.parse(tags.get('time') ?? '');
  return Number.isFinite(time) ? time : null;
}

/** Whether a text says a nick as a word of its own. */
export function mentions(text: string, nick: string): boolean {
  const lower = text.toLowerCase();
  const name = nick.toLowerCase();
  for (let at = lower.indexOf(name); at >= 0 && name !== ''; at = lower.indexOf(name, at + 1)) {
    if (!isWordCharacter(lower[at - 1]) && !isWordCharacter(lower[at + name.length])) return true;
  }
  return false;
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_\-[\]{}\\|^`]/u.test(character);
}
