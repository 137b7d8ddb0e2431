import type { Op, Outcome, RoomChange } from '@natter/core';
import type { RemoteKey, Role } from '@natter/core/model';
import { failedOutcome } from '../mapping/errors.ts';
import { withoutCodes } from '../mapping/format-codes.ts';
import { isName } from '../mapping/keys.ts';
import { modesFor } from '../mapping/roles.ts';
import { keyOf, type Runtime } from '../runtime.ts';
import { byteLength } from '../wire/format-line.ts';
import { WireError } from '../wire/error.ts';
import type { Channels } from './channels.ts';
import { JoinAnswer } from './join-answer.ts';
import { refused, targetOf } from './outgoing.ts';
import { ROOM_STATE, writeRoom } from './room-book.ts';

/** Under this, the channel and the nick it is kept by what mask somebody was banned. */
const BAN_STATE = 'ban:';

/** Changes of channels, and of where we stand in them. */
export class RoomChanges {
  readonly #runtime: Runtime;
  readonly #channels: Channels;

  constructor(runtime: Runtime, channels: Channels) {
    this.#runtime = runtime;
    this.#channels = channels;
  }

  async perform(op: Op, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#dispatch(targetOf(op), change, signal);
    } catch (error) {
      return failedOutcome(error);
    }
  }

  /** Enters a channel; a key that worked is remembered with it. */
  async join(wanted: string, key: string | undefined, signal: AbortSignal): Promise<Outcome> {
    const { support, asks, commits } = this.#runtime;
    const address = support.isChannel(wanted) ? wanted : `#${wanted}`;
    if (!isName(address) || (key !== undefined && (key === '' || /[\s,]/.test(key))))
      return refused('invalid', 'this is no name, or no key, of a channel');
    const answer = new JoinAnswer(this.#runtime, address);
    const params = key === undefined ? [address] : [address, key];
    await asks.ask({ command: 'JOIN', params, signal, judge: answer.judge });
    const name = answer.entered;
    if (this.#channels.get(name) === undefined)
      return refused('forbidden', 'the server did not let us into the channel');
    const conversation = keyOf(this.#runtime, name);
    commits.remember(ROOM_STATE + conversation, writeRoom({ name, key: key ?? null }));
    await commits.flush();
    return { result: 'accepted', refs: [], conversation };
  }

  async #dispatch(channel: RemoteKey, change: RoomChange, signal: AbortSignal): Promise<Outcome> {
    switch (change.action) {
      case 'join':
        return this.join(change.address, change.password, signal);
      case 'create':
        return this.#create(change, signal);
      case 'accept-invitation':
        return this.join(channel, undefined, signal);
      case 'decline-invitation':
        return this.#forget(channel);
      case 'leave':
        return this.#leave(channel, signal);
      case 'invite':
        return this.#ask('INVITE', [change.contact.replace(/^~/, ''), channel], signal);
      case 'kick':
        return this.#ask('KICK', [channel, change.member, ...reasonOf(change.reason)], signal);
      case 'ban':
        return this.#ban(channel, change.member, change.reason, signal);
      case 'unban':
        return this.#unban(channel, change.member, signal);
      case 'role':
        return this.#role(channel, change.member, change.role, signal);
      case 'topic':
        return this.#topic(channel, oneLine(change.text), signal);
      case 'title':
        return refused('unsupported', 'the name of a channel cannot be changed');
      case 'avatar':
      case 'pin':
      case 'unpin':
      case 'expiry':
      case 'own-view':
        return refused('unsupported', `a channel has no ${change.action}`);
    }
  }

  /** What is longer would be cut without a word. */
  async #topic(channel: RemoteKey, text: string, signal: AbortSignal): Promise<Outcome> {
    const most = this.#runtime.support.number('TOPICLEN', Number.POSITIVE_INFINITY);
    if (byteLength(text) > most) return refused('too-large', `a topic has at most ${most} bytes here`);
    return this.#ask('TOPIC', [channel, text], signal);
  }

  async #create(change: Extract<RoomChange, { action: 'create' }>, signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.join(change.address ?? change.name, undefined, signal);
    if (outcome.result !== 'accepted' || outcome.conversation === undefined) return outcome;
    // The channel is there: what cannot be added to it is told by what it shows, and not as a failure to create it.
    const extra = [
      // A group is for those who are invited: nobody else gets in or hears of it.
      ...(change.kind === 'group' ? [['MODE', outcome.conversation, '+is']] : []),
      ...(change.topic === undefined ? [] : [['TOPIC', outcome.conversation, oneLine(change.topic)]]),
      ...change.invite.map((contact) => ['INVITE', contact.replace(/^~/, ''), outcome.conversation ?? '']),
    ];
    for (const [command = '', ...params] of extra) {
      await this.#ask(command, params, signal).catch((error: unknown) =>
        this.#runtime.host.log('warn', 'irc-room-incomplete', { command, error: String(error) }),
      );
    }
    return outcome;
  }

  async #leave(channel: RemoteKey, signal: AbortSignal): Promise<Outcome> {
    if (this.#channels.get(channel) !== undefined) await this.#ask('PART', [channel], signal);
    return this.#forget(channel);
  }

  async #forget(channel: RemoteKey): Promise<Outcome> {
    const { commits } = this.#runtime;
    commits.remember(ROOM_STATE + channel, null);
    commits.add({ type: 'upsert', of: 'conversation', key: channel, value: { state: 'left' } });
    await commits.flush();
    return { result: 'accepted', refs: [] };
  }

  async #role(channel: RemoteKey, member: RemoteKey, role: Role, signal: AbortSignal): Promise<Outcome> {
    const occupant = this.#channels.get(channel)?.occupants.get(member);
    if (occupant === undefined) return refused('not-found', 'nobody of that nick is in the channel');
    const { give, take } = modesFor(role, occupant.modes, this.#runtime.support);
    const changes = [...Array.from(give, (mode) => `+${mode}`), ...Array.from(take, (mode) => `-${mode}`)];
    const most = this.#runtime.support.modesAtOnce;
    for (let at = 0; at < changes.length; at += most) {
      const some = changes.slice(at, at + most);
      await this.#ask('MODE', [channel, some.join(''), ...some.map(() => occupant.nick)], signal);
    }
    return { result: 'accepted', refs: [] };
  }

  /** Whoever is there is put out, too. A mask with which somebody was banned is remembered, to be lifted by the nick. */
  async #ban(
    channel: RemoteKey,
    member: RemoteKey,
    reason: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { commits } = this.#runtime;
    const nick = keyOf(this.#runtime, member);
    const mask = this.#mask(channel, nick, member);
    await this.#ask('MODE', [channel, '+b', mask], signal);
    commits.remember(`${BAN_STATE}${channel} ${nick}`, mask);
    await commits.flush();
    if (this.#channels.get(channel)?.occupants.has(nick) !== true) return { result: 'accepted', refs: [] };
    return this.#ask('KICK', [channel, nick, ...reasonOf(reason)], signal);
  }

  async #unban(channel: RemoteKey, member: RemoteKey, signal: AbortSignal): Promise<Outcome> {
    const { host, commits } = this.#runtime;
    const name = `${BAN_STATE}${channel} ${keyOf(this.#runtime, member)}`;
    const mask = (await host.state(name))[name] ?? this.#mask(channel, keyOf(this.#runtime, member), member);
    await this.#ask('MODE', [channel, '-b', mask], signal);
    commits.remember(name, null);
    await commits.flush();
    return { result: 'accepted', refs: [] };
  }

  /** Whom a ban is for: user and host where they are known, since a nick is changed in a moment; or the mask itself. */
  #mask(channel: RemoteKey, nick: RemoteKey, text: string): string {
    if (/[!@*]/.test(text)) return text;
    if (!isName(nick)) throw new WireError('invalid', 'this is no nick and no mask');
    const occupant = this.#channels.get(channel)?.occupants.get(nick);
    if (occupant === undefined || occupant.user === null || occupant.host === null) return `${nick}!*@*`;
    return `*!${occupant.user}@${occupant.host}`;
  }

  async #ask(command: string, params: readonly string[], signal: AbortSignal): Promise<Outcome> {
    await this.#runtime.asks.ask({ command, params, signal });
    return { result: 'accepted', refs: [] };
  }
}

function reasonOf(reason: string | undefined): readonly string[] {
  return reason === undefined || reason === '' ? [] : [oneLine(reason)];
}

function oneLine(text: string): string {
  return withoutCodes(text).replaceAll('\n', ' ');
}
