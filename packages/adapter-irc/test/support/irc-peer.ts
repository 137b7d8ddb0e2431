import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { remoteKey, type RemoteKey } from '@natter/core';
import type { Peer, PeerMessage, PeerSend } from '@natter/testing/conformance';

interface Heard {
  readonly id: string;
  readonly from: string;
  readonly target: string;
  readonly text: string;
  readonly tags: string;
}

/** How a peer signs in. */
export interface IrcPeerOptions {
  readonly host: string;
  readonly port: number;
  readonly nick: string;
  /** The nick of the account under test. */
  readonly other: string;
  readonly serverPassword?: string;
  /** Signs in to services with SASL PLAIN; ask for the capability `sasl` too. */
  readonly password?: string;
  /** Capabilities to ask for. */
  readonly capabilities?: readonly string[];
}

const ANSWER_WITHIN = 5_000;
/** Some servers look up who comes, and wait for an answer that never comes. */
const WELCOME_WITHIN = 20_000;

/** Somebody else on the same server, on a bare socket: nothing of natter is in between. */
export class IrcPeer implements Peer {
  readonly #socket: Socket;
  readonly #options: IrcPeerOptions;
  readonly #lines: string[] = [];
  readonly #heard: Heard[] = [];
  readonly #redacted = new Set<string>();
  readonly #reactions: { id: string; key: string; on: boolean }[] = [];
  #rest = '';
  #nick: string;
  #count = 0;

  private constructor(socket: Socket, options: IrcPeerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#nick = options.nick;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
    socket.on('error', () => {});
  }

  static async start(options: IrcPeerOptions): Promise<IrcPeer> {
    const socket = connect({ host: options.host, port: options.port });
    await once(socket, 'connect');
    const peer = new IrcPeer(socket, options);
    const { capabilities = [], serverPassword, password, nick } = options;
    if (capabilities.length > 0) {
      peer.say(`CAP REQ :${capabilities.join(' ')}`);
      await peer.until((line) => line.includes(' ACK '), 0);
    }
    if (serverPassword !== undefined) peer.say(`PASS ${serverPassword}`);
    peer.say(`NICK ${nick}`);
    peer.say(`USER ${nick.replace(/\W/g, '')} 0 * :${nick}`); // some servers let no other signs into it
    if (password !== undefined) {
      peer.say('AUTHENTICATE PLAIN');
      await peer.until((line) => line.includes('AUTHENTICATE +'), 0);
      peer.say(`AUTHENTICATE ${Buffer.from(`\0${nick}\0${password}`).toString('base64')}`);
      await peer.until((line) => / 903 /.test(line), 0);
    }
    if (capabilities.length > 0) peer.say('CAP END');
    await peer.until((line) => / (376|422) /.test(line), 0, WELCOME_WITHIN);
    return peer;
  }

  get address(): string {
    return this.#nick;
  }

  get key(): RemoteKey {
    return remoteKey(this.#nick.toLowerCase());
  }

  /** All that the server said. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  /** Says a line and resolves when the server has dealt with it, with what it said meanwhile. */
  async ask(line: string): Promise<readonly string[]> {
    const from = this.#lines.length;
    const token = `p${(this.#count += 1)}`;
    this.say(line);
    this.say(`PING ${token}`);
    await this.until((heard) => heard.includes(' PONG ') && heard.endsWith(token), from);
    return this.#lines.slice(from);
  }

  async send(text: string, options: PeerSend = {}): Promise<string> {
    const reply = options.replyTo === undefined ? '' : `@+draft/reply=${options.replyTo} `;
    const target = options.room ?? this.#options.other;
    const lines = await this.ask(`${reply}PRIVMSG ${target} :${text.endsWith(' ') ? `${text}\x0f` : text}`);
    const echo = lines.find(
      (line) => line.includes(` PRIVMSG ${target} `) && line.includes(`:${this.#nick}!`),
    );
    return /[@;]msgid=([^; ]+)/.exec(echo ?? '')?.[1] ?? '';
  }

  async received(): Promise<readonly PeerMessage[]> {
    await this.ask('TIME');
    const { other } = this.#options;
    return this.#heard.filter(({ from, target }) => sameNick(from, other) && sameNick(target, this.#nick));
  }

  /** Everybody may see everybody. */
  async answer(): Promise<void> {}

  async appear(availability: 'available' | 'away' | 'dnd', text: string): Promise<void> {
    await this.ask(availability === 'available' ? 'AWAY' : `AWAY :${text}`);
  }

  async typing(active: boolean): Promise<void> {
    await this.ask(`@+typing=${active ? 'active' : 'done'} TAGMSG ${this.#options.other}`);
  }

  async react(id: string, key: string): Promise<void> {
    await this.ask(`@+draft/react=${key};+draft/reply=${id} TAGMSG ${this.#options.other}`);
  }

  async retract(id: string): Promise<void> {
    const lines = await this.ask(`REDACT ${this.#options.other} ${id}`);
    const no = lines.find((line) => line.includes('FAIL REDACT'));
    if (no !== undefined) throw new Error(no);
  }

  async look(
    id: string,
  ): Promise<{ text: string | null; reactions: readonly string[]; replyTo: string | null }> {
    await this.ask('TIME');
    const message = this.#heard.find((each) => each.id === id);
    const reactions = new Set<string>();
    for (const each of this.#reactions) {
      if (each.id !== id) continue;
      if (each.on) reactions.add(each.key);
      else reactions.delete(each.key);
    }
    return {
      text: message === undefined || this.#redacted.has(id) ? null : message.text,
      reactions: [...reactions],
      replyTo: /\+draft\/reply=([^; ]+)/.exec(message?.tags ?? '')?.[1] ?? null,
    };
  }

  async join(room: RemoteKey): Promise<void> {
    const lines = await this.ask(`JOIN ${room}`);
    const no = lines.find((line) => / (471|473|474|475) /.test(line));
    if (no !== undefined) throw new Error(no);
  }

  async leave(room: RemoteKey): Promise<void> {
    await this.ask(`PART ${room}`);
  }

  async heard(room: RemoteKey): Promise<readonly string[]> {
    await this.ask('TIME');
    return this.#heard.filter(({ target }) => target.toLowerCase() === room).map(({ text }) => text);
  }

  async open(name: string): Promise<string> {
    const channel = `#${name}${this.#nick}`;
    await this.ask(`JOIN ${channel}`);
    return channel;
  }

  /** Takes another nick. */
  async rename(nick: string): Promise<void> {
    await this.ask(`NICK ${nick}`);
    this.#nick = nick;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await delay(0);
  }

  /** Resolves with the first line from an index on that fits. */
  async until(
    fits: (line: string) => boolean,
    from = this.#lines.length,
    within = ANSWER_WITHIN,
  ): Promise<string> {
    const deadline = Date.now() + within;
    for (;;) {
      const found = this.#lines.slice(from).find(fits);
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`the peer waited in vain; it heard:\n${this.#lines.slice(-20).join('\n')}`);
      await delay(5);
    }
  }

  #take(line: string): void {
    if (line.startsWith('PING')) this.say(`PONG${line.slice(4)}`);
    this.#lines.push(line);
    const [, tags = '', from = '', command = '', target = '', text = ''] =
      /^(?:@(\S+) )?:([^! ]+)\S* (\S+) (\S+)(?: :?(.*))?$/.exec(line) ?? [];
    const tag = (name: string): string => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(tags)?.[1] ?? '';
    if (command === 'PRIVMSG')
      this.#heard.push({
        id: tag('msgid') || `h${this.#heard.length}`,
        from,
        target,
        text: text.endsWith('\x0f') ? text.slice(0, -1) : text,
        tags,
      });
    if (command === 'REDACT') this.#redacted.add(text.split(' ')[0] ?? '');
    for (const on of [true, false]) {
      const key = tag(on ? '\\+draft/react' : '\\+draft/unreact');
      if (key !== '') this.#reactions.push({ id: tag('\\+draft/reply'), key, on });
    }
  }
}

function sameNick(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
