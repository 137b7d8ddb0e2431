import type { RemoteKey } from '@natter/core/model';
import { readFormatting } from '../mapping/format-codes.ts';
import { matchesMask } from '../mapping/mask.ts';
import { sentAt } from '../mapping/message.ts';
import { roleOf } from '../mapping/roles.ts';
import { systemMessage } from '../mapping/system-message.ts';
import { isOwn, keyOf, type Feature, type Runtime } from '../runtime.ts';
import { lastParam, param, parseSource, type IrcLine } from '../wire/line.ts';
import { Channel, newOccupant, type Occupant } from './channel.ts';

/** Most members of one channel, and most channels, that are kept. */
const MOST_OCCUPANTS = 50_000;
const MOST_CHANNELS = 1_000;

/** Who has a part in our being in channels. */
export interface ChannelEvents {
  /** We have come into a channel. */
  entered(channel: RemoteKey): void;
  /** All of its members are known, for the first time since. */
  listed(channel: Channel): void;
}

/** The channels that we are in and who is there. */
export class Channels implements Feature {
  readonly #runtime: Runtime;
  readonly #events: ChannelEvents;
  readonly all: Map<RemoteKey, Channel> = new Map();
  #generation = 0;

  constructor(runtime: Runtime, events: ChannelEvents) {
    this.#runtime = runtime;
    this.#events = events;
  }

  take(line: IrcLine): void {
    switch (line.command) {
      case 'JOIN':
        return this.#join(line);
      case 'PART':
        return this.#gone(param(line, 0), line.source?.nick ?? '', 'left');
      case 'KICK':
        return this.#kicked(line);
      case 'QUIT':
        return this.#everywhere(line.source?.nick ?? '', (channel) =>
          this.#gone(channel.name, line.source?.nick ?? '', 'left'),
        );
      case 'NICK':
        return this.#renamed(line.source?.nick ?? '', param(line, 0));
      case 'MODE':
        return this.#modes(line);
      case 'TOPIC':
        return this.#topic(param(line, 0), param(line, 1));
      case '331': // no topic
        return this.#topic(param(line, 1), '');
      case '332':
        return this.#topic(param(line, 1), param(line, 2));
      case '353':
        return this.#names(line);
      case '366':
        return this.#endOfNames(param(line, 1));
      case 'INVITE':
        return this.#invited(line);
      default:
        this.#profile(line);
    }
  }

  /** The channel of that name, if we are in it. */
  get(name: string): Channel | undefined {
    return this.all.get(keyOf(this.#runtime, name));
  }

  #join(line: IrcLine): void {
    const { commits, support } = this.#runtime;
    const [name = '', account] = line.params;
    const { source } = line;
    if (source === null || !support.isChannel(name)) return;
    const key = keyOf(this.#runtime, name);
    const own = isOwn(this.#runtime, source.nick);
    if (own && !this.all.has(key) && this.all.size < MOST_CHANNELS) {
      this.all.set(key, new Channel(key, name));
      const value = { kind: 'channel', state: 'joined', title: name, membersComplete: false } as const;
      commits.add({ type: 'upsert', of: 'conversation', key, value });
      this.#events.entered(key);
    }
    const channel = this.all.get(key);
    if (channel === undefined || channel.occupants.size >= MOST_OCCUPANTS) return;
    const occupant = newOccupant(source.nick);
    occupant.user = source.user;
    occupant.host = source.host;
    // extended-join: `*` for nobody's account
    occupant.account =
      account === undefined || account === '*' ? (line.tags.get('account') ?? null) : account;
    channel.occupants.set(keyOf(this.#runtime, source.nick), occupant);
    commits.add(this.#member(channel, source.nick));
  }

  /** Who is put out wants to know by whom and why. */
  #kicked(line: IrcLine): void {
    const [name = '', nick = '', reason = ''] = line.params;
    const channel = this.get(name);
    if (channel !== undefined && isOwn(this.#runtime, nick)) {
      const by = line.source?.nick ?? '';
      // Without a reason servers send a nick in its place (RFC 1459 section 4.2.8).
      const given = [by, nick].includes(reason) ? '' : readFormatting(reason).text;
      const verb = this.#isBanned(channel, nick) ? 'banned' : 'kicked';
      const text = `you were ${verb}${by === '' ? '' : ` by ${by}`}${given === '' ? '' : `: ${given}`}`;
      const key = keyOf(this.#runtime, by === '' ? name : by);
      const sender = { key, self: false, contact: null, name: by === '' ? null : by, proof: 'nick' } as const;
      const data = { event: verb, by, reason: given };
      this.#runtime.commits.add(
        systemMessage({ conversation: channel.key, sender, text, data, sentAt: sentAt(line) }),
      );
    }
    this.#gone(name, nick, channel !== undefined && this.#isBanned(channel, nick) ? 'banned' : 'left');
  }

  /** Whether somebody is put out for good: the ban comes before the kick. */
  #isBanned(channel: Channel, nick: string): boolean {
    const { user = null, host = null } = channel.occupants.get(keyOf(this.#runtime, nick)) ?? {};
    const own = isOwn(this.#runtime, nick) ? this.#runtime.mask : null;
    const mask = own ?? `${user ?? ''}@${host ?? ''}`;
    const who = this.#runtime.support.fold(`${nick}!${mask}`);
    return channel.bans.some((ban) => matchesMask(ban, who));
  }

  #gone(channelName: string, nick: string, state: 'left' | 'banned'): void {
    const { commits } = this.#runtime;
    const channel = this.get(channelName);
    const key = keyOf(this.#runtime, nick);
    if (channel === undefined || !channel.occupants.delete(key)) return;
    commits.add({ type: 'upsert', of: 'member', in: channel.key, key, value: { state } });
    commits.add({ type: 'remove', of: 'member', in: channel.key, key });
    if (!isOwn(this.#runtime, nick)) return;
    this.all.delete(channel.key);
    commits.add({ type: 'upsert', of: 'conversation', key: channel.key, value: { state } });
  }

  #renamed(from: string, to: string): void {
    if (from === '' || to === '') return;
    const { commits } = this.#runtime;
    const [old, key] = [keyOf(this.#runtime, from), keyOf(this.#runtime, to)];
    this.#everywhere(from, (channel) => {
      const occupant = channel.occupants.get(old);
      if (occupant === undefined) return;
      channel.occupants.delete(old);
      channel.occupants.set(key, { ...occupant, nick: to });
      if (old !== key) commits.add({ type: 'rekey', of: 'participant', in: channel.key, from: old, to: key });
      commits.add(this.#member(channel, to));
    });
  }

  #modes(line: IrcLine): void {
    const { support, commits } = this.#runtime;
    const channel = this.get(param(line, 0));
    if (channel === undefined) return;
    const rest = line.params.slice(2);
    let on = true;
    for (const mode of param(line, 1)) {
      if (mode === '+' || mode === '-') {
        on = mode === '+';
        continue;
      }
      const kind = support.modeKind(mode);
      const takes = kind === 'prefix' || kind === 'list' || kind === 'always' || (kind === 'set' && on);
      const argument = takes ? (rest.shift() ?? '') : '';
      if (mode === 'b' && kind === 'list' && argument !== '') channel.ban(support.fold(argument), on);
      const occupant = kind === 'prefix' ? channel.occupants.get(keyOf(this.#runtime, argument)) : undefined;
      if (occupant === undefined) continue;
      if (on) occupant.modes.add(mode);
      else occupant.modes.delete(mode);
      commits.add(this.#member(channel, argument));
      this.#tellOwnRole(channel, argument, occupant);
    }
  }

  #topic(name: string, text: string): void {
    const channel = this.get(name);
    if (channel === undefined) return;
    const topic = text === '' ? null : readFormatting(text).text;
    this.#runtime.commits.add({ type: 'upsert', of: 'conversation', key: channel.key, value: { topic } });
  }

  /** RPL_NAMREPLY: signs (all of them with multi-prefix), the nick, user and host with userhost-in-names. */
  #names(line: IrcLine): void {
    const channel = this.get(param(line, 2));
    if (channel === undefined) return;
    const { prefixes } = this.#runtime.support;
    channel.names ??= new Map();
    for (const word of lastParam(line).split(' ')) {
      if (word === '' || channel.names.size >= MOST_OCCUPANTS) continue;
      let at = 0;
      const modes = new Set<string>();
      for (;;) {
        const prefix = prefixes.find(({ sign }) => sign === word[at]);
        if (prefix === undefined) break;
        modes.add(prefix.mode);
        at += 1;
      }
      const source = parseSource(word.slice(at));
      if (source === null) continue;
      const key = keyOf(this.#runtime, source.nick);
      const known = channel.occupants.get(key) ?? newOccupant(source.nick);
      const { user, host } = source.user === null ? known : source;
      channel.names.set(key, { ...known, nick: source.nick, modes, user, host });
    }
  }

  #endOfNames(name: string): void {
    const channel = this.get(name);
    if (channel === undefined || channel.names === null) return;
    const { commits } = this.#runtime;
    channel.occupants.clear();
    for (const [key, occupant] of channel.names) channel.occupants.set(key, occupant);
    channel.names = null;
    const first = !channel.complete;
    channel.complete = true;
    const own = keyOf(this.#runtime, this.#runtime.nick);
    commits.add(...channel.list(own, `names-${Date.now()}-${(this.#generation += 1)}`));
    const role = roleOf(channel.occupants.get(own)?.modes ?? new Set());
    const value = { membersComplete: true, role };
    commits.add({ type: 'upsert', of: 'conversation', key: channel.key, value });
    if (first) this.#events.listed(channel);
  }

  #invited(line: IrcLine): void {
    const [who = '', name = ''] = line.params;
    if (!isOwn(this.#runtime, who) || !this.#runtime.support.isChannel(name) || this.get(name) !== undefined)
      return; // invite-notify tells of others too
    const value = { kind: 'channel', state: 'invited', title: name } as const;
    this.#runtime.commits.add({
      type: 'upsert',
      of: 'conversation',
      key: keyOf(this.#runtime, name),
      value,
    });
  }

  /** AWAY, ACCOUNT, CHGHOST of somebody with whom we share channels. */
  #profile(line: IrcLine): void {
    const { command, source } = line;
    if (source === null || (command !== 'AWAY' && command !== 'ACCOUNT' && command !== 'CHGHOST')) return;
    this.#everywhere(source.nick, (channel) => {
      const occupant = channel.occupants.get(keyOf(this.#runtime, source.nick));
      if (occupant === undefined) return;
      if (command === 'AWAY') occupant.away = line.params.length > 0;
      if (command === 'ACCOUNT') occupant.account = param(line, 0) === '*' ? null : param(line, 0);
      if (command === 'CHGHOST') {
        occupant.user = param(line, 0);
        occupant.host = param(line, 1);
        return;
      }
      this.#runtime.commits.add(this.#member(channel, source.nick));
    });
  }

  #everywhere(nick: string, act: (channel: Channel) => void): void {
    const key = keyOf(this.#runtime, nick);
    for (const channel of this.all.values()) if (channel.occupants.has(key)) act(channel);
  }

  #member(channel: Channel, nick: string): ReturnType<Channel['member']> {
    return channel.member(keyOf(this.#runtime, nick), keyOf(this.#runtime, this.#runtime.nick));
  }

  #tellOwnRole(channel: Channel, nick: string, { modes }: Occupant): void {
    if (!isOwn(this.#runtime, nick)) return;
    const value = { role: roleOf(modes) };
    this.#runtime.commits.add({ type: 'upsert', of: 'conversation', key: channel.key, value });
  }
}
