import type { Channel } from './channel.ts';
import { asWireError, WireError } from './error.ts';
import { formatLine, type LineBounds } from './format-line.ts';
import { parseLine, type IrcLine } from './line.ts';
import { LineSplitter } from './line-splitter.ts';
import type { WireLimits } from './limits.ts';
import { SendQueue, type FloodLimits, type Queued } from './send-queue.ts';
import { LineDecoder } from './text-decoder.ts';

/** What a connection is made with. */
export interface ConnectionOptions {
  readonly limits: WireLimits;
  readonly flood: FloodLimits;
  /** The encoding of lines that are not UTF-8. */
  readonly encoding: string;
}

/** A line of ours. */
export interface OutgoingLine {
  readonly command: string;
  readonly params: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** Who listens to a connection. */
export interface ConnectionEvents {
  line(line: IrcLine): void;
  /** All that came at once has been told. */
  drained?(): void;
}

/** The first byte of a TLS record: no IRC line begins with it. */
const TLS_ALERT = 0x15;

/** Lines over a channel: framing, pacing, answers to PING, and the question whether the server is still there. */
export class IrcConnection {
  readonly #channel: Channel;
  readonly #limits: WireLimits;
  readonly #splitter: LineSplitter;
  readonly #decoder: LineDecoder;
  readonly #queue: SendQueue;
  #events: ConnectionEvents | null = null;
  /** What came while nobody listened. */
  #held: IrcLine[] = [];
  #silence: ReturnType<typeof setTimeout> | null = null;
  #heard = false;
  #error: WireError | null = null;
  /** Longer lines than 512 bytes, once the server said so. */
  bounds: LineBounds = {};
  /** Resolves with what ended it. */
  readonly ended: Promise<WireError>;

  constructor(channel: Channel, { limits, flood, encoding }: ConnectionOptions) {
    this.#channel = channel;
    this.#limits = limits;
    this.#splitter = new LineSplitter(limits);
    this.#decoder = new LineDecoder(encoding);
    this.#queue = new SendQueue((text) => channel.write(`${text}\r\n`), flood);
    const { promise, resolve } = Promise.withResolvers<WireError>();
    this.ended = promise;
    channel.listen({
      bytes: (chunk) => this.#receive(chunk),
      ended: (error) => {
        this.#error = error;
        if (this.#silence !== null) clearTimeout(this.#silence);
        this.#queue.close();
        resolve(error);
      },
    });
    this.#listenForSilence();
  }

  get secure(): boolean {
    return this.#channel.secure;
  }

  /** What ended it; null while it lasts. */
  get error(): WireError | null {
    return this.#error;
  }

  /** Where lines go from now on, those first that came while nobody listened. */
  listen(events: ConnectionEvents): void {
    this.#events = events;
    const held = this.#held;
    this.#held = [];
    if (held.length >= this.#limits.backlog) this.resume();
    for (const line of held) events.line(line);
    if (held.length > 0) events.drained?.();
  }

  /** Nobody listens any more, and nothing may be lost until somebody does: servers send channels and messages right behind the welcome. */
  hold(): void {
    this.#events = null;
  }

  /** Queues a line. Resolves with whether it left. Throws WireError `invalid` for what cannot be said. */
  send(command: string, params: readonly string[] = [], tags: Record<string, string> = {}): Promise<boolean> {
    return this.#queue.send([formatLine(command, params, tags, this.bounds)]).first;
  }

  /** Queues lines between which no other comes. Throws like {@link send}, and then queues none. */
  sendTogether(lines: readonly OutgoingLine[]): Queued {
    return this.#queue.send(
      lines.map(({ command, params, tags = {} }) => formatLine(command, params, tags, this.bounds)),
    );
  }

  /** Queues a line that nobody waits for: what cannot be said is not, and nobody is told. */
  hint(command: string, params: readonly string[] = [], tags: Record<string, string> = {}): void {
    try {
      void this.send(command, params, tags);
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== 'invalid') throw error;
    }
  }

  /** Leaves before all that waits. For registration, where servers count nothing yet, and for QUIT. */
  sendNow(command: string, params: readonly string[] = []): void {
    this.#queue.urgent(formatLine(command, params, {}, this.bounds));
  }

  /** Registration is over: the pace is counted from here. */
  registered(): void {
    this.#queue.restart();
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  /** Ends it at once. */
  destroy(error: WireError): void {
    this.#channel.destroy(error);
  }

  /** Says goodbye and ends it. */
  quit(error: WireError): void {
    if (this.#error === null) this.sendNow('QUIT', ['natter']);
    this.destroy(error);
  }

  #receive(chunk: Uint8Array): void {
    if (!this.#heard && !this.secure && chunk[0] === TLS_ALERT)
      return this.destroy(new WireError('speaks-tls', 'the server speaks TLS on this port'));
    this.#heard = true;
    this.#listenForSilence();
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        if (this.#error !== null) return;
        this.#line(this.#decoder.decode(bytes));
      }
      this.#events?.drained?.();
    } catch (error) {
      this.destroy(asWireError(error, 'protocol'));
    }
  }

  #line(text: string): void {
    const line = parseLine(text);
    if (line === null) return;
    if (line.command === 'PING') this.#pong(line);
    else if (this.#events !== null) this.#events.line(line);
    else if (this.#held.push(line) === this.#limits.backlog) this.pause();
  }

  /** Sent past the queue: a server that waits for it cuts the link. What cannot be repeated in one line is left out. */
  #pong({ params }: IrcLine): void {
    const token = (params.at(-1) ?? '').replace(/[\r\n\0]/g, '').slice(0, 400);
    this.sendNow('PONG', token === '' ? [] : [token]);
  }

  /** A link may die without a word: after a while of silence we ask, and then give up. */
  #listenForSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    if (this.#error !== null) return;
    this.#silence = setTimeout(() => {
      this.sendNow('PING', ['natter-alive']);
      this.#silence = setTimeout(
        () => this.destroy(new WireError('timeout', 'the server does not answer any more')),
        this.#limits.pingTime,
      );
    }, this.#limits.pingAfter);
  }
}
