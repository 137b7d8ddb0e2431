import { decodeClientFrame, encodeFrame } from '@natter/native-protocol';
import type { ClientFrame, WireError } from '@natter/native-protocol';
import { execute, isExclusive } from '../commands/execute.ts';
import { RawResult } from '../commands/command.ts';
import { Refusal } from '../ports/refusal.ts';
import { signal } from '../commands/signals.ts';
import type { Session } from './session.ts';

/** Frames that cannot be read, before the connection is closed. */
const mostFaults = 10;

/**
 * The reading side of a session. Frames are taken up in their order; a request is under way while the next one is
 * taken up, unless it is exclusive (signing in), so that sends can be pipelined and still keep their order. Past the
 * limit of requests in flight, nothing more is read from the socket.
 */
export class Dispatcher {
  readonly #session: Session;
  #queue: string[] = [];
  #taken = 0;
  #running = 0;
  #pumping = false;
  #paused = false;
  #faults = 0;
  #visitorFrames = 0;
  #readerIsBack: (() => void) | null = null;
  #finishing = false;
  #onIdle: (() => void) | null = null;
  /** Set when the connection sends anything, cleared by the heartbeat. */
  alive = true;

  constructor(session: Session) {
    this.#session = session;
  }

  /** A text frame has come. It is looked at when it is its turn: by then it is known who sends it. */
  receive(text: string): void {
    this.alive = true;
    this.#queue.push(text);
    this.#holdBack();
    if (!this.#pumping) void this.#pump();
  }

  /** A frame could not be read. Answered, and the end of the connection when it happens again and again. */
  fault(error: WireError, id?: number): void {
    if (error.code !== 'unknown-type') this.#faults += 1;
    this.#session.services.tally.badFrames += 1;
    this.#refuse(error, id);
    if (this.#faults >= mostFaults)
      this.#session.end({ code: 'malformed', message: 'Too many frames that cannot be read.' });
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (let text = this.#next(); text !== undefined && !this.#over; text = this.#next()) {
      const frame = this.#read(text);
      if (frame === null) continue;
      if (!('id' in frame)) {
        await signal(this.#session, frame).catch((error: unknown) => this.#failed(error, undefined));
        continue;
      }
      this.#running += 1;
      const work = this.#answer(frame);
      if (isExclusive(frame.type)) await work.done;
      else await work.takenUp;
      if (this.#session.connection.congested) await this.#reader();
    }
    this.#pumping = false;
  }

  get #over(): boolean {
    return this.#finishing || this.#session.ended;
  }

  #read(text: string): ClientFrame | null {
    const { visitors, limits } = this.#session.services.settings;
    const visitor = this.#session.member === null;
    if (visitor) this.#visitorFrames += 1;
    if (visitor && this.#visitorFrames > visitors.frames) {
      this.#session.end({ code: 'too-fast', message: 'Too many frames without a sign-in.' });
      return null;
    }
    const decoded = decodeClientFrame(text, visitor ? visitors.frameBytes : limits.frameBytes);
    if (decoded.ok) return decoded.frame;
    this.fault(decoded.error, decoded.id);
    return null;
  }

  /** Waits until the other side reads what it has asked for. */
  #reader(): Promise<void> {
    return new Promise((resolve) => {
      this.#readerIsBack = resolve;
    });
  }

  #answer(frame: Extract<ClientFrame, { id: number }>): { takenUp: Promise<void>; done: Promise<void> } {
    let takenUp: () => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      takenUp = resolve;
    });
    const done = execute(this.#session, frame, takenUp)
      .then(
        (result) => {
          this.#session.services.tally.answered(frame.type, 'done');
          const text = result instanceof RawResult ? result.text : JSON.stringify(result);
          this.#session.connection.reply(`{"type":"reply","id":${frame.id},"result":${text}}`);
        },
        (error: unknown) => {
          const code = error instanceof Refusal ? error.error.code : 'internal';
          this.#session.services.tally.answered(frame.type, code);
          this.#failed(error, frame.id);
        },
      )
      .finally(() => {
        takenUp();
        this.#running -= 1;
        this.#holdBack();
        if (this.#running === 0) this.#onIdle?.();
      });
    return { takenUp: started, done };
  }

  #failed(error: unknown, id: number | undefined): void {
    if (error instanceof Refusal) return this.#refuse(error.error, id);
    this.#session.services.log({
      level: 'error',
      event: 'fault',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    this.#refuse({ code: 'internal', message: 'A fault of the server.' }, id);
  }

  #refuse(error: WireError, id: number | undefined): void {
    this.#session.connection.reply(
      encodeFrame({ type: 'error', ...(id === undefined ? {} : { id }), error }),
    );
  }

  #next(): string | undefined {
    const text = this.#queue[this.#taken];
    this.#taken += 1;
    if (text === undefined || this.#taken > 1000) {
      this.#queue = this.#queue.slice(this.#taken);
      this.#taken = 0;
    }
    return text;
  }

  /** Stops reading while too much is under way, or while the other side does not read what it asked for. */
  #holdBack(): void {
    const { connection, services } = this.#session;
    const waiting = this.#running + this.#queue.length - this.#taken;
    const full = waiting >= services.settings.limits.requestsInFlight || connection.congested;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) connection.pause();
    else connection.resume();
  }

  /** Takes nothing more up, and resolves when what is under way is answered, at the latest after a time in milliseconds. */
  async finish(patience: number): Promise<void> {
    this.#finishing = true;
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The other side has read: what was held back for that may go on. */
  drained(): void {
    this.#readerIsBack?.();
    this.#readerIsBack = null;
    this.#holdBack();
  }
}
