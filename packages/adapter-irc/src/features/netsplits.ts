import type { RemoteKey } from '@natter/core/model';
import { systemMessage } from '../mapping/system-message.ts';
import { keyOf, type Feature, type Runtime } from '../runtime.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import type { Channels } from './channels.ts';

/** How long (milliseconds) nobody more goes or comes before it is told. */
const SETTLE_TIME = 1_000;
/** How long somebody who was lost is taken to come back by the same way. */
const LOST_TIME = 60 * 60 * 1000;
const MOST_LOST = 20_000;

/** Two servers, and who was lost or has come back with them, by channel. */
interface Group {
  readonly kind: 'netsplit' | 'netjoin';
  readonly servers: readonly string[];
  readonly nicks: Map<RemoteKey, Set<string>>;
}

/**
 * When the link between two servers breaks, everybody behind it quits, and joins again when it heals. Each is told once a
 * channel, and not once a person. Servers with the batches `netsplit` and `netjoin` say so; elsewhere it is the quit message.
 */
export class Netsplits implements Feature {
  readonly #runtime: Runtime;
  readonly #channels: Channels;
  readonly #groups = new Map<string, Group>();
  readonly #lost = new Map<RemoteKey, { readonly servers: readonly string[]; readonly at: number }>();
  /** The batch whose lines come now. */
  #batch: Pick<Group, 'kind' | 'servers'> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(runtime: Runtime, channels: Channels) {
    this.#runtime = runtime;
    this.#channels = channels;
  }

  /** Takes the lines of a batch as what it says they are. */
  within(kind: Group['kind'], servers: readonly string[], dispatch: () => void): void {
    this.#batch = { kind, servers: servers.slice(0, 2) };
    dispatch();
    this.#batch = null;
    this.#tell();
  }

  /** Looks before the channels do: who has gone is in no channel any more. */
  take(line: IrcLine): void {
    const nick = line.source?.nick ?? '';
    if (nick === '') return;
    if (line.command === 'QUIT') this.#quit(nick, lastParam(line));
    if (line.command === 'JOIN') this.#join(nick, param(line, 0));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #quit(nick: string, reason: string): void {
    const servers = this.#batch?.kind === 'netsplit' ? this.#batch.servers : splitServers(reason);
    if (servers === null) return;
    const key = keyOf(this.#runtime, nick);
    if (this.#lost.size < MOST_LOST) this.#lost.set(key, { servers, at: Date.now() });
    for (const channel of this.#channels.all.values())
      if (channel.occupants.has(key)) this.#note('netsplit', servers, channel.key, nick);
  }

  #join(nick: string, name: string): void {
    const lost = this.#lost.get(keyOf(this.#runtime, nick));
    const back = lost !== undefined && Date.now() - lost.at < LOST_TIME;
    const servers = this.#batch?.kind === 'netjoin' ? this.#batch.servers : back ? lost.servers : null;
    const channel = this.#channels.get(name);
    if (servers !== null && channel !== undefined) this.#note('netjoin', servers, channel.key, nick);
  }

  #note(kind: Group['kind'], servers: readonly string[], channel: RemoteKey, nick: string): void {
    const name = `${kind} ${servers.join(' ')}`;
    const group = this.#groups.get(name) ?? { kind, servers, nicks: new Map<RemoteKey, Set<string>>() };
    this.#groups.set(name, group);
    group.nicks.set(channel, (group.nicks.get(channel) ?? new Set()).add(nick));
    if (this.#batch !== null) return;
    this.stop();
    this.#timer = setTimeout(() => {
      this.#tell();
      void this.#runtime.commits.flush();
    }, SETTLE_TIME);
  }

  #tell(): void {
    const { commits } = this.#runtime;
    for (const { kind, servers, nicks } of this.#groups.values()) {
      for (const [conversation, names] of nicks) {
        const text = wording(kind, servers, [...names]);
        const data = { event: kind, servers: [...servers], nicks: [...names] };
        const key = keyOf(this.#runtime, servers[0] ?? 'server');
        const sender = { key, self: false, contact: null, name: servers[0] ?? null, proof: 'nick' } as const;
        commits.add(systemMessage({ conversation, sender, text, data, sentAt: null }));
      }
    }
    if (this.#groups.size > 0)
      for (const group of this.#groups.values()) if (group.kind === 'netjoin') this.#forget(group);
    this.#groups.clear();
  }

  #forget({ nicks }: Group): void {
    for (const names of nicks.values())
      for (const nick of names) this.#lost.delete(keyOf(this.#runtime, nick));
  }
}

/** `irc.one.net irc.two.net`: what servers say for those who are lost; the words of a person begin with `Quit:`. */
function splitServers(reason: string): readonly string[] | null {
  const [, one = '', two = ''] = /^([\w*-]+(?:\.[\w*-]+)+) ([\w*-]+(?:\.[\w*-]+)+)$/.exec(reason) ?? [];
  return one === '' || one === two ? null : [one, two];
}

function wording(kind: Group['kind'], servers: readonly string[], nicks: readonly string[]): string {
  const few = nicks.length <= 5 ? ` (${nicks.join(', ')})` : '';
  const people = nicks.length === 1 ? '1 person' : `${nicks.length} people`;
  const between = servers.length === 2 ? ` between ${servers.join(' and ')}` : '';
  return kind === 'netsplit'
    ? `the network split${between}: ${people} lost${few}`
    : `the network is whole again${between}: ${people} back${few}`;
}
