import type { Op, OpBody, Outcome, Sender } from '@natter/core';
import type { RemoteKey, Target } from '@natter/core/model';
import { failedOutcome } from '../mapping/errors.ts';
import { isServerId } from '../mapping/history-point.ts';
import { keyOf, type Feature, type Runtime } from '../runtime.ts';
import { param, type IrcLine } from '../wire/line.ts';
import { pointOf, type History } from './history.ts';
import { refused, targetOf } from './outgoing.ts';

/**
 * draft/read-marker: how far we have read, shared among our devices. The server knows a time for it and natter a message, so
 * that one is looked up from the other. A marker waits until the messages before it are here.
 */
export class ReadMarkers implements Feature {
  readonly #runtime: Runtime;
  readonly #history: History;
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<RemoteKey, number>();

  constructor(runtime: Runtime, history: History, signal: AbortSignal) {
    this.#runtime = runtime;
    this.#history = history;
    this.#signal = signal;
  }

  take(line: IrcLine): void {
    if (line.command !== 'MARKREAD') return;
    const time = Date.parse(param(line, 1).replace(/^timestamp=/, ''));
    if (!Number.isFinite(time) || param(line, 0) === '') return;
    const conversation = keyOf(this.#runtime, param(line, 0));
    if (this.#runtime.positions.isBehind(conversation)) this.#waiting.set(conversation, time);
    else void this.#read(conversation, time);
  }

  /** Asks how far another device has read; for channels servers say it by themselves when we enter. */
  ask(conversation: RemoteKey): void {
    const { enabled, connection } = this.#runtime;
    if (enabled.has('draft/read-marker')) connection.hint('MARKREAD', [conversation.replace(/^~/, '')]);
  }

  /** What a conversation's marker stands behind is here now. */
  caughtUp(conversation: RemoteKey): void {
    const time = this.#waiting.get(conversation);
    this.#waiting.delete(conversation);
    if (time !== undefined) void this.#read(conversation, time);
  }

  /** Tells the server that we have read up to a message. */
  async mark(op: Op, body: Extract<OpBody, { type: 'mark-read' }>, signal: AbortSignal): Promise<Outcome> {
    const { enabled, asks } = this.#runtime;
    if (!enabled.has('draft/read-marker'))
      return refused('unsupported', 'this server keeps no read position');
    try {
      const target = targetOf(op);
      const time = await this.#timeOf(target, body.upTo, signal);
      if (time === null) return refused('not-found', 'the server cannot be told which message that is');
      const moment = `timestamp=${new Date(time).toISOString()}`;
      const judge = (line: IrcLine): 'end' | null => (line.command === 'MARKREAD' ? 'end' : null);
      await asks.ask({ command: 'MARKREAD', params: [target, moment], signal, judge });
      return { result: 'accepted', refs: [] };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #timeOf(conversation: RemoteKey, upTo: Target, signal: AbortSignal): Promise<number | null> {
    if (!('stable' in upTo)) return null;
    const { time } = this.#runtime.positions.pointOf(upTo.stable);
    if (time !== null || !this.#runtime.positions.kept || !isServerId(upTo.stable)) return time;
    const { items } = await this.#history.ask('AROUND', conversation, `msgid=${upTo.stable}`, 1, signal);
    return items.find(({ stable }) => stable === upTo.stable)?.sentAt ?? null;
  }

  /** Tells the hub up to which message a time goes. */
  async #read(conversation: RemoteKey, time: number): Promise<void> {
    const stable = await this.#messageAt(conversation, time);
    if (stable === null) return;
    const { nick, commits } = this.#runtime;
    const own = keyOf(this.#runtime, nick);
    const who: Sender = { key: own, self: true, contact: null, name: nick, proof: 'account' };
    commits.add({ type: 'marker', conversation, who, kind: 'read', upTo: { stable } });
    await commits.flush();
  }

  async #messageAt(conversation: RemoteKey, time: number): Promise<RemoteKey | null> {
    const near = this.#runtime.positions.lastUntil(conversation, time);
    if (near?.time === time || !this.#runtime.positions.kept) return near?.id ?? null;
    try {
      const at = `timestamp=${new Date(time + 1).toISOString()}`;
      const { items } = await this.#history.ask('BEFORE', conversation, at, 1, this.#signal);
      const last = items.at(-1);
      return last === undefined ? null : pointOf(last).id;
    } catch (error) {
      this.#runtime.host.log('debug', 'irc-read-marker-unknown', { error: String(error) });
      return null;
    }
  }
}
