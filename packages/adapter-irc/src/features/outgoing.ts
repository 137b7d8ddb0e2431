import type { Op, OpBody, Outcome } from '@natter/core';
import { errorData, type Content, type ErrorCode, type RemoteKey, type Target } from '@natter/core/model';
import type { Asks } from '../asks.ts';
import { passesTag, textLimit } from '../capabilities.ts';
import { action } from '../mapping/ctcp.ts';
import { failedOutcome } from '../mapping/errors.ts';
import { isServerId } from '../mapping/history-point.ts';
import { withoutCodes, writeFormatting } from '../mapping/format-codes.ts';
import { joinParts, multilineOf, readMultilineLimits } from '../mapping/multiline.ts';
import { splitText } from '../mapping/split-text.ts';
import type { Runtime } from '../runtime.ts';
import { byteLength } from '../wire/format-line.ts';
import { WireError } from '../wire/error.ts';
import type { Messages } from './messages.ts';
import { Speech, type Manner } from './speech.ts';

type Body<Type extends OpBody['type']> = Extract<OpBody, { type: Type }>;

/** What is said, to whom and how. */
interface Words extends Manner {
  readonly text: string;
}

/** Longest user, with the sign of one that nobody vouches for, and host, where the server does not say (USERLEN, HOSTLEN). */
const MOST_USER = 12;
const MOST_HOST = 63;

/** Milliseconds between two typing notices to one target, and most targets that are remembered. */
const TYPING_PACE = 3000;
const MOST_TYPED = 100;

/** Sends what we say and take back. */
export class Outgoing {
  readonly #runtime: Runtime;
  readonly #speech: Speech;
  readonly #asks: Asks;
  #batches = 0;
  /** When it was told last that we type, by target. */
  readonly #typed = new Map<RemoteKey, number>();

  constructor(runtime: Runtime, messages: Messages) {
    this.#runtime = runtime;
    this.#speech = new Speech(runtime, messages);
    this.#asks = runtime.asks;
  }

  /** Sends a text in as many lines as it takes. */
  async send(op: Op, body: Body<'send'>, signal: AbortSignal): Promise<Outcome> {
    const brought = await this.#withAddress(op, body.content, signal);
    if ('result' in brought) return brought;
    const content = brought;
    if (content.kind !== 'text' && content.kind !== 'emote' && content.kind !== 'notice')
      return refused('unsupported', `IRC cannot carry this (${content.kind})`);
    if (body.thread !== null) return refused('unsupported', 'IRC has no threads');
    const most = textLimit(this.#runtime.enabled);
    if (byteLength(content.text) > most) return refused('too-large', `the text is longer than ${most} bytes`);
    const target = targetOf(op);
    const written =
      content.formatted === undefined
        ? withoutCodes(content.text)
        : writeFormatting(content.formatted).trimEnd();
    if (written === '') return refused('invalid', 'there is nothing to say');
    const command = content.kind === 'notice' ? 'NOTICE' : 'PRIVMSG';
    const room = this.#room(command, target) - (content.kind === 'emote' ? 9 : 0);
    const tags = this.#replyTag(body.replyTo?.target ?? null);
    const whole = { command, target, tags, text: written };
    const together = content.kind === 'emote' ? null : await this.#sayTogether(op, whole, room, signal);
    if (together !== null) return together;
    const pieces = splitText(written, room).map(keepTrailingSpace);
    const lines = content.kind === 'emote' ? pieces.map(action) : pieces;
    return this.#speech.sayEach(op, { command, target, tags }, lines, signal);
  }

  /** A file is said by its address, behind the words that go with it. */
  async #withAddress(op: Op, content: Content, signal: AbortSignal): Promise<Content | Outcome> {
    if (content.kind !== 'attachment') return content;
    const address = await this.#runtime.files.bring(op, content, signal);
    if (typeof address !== 'string') return address;
    const words = content.attachments.some(({ name }) => name === content.text) ? '' : content.text.trim();
    return { kind: 'text', text: words === '' ? address : `${words} ${address}` };
  }

  /** draft/multiline: several lines as one message; null where the server has no such thing or refuses this one. */
  async #sayTogether(op: Op, whole: Words, room: number, signal: AbortSignal): Promise<Outcome | null> {
    const { enabled, offered } = this.#runtime;
    const limits =
      enabled.has('draft/multiline') && enabled.has('batch')
        ? readMultilineLimits(offered.get('draft/multiline'))
        : null;
    const parts = limits === null ? null : multilineOf(whole.text, room, limits);
    if (parts === null) return null;
    const { command, target, tags } = whole;
    const batch = `m${(this.#batches += 1)}`;
    const more = [
      ...parts.map(({ text, continues }) => ({
        command,
        params: [target, text],
        tags: { batch, ...(continues ? { 'draft/multiline-concat': '' } : {}) },
      })),
      { command: 'BATCH', params: [`-${batch}`] },
    ];
    const question = { command: 'BATCH', params: [`+${batch}`, 'draft/multiline', target], tags, more };
    try {
      const pieces = [{ text: joinParts(parts), part: 0 }];
      const { confirmed, refs } = await this.#speech.hear(op, whole, pieces, { ...question, signal });
      return confirmed ? { result: 'accepted', refs } : { result: 'unconfirmed' };
    } catch (error) {
      // What is refused as one message may do as several.
      const no = error instanceof WireError && error.code === 'refused' ? error.line : null;
      return no?.command === 'FAIL' && no.params[0] === 'BATCH' ? null : failedOutcome(error);
    }
  }

  /** draft/message-redaction. */
  async retract(op: Op, body: Body<'retract'>, signal: AbortSignal): Promise<Outcome> {
    if (!this.#runtime.enabled.has('draft/message-redaction'))
      return refused('unsupported', 'this server cannot take messages back');
    const id = idOf(body.target);
    const reason = body.reason === null ? [] : [withoutCodes(body.reason).replaceAll('\n', ' ')];
    return id === null ? nameless() : this.#change('REDACT', [targetOf(op), id, ...reason], {}, signal);
  }

  /** +draft/react and +draft/unreact. */
  async react(op: Op, body: Body<'react'>, signal: AbortSignal): Promise<Outcome> {
    if (!this.#passes('draft/react')) return refused('unsupported', 'this server passes no reactions on');
    const id = idOf(body.target);
    if (id === null) return nameless();
    const tags = { [body.on ? '+draft/react' : '+draft/unreact']: body.key, ...this.#replyTags(id) };
    return this.#change('TAGMSG', [targetOf(op)], tags, signal);
  }

  /** +typing; best effort, and at most one in three seconds to the same target ("Format"): it lasts for six. */
  typing(conversation: RemoteKey, active: boolean): void {
    if (!this.#passes('typing')) return;
    const now = performance.now();
    if (now - (this.#typed.get(conversation) ?? Number.NEGATIVE_INFINITY) < TYPING_PACE) return;
    if (this.#typed.size >= MOST_TYPED) this.#typed.clear();
    this.#typed.set(conversation, now);
    this.#runtime.connection.hint('TAGMSG', [conversation], { '+typing': active ? 'active' : 'done' });
  }

  async #change(
    command: string,
    params: readonly string[],
    tags: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    try {
      await this.#asks.ask({ command, params, tags, signal });
      return { result: 'accepted', refs: [] };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  #replyTag(target: Target | null): Record<string, string> {
    const id = target === null ? null : idOf(target);
    return id === null ? {} : this.#replyTags(id);
  }

  /** +reply, and its name as a draft, which is all that many clients know; of both what the server passes on. */
  #replyTags(id: string): Record<string, string> {
    const names = ['reply', 'draft/reply'].filter((name) => this.#passes(name));
    return Object.fromEntries(names.map((name) => [`+${name}`, id]));
  }

  #passes(tag: string): boolean {
    const { enabled, support } = this.#runtime;
    return passesTag({ enabled, denied: support.get('CLIENTTAGDENY') }, tag);
  }

  /** Bytes of text that fit into one line as others get it: behind `:nick!user@host`. */
  #room(command: string, target: RemoteKey): number {
    const { support, nick, mask } = this.#runtime;
    const user = Math.max(MOST_USER, support.number('USERLEN', 0) + 1);
    const longest = user + 1 + Math.max(MOST_HOST, support.number('HOSTLEN', 0));
    const own = mask === null ? longest : byteLength(mask);
    return support.number('LINELEN', 512) - 2 - own - byteLength(`:${nick}! ${command} ${target} :`);
  }
}

/** The name to which an operation goes. A `~` marks somebody who holds the nick of a contact. */
export function targetOf({ conversation }: Op): RemoteKey {
  const key = typeof conversation === 'object' && conversation !== null ? conversation.direct : conversation;
  return (key?.replace(/^~/, '') ?? '') as RemoteKey;
}

/** Some servers cut spaces off the end of a line, and take a line of spaces for an empty one: a reset keeps them. */
function keepTrailingSpace(line: string): string {
  return line.endsWith(' ') ? `${line}\x0f` : line;
}

/** An outcome of `refused`. */
export function refused(code: ErrorCode, message: string): Outcome {
  return { result: 'refused', error: errorData(code, message, { scope: 'operation' }) };
}

function nameless(): Outcome {
  return refused('not-found', 'the message has no id on this server');
}

function idOf(target: Target): string | null {
  return 'stable' in target && isServerId(target.stable) ? target.stable : null;
}
