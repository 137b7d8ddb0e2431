import { Element } from '@xmpp/xml';
import type { Channel } from './channel.ts';
import { asWireError, readCondition, WireError } from './error.ts';
import { Inbox } from './inbox.ts';
import { IqTracker } from './iq-tracker.ts';
import { Keepalive } from './keepalive.ts';
import type { WireLimits } from './limits.ts';
import { NS } from './namespaces.ts';
import { StreamManagement, type ResumeState } from './stream-management.ts';

/** What a signed-in stream reports, synchronously and in order. */
export interface StreamEvents {
  /** A stanza that is no answer to a request of ours. `number` goes to `finished` once it is dealt with. */
  stanza(stanza: Element, number: number): void;
  /** The server asks what is stored, and there is more done than stored. */
  storeWanted(): void;
  /** Last event, exactly once; null after an orderly end. */
  ended(error: WireError | null): void;
}

/**
 * One XML stream over one channel, from the first header to the end; a new attempt takes a new one. While it is
 * negotiated its elements are taken from `inbox`; once signed in stanzas go to the events.
 */
export class XmppStream {
  readonly channel: Channel;
  readonly domain: string;
  readonly limits: WireLimits;
  readonly inbox: Inbox = new Inbox();
  readonly management: StreamManagement = new StreamManagement();
  readonly #iq: IqTracker;
  readonly #keepalive: Keepalive;
  #events: StreamEvents | null = null;
  #early: { stanza: Element; number: number }[] = [];
  #signedIn = false;
  #resuming: ResumeState | null = null;
  #ended = false;
  #failure: WireError | null = null;
  #acknowledgementOwed = false;
  #requestQueued = false;

  constructor(channel: Channel, domain: string, limits: WireLimits) {
    this.channel = channel;
    this.domain = domain;
    this.limits = limits;
    this.#iq = new IqTracker((iq) => this.send(iq), domain);
    this.#keepalive = new Keepalive(
      limits.idleTime,
      limits.probeTime,
      () => this.#probe(),
      () => this.destroy(new WireError('timeout', 'the server has stopped answering')),
    );
    channel.listen({
      opened: (header) => this.inbox.put(header),
      element: (element) => this.#guarded(() => this.#onElement(element)),
      ended: (error) => this.#onEnded(error),
    });
  }

  /** Our full address, once bound. */
  get address(): string | null {
    return this.#iq.address;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What ended the stream, unless that was an orderly end. */
  get failure(): WireError | null {
    return this.#failure;
  }

  /** Starts a (new) stream and gives its features (RFC 6120 section 4.3.2). */
  async open(from: string | null = null): Promise<Element> {
    this.channel.open({ to: this.domain, ...(from === null ? {} : { from }), 'xml:lang': 'en' });
    const header = await this.inbox.take();
    if (!header.is('stream', NS.stream) || header.attrs['xmlns'] !== NS.client) {
      throw new WireError('protocol', 'what answers there is no XMPP server', {
        condition: 'invalid-namespace',
      });
    }
    const features = await this.inbox.take();
    if (!features.is('features', NS.stream)) {
      throw new WireError('protocol', 'the server told no stream features', {
        condition: 'undefined-condition',
      });
    }
    return features;
  }

  /** The server has proved itself and so have we: stanzas may come, and larger ones. */
  authenticated(): void {
    this.#signedIn = true;
    this.channel.trust();
  }

  /** Negotiation found out who we are. */
  bound(address: string): void {
    this.#iq.address = address;
  }

  /** Which session the `<resumed/>` that may come now continues. */
  expectResumed(state: ResumeState): void {
    this.#resuming = state;
  }

  /** From now on stanzas go to the events, those first that came in the last chunk of the negotiation. */
  start(events: StreamEvents): void {
    this.#events = events;
    if (this.#ended) return events.ended(this.#failure);
    this.#keepalive.start();
    const early = this.#early;
    this.#early = [];
    for (const { stanza, number } of early) events.stanza(stanza, number);
  }

  /** Writes a stanza, or does nothing when the stream is over: what must not get lost goes through {@link deliver}. */
  send(stanza: Element): void {
    if (this.#ended) return;
    this.#trySend(stanza, true);
  }

  /**
   * Sends a message. `taken` resolves once the server has taken responsibility and rejects with WireError if that stays
   * unknown; `number` is its place in the managed session, null without one. Throws WireError when nothing was written.
   */
  deliver(stanza: Element): { number: number | null; taken: Promise<void> } {
    if (this.management.counting) {
      // Counted before it is written: the server's count must never be ahead of ours.
      const { number, acknowledged } = this.management.send();
      this.channel.send(stanza);
      this.#requestAcknowledgement();
      return { number, taken: acknowledged };
    }
    this.channel.send(stanza);
    // Without stream management: a server handles the stanzas of a stream in order (RFC 6120 section 10.1), so
    // any answer to a later request says that the earlier stanza was handled.
    return { number: null, taken: this.#ping() };
  }

  /** Asks and gives the `result`; see {@link IqTracker.request}. */
  request(
    type: 'get' | 'set',
    to: string | null,
    payload: Element,
    signal?: AbortSignal,
    time: number = this.limits.requestTime,
  ): Promise<Element> {
    return this.#iq.request(type, to, payload, time, signal);
  }

  /** Stanza `number` is dealt with, and stored unless there was nothing in it to store. */
  finished(number: number): void {
    this.management.finish(number);
  }

  /** All up to `number` is durable: now, and only now, the server may forget it. */
  storedUpTo(number: number): void {
    this.management.storedUpTo(number);
    if (this.#acknowledgementOwed) this.#acknowledge(false);
  }

  /** An orderly end (RFC 6120 section 4.4): the session cannot be resumed after it. */
  async close(): Promise<void> {
    this.#keepalive.stop();
    if (this.management.enabled) this.#acknowledge(false);
    await this.channel.close();
  }

  /** Gives up. An error with a condition is told to the peer; without one a managed session can be resumed. */
  destroy(error: WireError): void {
    this.channel.destroy(error);
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.destroy(asWireError(error, 'protocol'));
    }
  }

  #onElement(element: Element): void {
    this.#keepalive.heard();
    if (element.is('error', NS.stream)) return this.destroy(streamError(element));
    const namespace = element.getNS();
    if (namespace === NS.sm) return this.#onManagement(element);
    if (namespace === NS.client && /^(?:message|presence|iq)$/.test(element.name))
      return this.#onStanza(element);
    // RFC 6120 sections 5.4.3.3 and 6.4.6: a new stream begins behind these two, so what stands between was put in by
    // somebody in the middle (CVE-2011-0411 and its kin).
    if (element.is('proceed', NS.tls) || element.is('success', NS.sasl)) this.channel.halt();
    this.inbox.put(element);
  }

  #onStanza(stanza: Element): void {
    if (!this.#signedIn && stanza.name !== 'iq') {
      throw new WireError('protocol', 'the server sent a stanza before sign-in', {
        condition: 'not-authorized',
      });
    }
    const number = this.management.enabled ? this.management.received() : 0;
    if (stanza.name === 'iq' && this.#iq.answer(stanza)) return this.finished(number);
    if (this.#events !== null) this.#events.stanza(stanza, number);
    else if (this.#early.length < 10_000) this.#early.push({ stanza, number });
    else
      throw new WireError('limit', 'too many stanzas before the session is set up', {
        condition: 'policy-violation',
      });
  }

  #onManagement(element: Element): void {
    switch (element.name) {
      case 'r':
        this.#acknowledge(true);
        if (this.management.unstored) this.#events?.storeWanted();
        return;
      case 'a':
        return this.management.counting ? this.management.onAcknowledged(element) : undefined;
      case 'enabled':
        if (this.management.counting && this.address !== null)
          this.management.onEnabled(element, this.address);
        return this.inbox.put(element);
      case 'resumed':
        if (this.#resuming === null)
          throw new WireError('protocol', 'the server resumed what nobody asked for');
        this.management.onResumed(element, this.#resuming);
        return this.inbox.put(element);
      case 'failed':
        if (this.management.counting && !this.management.enabled) this.management.onRefused();
        return this.inbox.put(element);
      default: // later versions of XEP-0198 may add elements
    }
  }

  /** Answers with what is stored, at once; what becomes stored later is told then. */
  #acknowledge(asked: boolean): void {
    const answer = this.management.acknowledgement(asked);
    // The store may have been busy while the stream ended: a resumed one, or the archive, then tells the server.
    if (answer !== null && !this.#ended) this.#trySend(answer);
    this.#acknowledgementOwed = this.management.behind && (asked || this.#acknowledgementOwed);
  }

  /** One `<r/>` behind all that is sent in the same turn. */
  #requestAcknowledgement(): void {
    if (this.#requestQueued) return;
    this.#requestQueued = true;
    queueMicrotask(() => {
      this.#requestQueued = false;
      if (this.management.enabled && this.management.outstanding > 0)
        this.#trySend(new Element('r', { xmlns: NS.sm }));
    });
  }

  #probe(): void {
    if (this.management.enabled) this.#trySend(new Element('r', { xmlns: NS.sm }));
    else void this.#ping().catch(() => {}); // an error is an answer too; silence is the keepalive's business
  }

  async #ping(): Promise<void> {
    try {
      await this.request('get', this.domain, new Element('ping', { xmlns: NS.ping }));
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error; // XEP-0199: a refusal answers as well
    }
  }

  #trySend(element: Element, stanza = false): void {
    this.#guarded(() => {
      if (stanza && this.management.counting) {
        this.management.send();
        this.#requestAcknowledgement();
      }
      this.channel.send(element);
    });
  }

  #onEnded(error: WireError | null): void {
    this.#ended = true;
    this.#failure = error;
    this.#keepalive.stop();
    const reason = error ?? new WireError('disconnected', 'the stream is closed');
    this.inbox.fail(reason);
    this.#iq.rejectAll(reason);
    this.management.lost(reason);
    this.#events?.ended(error);
  }
}

function streamError(element: Element): WireError {
  const { condition, text } = readCondition(element);
  return new WireError('stream-error', `the server ended the stream: ${text === '' ? condition : text}`, {
    condition,
    text,
  });
}
