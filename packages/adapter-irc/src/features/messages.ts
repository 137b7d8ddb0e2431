import type { Event, Sender } from '@natter/core';
import { remoteKey, type OperationId, type RemoteKey } from '@natter/core/model';
import { fromServer } from '../mapping/announcement.ts';
import { contentOf } from '../mapping/ctcp.ts';
import { MessageNames } from '../mapping/message-names.ts';
import { mentions, messageOf, replyTarget, sentAt } from '../mapping/message.ts';
import { isOwn, keyOf, type Feature, type Runtime } from '../runtime.ts';
import { isBatch, linesOf, type Batch } from '../wire/batches.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';

/** How long somebody who typed is shown to type without another word (+typing: refreshed every 3 s), in milliseconds. */
const TYPING_TIME = 6000;

/** A line of ours that is on its way, so that its echo can be told from what another device of ours says. */
export interface OnItsWay {
  readonly operation: OperationId;
  readonly part: number;
  readonly label: string | null;
  readonly target: RemoteKey;
  readonly text: string;
}

/** Who stands behind a nick, as far as contacts know. */
export interface Identities {
  /** The contact that this line proves its sender to be; null when it is somebody else under that nick. */
  contactOf(line: IrcLine): RemoteKey | null;
  /** Under what key the words of a line are kept. */
  keyFor(line: IrcLine): RemoteKey;
}

/** What others say, and what we are told of our own words. */
export class Messages implements Feature {
  readonly #runtime: Runtime;
  readonly #identities: Identities;
  /** Lines of ours that are not answered yet. */
  readonly onItsWay: Set<OnItsWay> = new Set();
  readonly #liveNames: MessageNames;
  /** Direct conversations that were told in this run. */
  readonly #told = new Set<RemoteKey>();

  constructor(runtime: Runtime, identities: Identities) {
    this.#runtime = runtime;
    this.#identities = identities;
    this.#liveNames = this.names();
  }

  /** Names for the messages of one page or buffer. */
  names(): MessageNames {
    return new MessageNames((name) => keyOf(this.#runtime, name), this.#runtime.positions);
  }

  take(line: IrcLine, names: MessageNames = this.#liveNames): void {
    const { commits } = this.#runtime;
    if (line.command === 'TAGMSG') this.#typing(line);
    commits.add(...this.changes(line));
    if (line.command === 'PRIVMSG' || line.command === 'NOTICE')
      commits.add(...this.events(names.named(line)));
  }

  /** A message in several lines (draft/multiline) as one; null for a batch of another kind. */
  static whole(batch: Batch): IrcLine | null {
    if (batch.type !== 'draft/multiline') return null;
    const lines = linesOf(batch);
    const [first] = lines;
    if (first === undefined) return null;
    const text = lines.reduce(
      (all, line, index) =>
        all + (index > 0 && !line.tags.has('draft/multiline-concat') ? '\n' : '') + lastParam(line),
      '',
    );
    return { ...first, tags: new Map([...first.tags, ...batch.tags]), params: [param(first, 0), text] };
  }

  /** The lines of a page of history, those of multiline messages put together. */
  static pageLines(batch: Batch): IrcLine[] {
    return batch.items.flatMap((item) => {
      if (!isBatch(item)) return [item];
      const whole = Messages.whole(item);
      return whole === null ? Messages.pageLines(item) : [whole];
    });
  }

  /** A PRIVMSG or NOTICE as events: who is on the other side, once, and the message behind all that there is. */
  events(line: IrcLine): Event[] {
    const { command } = line;
    // What a server says of itself (`*** Looking up your hostname`) is no conversation.
    if (fromServer(line) || (command !== 'PRIVMSG' && command !== 'NOTICE')) return [];
    if (line.params.length < 2) return []; // nothing was said
    const content = contentOf(
      command === 'NOTICE' ? 'NOTICE' : 'PRIVMSG',
      lastParam(line),
      this.#runtime.files.url,
    );
    if (content === null) return [];
    const conversation = this.conversationOf(line);
    const sender = this.senderOf(line);
    const { operation = null, part = 0 } = sender.self ? (this.#ours(line, conversation) ?? {}) : {};
    const mentioned = !sender.self && mentions(content.text, this.#runtime.nick);
    const item = messageOf(line, { sender, content, operation, part, mentioned, now: Date.now() });
    this.#runtime.positions.arrived(conversation, { id: item.stable, time: item.sentAt });
    return [
      ...this.#meet(conversation, line),
      { type: 'timeline', conversation, place: { by: 'tail' }, items: [item] },
    ];
  }

  /** Who a line is from. */
  senderOf(line: IrcLine): Sender {
    const nick = line.source?.nick ?? '';
    const self = isOwn(this.#runtime, nick);
    const proven = (line.tags.get('account') ?? '') !== '';
    return {
      key: keyOf(this.#runtime, nick),
      self,
      contact: self ? null : this.#identities.contactOf(line),
      name: nick,
      proof: proven ? 'account' : 'nick',
    };
  }

  /** Where a line was said: the channel, or the direct conversation with the other side. */
  conversationOf(line: IrcLine): RemoteKey {
    const { support } = this.#runtime;
    const target = support.withoutStatus(param(line, 0));
    if (support.isChannel(target)) return keyOf(this.#runtime, target);
    const nick = line.source?.nick ?? '';
    if (isOwn(this.#runtime, nick)) return keyOf(this.#runtime, target);
    return this.#identities.keyFor(line);
  }

  /** A direct conversation and its other side, before its first event of this run. */
  #meet(conversation: RemoteKey, line: IrcLine): Event[] {
    const nick = line.source?.nick ?? '';
    return this.introduce(conversation, isOwn(this.#runtime, nick) ? param(line, 0) : nick);
  }

  /** Who is on the other side of a direct conversation, once in this run. */
  introduce(conversation: RemoteKey, address: string): Event[] {
    if (this.#runtime.support.isChannel(conversation) || this.#told.has(conversation)) return [];
    this.#told.add(conversation);
    return [
      { type: 'upsert', of: 'contact', key: conversation, value: { address, stability: 'session' } },
      {
        type: 'upsert',
        of: 'conversation',
        key: conversation,
        value: { kind: 'direct', contact: conversation, title: address },
      },
    ];
  }

  /** Whether something was said in a direct conversation in this run. */
  knows(conversation: RemoteKey): boolean {
    return this.#told.has(conversation);
  }

  /** A nick changed: its conversation is told anew under the new one. */
  renamed(from: RemoteKey, to: RemoteKey): void {
    if (this.#told.delete(from)) this.#told.add(to);
    this.#runtime.positions.rename(from, to);
  }

  /** The line of ours that this echoes. */
  #ours(line: IrcLine, conversation: RemoteKey): OnItsWay | null {
    const label = line.tags.get('label');
    for (const sent of this.onItsWay) {
      const same =
        sent.label === null
          ? sent.target === conversation && sent.text === lastParam(line)
          : sent.label === label;
      if (same) return sent;
    }
    return null;
  }

  /** What a line does to earlier messages: a reaction given or taken, or a message taken back. */
  changes(line: IrcLine): Event[] {
    if (line.command === 'REDACT') return this.#redaction(line);
    const target = line.command === 'TAGMSG' ? replyTarget(line) : null;
    if (target === null) return [];
    return (['+draft/react', '+draft/unreact'] as const).flatMap((tag) => {
      const key = line.tags.get(tag) ?? '';
      if (key === '') return [];
      return {
        type: 'patch',
        conversation: this.conversationOf(line),
        target: { stable: remoteKey(target) },
        by: this.senderOf(line),
        change: { kind: 'react', key, on: tag === '+draft/react' },
      };
    });
  }

  #typing(line: IrcLine): void {
    const typing = line.tags.get('+typing') ?? line.tags.get('+draft/typing');
    const { key, name, self } = this.senderOf(line);
    if (typing === undefined || self) return;
    const conversation = this.conversationOf(line);
    const active = typing === 'active';
    const expiresAt = Date.now() + TYPING_TIME;
    this.#runtime.host.hint([{ type: 'typing', conversation, key, name, active, expiresAt }]);
  }

  #redaction(line: IrcLine): Event[] {
    const id = param(line, 1);
    if (id === '' || line.source === null) return [];
    // The server lets nobody redact who may not, so it vouches for an operator's right.
    const change = {
      kind: 'retract',
      at: sentAt(line),
      reason: line.params[2] ?? null,
      moderator: this.#runtime.support.isChannel(param(line, 0)),
    } as const;
    return [
      {
        type: 'patch',
        conversation: this.conversationOf(line),
        target: { stable: remoteKey(id) },
        by: this.senderOf(line),
        change,
      },
    ];
  }
}
