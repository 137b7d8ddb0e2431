import { Element } from '@xmpp/xml';
import { Acknowledgements } from './acknowledgements.ts';
import type { Channel } from './channel.ts';
import { EarlyStanzas } from './early-stanzas.ts';
import { asWireError, streamError, WireError } from './error.ts';
import { Inbox } from './inbox.ts';
import { IqTracker } from './iq-tracker.ts';
import { Keepalive } from './keepalive.ts';
import type { WireLimits } from './limits.ts';
import { NS } from './namespaces.ts';
import { SessionStart } from './session-start.ts';
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
  readonly #acknowledgements: Acknowledgements;
  readonly #session: SessionStart;
  #events: StreamEvents | null = null;
  readonly #early: EarlyStanzas;
  #bytes = 0;
  #signedIn = false;
  #features: Element | null = null;
  #featuresWanted = false;
  #greeted = false;
  #ended = false;
  #failure: WireError | null = null;

  constructor(channel: Channel, domain: string, limits: WireLimits) {
    this.channel = channel;
    this.domain = domain;
    this.limits = limits;
    this.#early = new EarlyStanzas(limits.waitingBytes);
    this.#iq = new IqTracker((iq) => this.#trySend(iq, null), domain); // who asks asks again in the next session
    this.#session = new SessionStart(this.management, this.#iq);
    this.#acknowledgements = new Acknowledgements(this.management, (element) => this.#tryTell(element));
    this.#keepalive = new Keepalive(
      limits.idleTime,
      limits.probeTime,
      () => this.#probe(),
      () => this.destroy(new WireError('timeout', 'the server has stopped answering')),
    );
    channel.listen({
      heard: (bytes) => this.#onBytes(bytes),
      opened: (header) => this.inbox.put(header),
      element: (element) => this.#guarded(() => this.#onElement(element)),
      ended: (error) => this.#onEnded(error),
    });
  }

  get ended(): boolean {
    return this.#ended;
  }
  /** What ended the stream, unless that was an orderly end. */
  get failure(): WireError | null {
    return this.#failure;
  }

  /** How many bytes came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the server offered last (RFC 6120 section 4.3.2). */
  get features(): Element | null {
    return this.#features;
  }

  /** Whether an XMPP server has answered. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** Starts a (new) stream and gives its features (RFC 6120 section 4.3.2). */
  async open(from: string | null = null): Promise<Element> {
    this.#features = null;
    this.#featuresWanted = true;
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

  /** The features that follow a sign-in without a new stream (XEP-0388), whether they have come or not. */
  async nextFeatures(): Promise<Element> {
    if (this.#features !== null) return this.#features;
    this.#featuresWanted = true;
    return this.inbox.take();
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
    this.#session.expectResumed(state);
  }

  /** From now on stanzas go to the events, those first that came in the last chunk of the negotiation. */
  start(events: StreamEvents): void {
    this.#events = events;
    if (this.#ended) return events.ended(this.#failure);
    this.#keepalive.start();
    this.#early.drain((stanza, number) => events.stanza(stanza, number));
  }

  /**
   * Writes a stanza, or does nothing when the stream is over: what must not get lost goes through {@link deliver}. What the server
   * has not counted when the stream ends is in `management.left`, except for what means something only `now`.
   */
  send(stanza: Element, now: 'now' | 'also later' = 'also later'): void {
    this.#trySend(stanza, now === 'now' ? null : stanza);
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
      this.#acknowledgements.ask();
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
    this.#acknowledgements.moreStored();
  }

  /** An orderly end (RFC 6120 section 4.4): the session cannot be resumed after it. */
  async close(): Promise<void> {
    this.#keepalive.stop();
    if (this.management.enabled) this.#acknowledgements.answer(false);
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

  #onBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#keepalive.heard();
    if (this.#events === null) this.#guarded(() => this.#early.check(this.#bytes));
  }

  #onElement(element: Element): void {
    if (element.is('error', NS.stream)) return this.destroy(streamError(element));
    const namespace = element.getNS();
    if (namespace === NS.sm) return this.#onManagement(element);
    if (namespace === NS.client && /^(?:message|presence|iq)$/.test(element.name))
      return this.#onStanza(element);
    if (element.is('features', NS.stream)) {
      this.#features = element;
      this.#greeted = true;
      if (!this.#featuresWanted) return;
      this.#featuresWanted = false;
    }
    if (element.is('success', NS.sasl2)) {
      this.#features = null; // XEP-0388 section 2.6.5: others follow, unless a session goes on
      this.#session.onSuccess(element);
    }
    // RFC 6120 sections 5.4.3.3 and 6.4.6: what stands behind these was put in by somebody in the middle (CVE-2011-0411).
    if (element.is('proceed', NS.tls) || element.is('success', NS.sasl)) this.channel.halt();
    // Once there is a session nothing is negotiated any more: what a later protocol says beside stanzas is not for us.
    if (this.#events === null) this.inbox.put(element);
  }

  #onStanza(stanza: Element): void {
    if (!this.#signedIn && !this.#session.accepted && stanza.name !== 'iq') {
      throw new WireError('protocol', 'the server sent a stanza before sign-in', {
        condition: 'not-authorized',
      });
    }
    const number = this.management.enabled ? this.management.received() : 0;
    if (stanza.name === 'iq' && this.#iq.answer(stanza)) return this.finished(number);
    if (this.#events === null) this.#early.put(stanza, number);
    else this.#events.stanza(stanza, number);
  }

  #onManagement(element: Element): void {
    if (element.name === 'r') {
      this.#acknowledgements.answer(true);
      if (this.management.unstored) this.#events?.storeWanted();
    } else if (element.name === 'a' && this.management.counting) this.management.onAcknowledged(element);
    else if (this.#events === null && this.#session.onManagement(element)) this.inbox.put(element);
  }

  #probe(): void {
    if (this.management.enabled) this.#acknowledgements.askNow();
    else void this.#ping().catch(() => {}); // an error is an answer too; silence is the keepalive's business
  }

  async #ping(): Promise<void> {
    try {
      await this.request('get', this.domain, new Element('ping', { xmlns: NS.ping }));
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error; // XEP-0199: a refusal answers as well
    }
  }

  /** Writes a stanza, counted. `kept` is what to send again if the stream ends before the server counts it. */
  #trySend(stanza: Element, kept: Element | null): void {
    if (this.#ended) return;
    this.#guarded(() => {
      if (this.management.counting) {
        this.management.send(kept);
        this.#acknowledgements.ask();
      }
      this.channel.send(stanza);
    });
  }

  /** Writes what is no stanza. The store may have been busy while the stream ended: then there is nobody to tell. */
  #tryTell(element: Element): void {
    if (!this.#ended) this.#guarded(() => this.channel.send(element));
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
