import type { EndReason, Sink, LinkSubscription } from './client-link.ts';
import { isObject, ProtocolViolation } from './guard.ts';
import type { WireObject } from './guard.ts';
import type { StreamKind } from './manifest.ts';
import type { AnyFrame } from './outlet.ts';
import { notification, request, wire } from './wire.ts';
import type { WireId } from './wire.ts';

/** What a client stream needs of its link. */
export interface StreamHost {
  /** Sends now; does nothing while the link is cut. */
  send(message: WireObject): void;
  /** The stream was closed by its reader. */
  forget(id: WireId): void;
}

/**
 * The receiving end of one subscription. It checks every frame, and remembers what it takes to open the stream again
 * after a cut: the latest parameters, the credit that is left, and the cursor behind the last items of a log.
 */
export class ClientStream implements LinkSubscription<unknown> {
  readonly id: WireId;
  readonly #stream: string;
  readonly #kind: StreamKind;
  readonly #sink: Sink<AnyFrame>;
  readonly #host: StreamHost;
  #params: unknown;
  #credits = 1;
  #version: number | null = null;
  /** How many rows a window has here. */
  #rows = 0;

  constructor(
    id: WireId,
    stream: string,
    kind: StreamKind,
    params: unknown,
    sink: Sink<AnyFrame>,
    host: StreamHost,
  ) {
    this.id = id;
    this.#stream = stream;
    this.#kind = kind;
    this.#params = params;
    this.#sink = sink;
    this.#host = host;
  }

  /** The request that opens it, the first time or after a cut. */
  opening(): WireObject {
    this.#version = null;
    this.#rows = 0;
    return request(this.id, wire.open, {
      stream: this.#stream,
      params: this.#params,
      credits: this.#credits,
    });
  }

  update(params: unknown): void {
    this.#params = params;
    this.#host.send(notification(wire.update, { id: this.id, params }));
  }

  credit(count: number): void {
    this.#credits += count;
    this.#host.send(notification(wire.credit, { id: this.id, count }));
  }

  close(): void {
    this.#host.send(notification(wire.close, { id: this.id }));
    this.#host.forget(this.id);
  }

  /** Takes a frame of the other side; throws a {@link ProtocolViolation} when it is none, or not the next one. */
  receive(frame: unknown): void {
    const checked = this.#check(frame);
    if (this.#credits <= 0) throw new ProtocolViolation(`A frame of ${this.#stream} without credit.`);
    this.#credits -= 1;
    if (checked.t !== 'log') this.#version = checked.version;
    this.#sink.frame(checked);
    if (checked.t === 'log' && isObject(this.#params))
      this.#params = { ...this.#params, after: checked.cursor };
  }

  /** The stream ended on the other side, or with the link. */
  end(why: EndReason): void {
    this.#sink.end(why);
  }

  #check(frame: unknown): AnyFrame {
    const wrong = (what: string): ProtocolViolation =>
      new ProtocolViolation(`A frame of ${this.#stream}: ${what}.`);
    if (!isObject(frame) || frame['t'] !== this.#kind) throw wrong(`not a ${this.#kind} frame`);
    if (this.#kind === 'log') {
      if (typeof frame['cursor'] !== 'string' || !Array.isArray(frame['items']))
        throw wrong('no cursor or no items');
    } else if (typeof frame['version'] !== 'number' || frame['version'] <= (this.#version ?? 0)) {
      throw wrong('a version that does not grow');
    } else if (this.#kind === 'window') {
      if (frame['base'] !== this.#version) throw wrong('splices of rows that are not here');
      this.#rows = lengthAfter(this.#rows, frame['splices']) ?? Number.NaN;
      if (Number.isNaN(this.#rows)) throw wrong('splices that do not fit');
      if (typeof frame['total'] !== 'number' || typeof frame['offset'] !== 'number')
        throw wrong('no position');
    } else if (!('value' in frame)) throw wrong('no value');
    return frame as unknown as AnyFrame;
  }
}

/** The length of a list after splices; undefined when they are none or do not fit. */
function lengthAfter(length: number, splices: unknown): number | undefined {
  if (!Array.isArray(splices)) return undefined;
  let now = length;
  for (const splice of splices as readonly unknown[]) {
    const { at, drop, rows } = isObject(splice) ? splice : {};
    if (!isCount(at) || !isCount(drop) || !Array.isArray(rows) || at + drop > now) return undefined;
    now += rows.length - drop;
  }
  return now;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
