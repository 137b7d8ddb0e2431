import { errorData, remoteKey, type OperationId, type RemoteKey } from '@natter/core/model';
import type { MessageIn, Op, OpBody, Outcome } from '@natter/core';
import { TEXT_BYTES } from '../capabilities.ts';
import { mapBounce, mapError } from '../mapping/errors.ts';
import { parseMessageKey } from '../mapping/keys.ts';
import { toPerson, writeMessage } from '../mapping/outgoing.ts';
import type { Runtime } from '../runtime.ts';
import { asWireError } from '../wire/error.ts';
import { isCounted } from '../wire/stream-management.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { Archive } from './archive.ts';
import type { Reconciliation } from './reconciliation.ts';

/** What a memo keeps of an attempt: when it began, to know from where on to look for it. */
interface Attempt {
  readonly at: number;
}

/** Sends messages and what refers to them, and finds out what became of those whose answer got lost. */
export class Outgoing {
  readonly #runtime: Runtime;
  readonly #archive: Archive;
  readonly #reconciliation: Reconciliation;

  constructor(runtime: Runtime, archive: Archive, reconciliation: Reconciliation) {
    this.#runtime = runtime;
    this.#archive = archive;
    this.#reconciliation = reconciliation;
  }

  /** Sends the one message that an operation makes. */
  async perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const { stream, host, memory, bounced, own } = this.#runtime;
    const peer = peerOf(op);
    if (!isAllowed(op.body, own)) return forbidden();
    if (isTooLong(op.body)) return tooLarge();
    const message = peer === null ? null : writeMessage(op.id, toPerson(peer), op.body);
    if (peer === null || message === null)
      return refuse('this cannot be said in XMPP, or refers to what has no id');
    await host.checkpoint(op.id, op.memo ?? JSON.stringify({ at: Date.now() } satisfies Attempt));
    if (signal.aborted || stream.ended) return notSent();
    const session = stream.management.resumeState()?.id ?? null;
    try {
      const { number, taken } = stream.deliver(message);
      memory.sawMessage(peer, op.id, remoteKey(own));
      if (session !== null && number !== null) memory.unacknowledged.set(op.id, { session, number });
      await Promise.race([unlessAborted(taken, signal), this.#returned(op.id)]);
      memory.unacknowledged.delete(op.id);
      await this.#echo(op, peer);
      this.#reconciliation.soon();
      const born = typeof op.conversation === 'object' ? { conversation: peer } : {};
      return { result: 'accepted', refs: [], claimed: op.id, ...born };
    } catch (error) {
      const failure = asWireError(error);
      if (failure.code === 'stanza-error') {
        memory.unacknowledged.delete(op.id);
        return { result: 'refused', error: mapBounce(failure) };
      }
      return { result: 'unknown', error: mapError(failure, 'message', false) };
    } finally {
      bounced.delete(op.id);
    }
  }

  /** Rejects when the message comes back before the server acknowledges it, as those to unknown users of our own server do. */
  #returned(operation: OperationId): Promise<never> {
    return new Promise((_, reject) => {
      this.#runtime.bounced.set(operation, reject);
    });
  }

  /** What became of an operation: the server's count of the session knows, and else the archive. */
  async verify(op: Op, signal: AbortSignal): Promise<Outcome> {
    const peer = peerOf(op);
    if (peer === null || !isArchived(op.body)) return notSent(); // doing it again changes nothing
    const counted = this.#handledByCount(op);
    if (counted === true) return { result: 'accepted', refs: [], claimed: op.id, conversation: peer };
    if (counted === false) return notSent();
    if (!this.#runtime.server.archive) return unknown('nothing here keeps what was sent');
    try {
      const found = await this.#archive.find(peer, op.id, startOf(op), signal);
      if (found === null) return notSent();
      if (found !== undefined)
        return { result: 'accepted', refs: [found], claimed: op.id, conversation: peer };
    } catch (error) {
      return { result: 'unknown', error: mapError(asWireError(error), 'message', false) };
    }
    return unknown('the archive is too long to search');
  }

  /** A server shows a message to all devices but the one that sent it (XEP-0280): this is what it would have shown. */
  async #echo({ id, body }: Op, peer: RemoteKey): Promise<void> {
    if (body.type !== 'send') return;
    const { own, commits } = this.#runtime;
    const { content, replyTo } = body;
    const item: MessageIn = {
      stable: null, // only the archive knows it, and tells it when it is asked
      claimed: id,
      operation: id,
      part: 0,
      sender: { key: remoteKey(own), self: true, contact: null, name: null, proof: 'account' },
      sentAt: null,
      receivedAt: Date.now(),
      content,
      ...(replyTo === null ? {} : { replyTo }),
      trust: 'server',
    };
    await commits.batch({
      origin: 'live',
      events: [{ type: 'timeline', conversation: peer, place: { by: 'tail' }, items: [item] }],
    });
  }

  #handledByCount(op: Op): boolean | null {
    const { unacknowledged, handled } = this.#runtime.memory;
    const sent = unacknowledged.get(op.id);
    const count = sent === undefined ? undefined : handled.get(sent.session);
    if (sent === undefined || count === undefined) return null;
    unacknowledged.delete(op.id);
    return isCounted(sent.number, count);
  }
}

function unknown(why: string): Outcome {
  return { result: 'unknown', error: errorData('unsupported', why, { scope: 'message', certain: false }) };
}

/** The other side of a 1:1 conversation, whether it exists on the network or is born now. */
function peerOf({ conversation }: Op): RemoteKey | null {
  return typeof conversation === 'object' && conversation !== null ? conversation.direct : conversation;
}

/** What an archive keeps; the rest can be done again without harm. */
function isArchived(body: OpBody): boolean {
  return body.type === 'send' || body.type === 'edit' || body.type === 'retract';
}

function startOf(op: Op): number {
  try {
    const attempt: unknown = JSON.parse(op.memo ?? '{}');
    if (typeof attempt === 'object' && attempt !== null && 'at' in attempt && typeof attempt.at === 'number')
      return attempt.at;
  } catch {
    // a memo of another version: search as far back as one goes
  }
  return Date.now() - 7 * 24 * 60 * 60_000;
}

/** XEP-0308 and 0424: only who wrote a message may change it; the other side would not believe us anyway. */
function isAllowed(body: OpBody, own: string): boolean {
  if (body.type !== 'edit' && body.type !== 'retract') return true;
  const { target } = body;
  return 'stable' in target ? parseMessageKey(target.stable).self : target.sender === own;
}

function isTooLong(body: OpBody): boolean {
  if (body.type !== 'send' && body.type !== 'edit') return false;
  return new TextEncoder().encode(body.content.text).length > TEXT_BYTES;
}

function tooLarge(): Outcome {
  const message = `the text is longer than ${TEXT_BYTES} bytes`;
  return {
    result: 'refused',
    error: errorData('too-large', message, { scope: 'message', userAction: 'shorten' }),
  };
}

function forbidden(): Outcome {
  const error = errorData('forbidden', 'only who wrote a message can change it', { scope: 'message' });
  return { result: 'refused', error };
}

function notSent(): Outcome {
  const error = errorData('network', 'it did not reach the server', { scope: 'message', retriable: true });
  return { result: 'not-sent', error };
}

function refuse(message: string): Outcome {
  return { result: 'refused', error: errorData('unsupported', message, { scope: 'message' }) };
}
