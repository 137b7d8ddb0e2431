import type { Op, OpBody, Outcome } from '@natter/core';
import { errorData, type ErrorCode, type RemoteKey, type Target } from '@natter/core/model';
import type { Asks } from '../asks.ts';
import { passesTag, TEXT_BYTES } from '../capabilities.ts';
import { action } from '../mapping/ctcp.ts';
import { failedOutcome } from '../mapping/errors.ts';
import { isServerId } from '../mapping/history-point.ts';
import { withoutCodes, writeFormatting } from '../mapping/format-codes.ts';
import { splitText } from '../mapping/split-text.ts';
import type { Runtime } from '../runtime.ts';
import { byteLength } from '../wire/format-line.ts';
import { WireError } from '../wire/error.ts';
import { lastParam, type IrcLine } from '../wire/line.ts';
import type { Messages, OnItsWay } from './messages.ts';

type Body<Type extends OpBody['type']> = Extract<OpBody, { type: Type }>;

/** What a server may put before our words for others: `:nick!~user@host`, the longest host included. */
const OWN_SOURCE = 1 + 1 + 12 + 1 + 63 + 1;

/** Sends what we say and take back. */
export class Outgoing {
  readonly #runtime: Runtime;
  readonly #messages: Messages;
  readonly #asks: Asks;

  constructor(runtime: Runtime, messages: Messages) {
    this.#runtime = runtime;
    this.#messages = messages;
    this.#asks = runtime.asks;
  }

  /** Sends a text in as many lines as it takes, each after the one before has been answered. */
  async send(op: Op, body: Body<'send'>, signal: AbortSignal): Promise<Outcome> {
    const { content } = body;
    if (content.kind !== 'text' && content.kind !== 'emote' && content.kind !== 'notice')
      return refused('unsupported', `IRC cannot carry this (${content.kind})`);
    if (body.thread !== null) return refused('unsupported', 'IRC has no threads');
    if (byteLength(content.text) > TEXT_BYTES)
      return refused('too-large', `the text is longer than ${TEXT_BYTES} bytes`);
    const target = targetOf(op);
    const written =
      content.formatted === undefined
        ? withoutCodes(content.text)
        : writeFormatting(content.formatted).trimEnd();
    if (written === '') return refused('invalid', 'there is nothing to say');
    const command = content.kind === 'notice' ? 'NOTICE' : 'PRIVMSG';
    const pieces = splitText(written, this.#room(command, target) - (content.kind === 'emote' ? 9 : 0)).map(
      keepTrailingSpace,
    );
    const lines = content.kind === 'emote' ? pieces.map(action) : pieces;
    const tags = this.#replyTag(body.replyTo?.target ?? null);
    const refs: RemoteKey[] = [];
    let confirmed = true;
    for (const [part, text] of lines.entries()) {
      try {
        const echo = await this.#say(
          op,
          { command, target, text, part, tags: part === 0 ? tags : {} },
          signal,
        );
        confirmed &&= echo.confirmed;
        if (echo.id !== null) refs.push(echo.id);
      } catch (error) {
        return part === 0 ? failedOutcome(error) : failedOutcome(halfSent(error));
      }
    }
    return confirmed ? { result: 'accepted', refs } : { result: 'unconfirmed' };
  }

  async #say(
    op: Op,
    line: { command: string; target: RemoteKey; text: string; part: number; tags: Record<string, string> },
    signal: AbortSignal,
  ): Promise<{ confirmed: boolean; id: RemoteKey | null }> {
    const { command, target, text, part, tags } = line;
    const sent: OnItsWay = { operation: op.id, part, label: this.#asks.nextLabel, target, text };
    const isEcho = (each: IrcLine): boolean =>
      each.command === command &&
      this.#messages.senderOf(each).self &&
      this.#messages.conversationOf(each) === target &&
      lastParam(each) === text;
    this.#messages.onItsWay.add(sent);
    try {
      const judge = (each: IrcLine): 'end' | null => (isEcho(each) ? 'end' : null);
      const answer = await this.#asks.ask({ command, params: [target, text], tags, signal, judge });
      const echo = answer.lines.find((each) => each.command === command);
      const id = echo?.tags.get('msgid') as RemoteKey | undefined;
      return { confirmed: answer.labeled || echo !== undefined, id: id || null };
    } finally {
      this.#messages.onItsWay.delete(sent);
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
    const tags = { [body.on ? '+draft/react' : '+draft/unreact']: body.key, '+draft/reply': id };
    return this.#change('TAGMSG', [targetOf(op)], tags, signal);
  }

  /** +typing; best effort. */
  typing(conversation: RemoteKey, active: boolean): void {
    if (!this.#passes('typing')) return;
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
    return id !== null && this.#passes('draft/reply') ? { '+draft/reply': id } : {};
  }

  #passes(tag: string): boolean {
    const { enabled, support } = this.#runtime;
    return passesTag({ enabled, denied: support.get('CLIENTTAGDENY') }, tag);
  }

  /** Bytes of text that fit into one line as others get it. */
  #room(command: string, target: RemoteKey): number {
    const { support, nick } = this.#runtime;
    const line = support.number('LINELEN', 512);
    return line - 2 - OWN_SOURCE - 1 - byteLength(`${nick} ${command} ${target} :`);
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

/** What comes after a line that left is no longer "not sent" or "refused". */
function halfSent(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  const half = new WireError('disconnected', `only a part was said: ${message}`, { cause: error });
  half.sent = true;
  return half;
}
