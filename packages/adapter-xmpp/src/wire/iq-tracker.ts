import { Element } from '@xmpp/xml';
import { stanzaError, WireError } from './error.ts';
import { addressesEqual, bareOf, parseAddress } from './address.ts';

interface Pending {
  readonly to: string | null;
  settle(outcome: Element | WireError): void;
}

/**
 * Matches answers to requests (RFC 6120 section 8.2.3). An answer counts only when it comes from whom we asked: ids are
 * UUIDs, and the `from` must be the `to` of the request. CVE-2014-0364 is what happens otherwise.
 */
export class IqTracker {
  readonly #pending = new Map<string, Pending>();
  readonly #send: (iq: Element) => void;
  readonly #domain: string;
  #over: WireError | null = null;
  /** Our full address once it is bound. */
  address: string | null = null;

  constructor(send: (iq: Element) => void, domain: string) {
    this.#send = send;
    this.#domain = domain;
  }

  /**
   * Sends a request and gives the whole `result`. Rejects with WireError: `stanza-error` for an answer of type error,
   * `timeout`, `aborted`, or what ended the stream.
   */
  request(
    type: 'get' | 'set',
    to: string | null,
    payload: Element,
    time: number,
    signal?: AbortSignal,
  ): Promise<Element> {
    const id = crypto.randomUUID();
    const iq = new Element('iq', to === null ? { type, id } : { type, id, to });
    iq.append(payload);
    return new Promise((resolve, reject) => {
      const settle = (outcome: Element | WireError): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#pending.delete(id);
        if (outcome instanceof WireError) reject(outcome);
        else resolve(outcome);
      };
      const abort = (): void => settle(new WireError('aborted', 'the request was given up'));
      const timer = setTimeout(
        () => settle(new WireError('timeout', 'the server did not answer a request in time')),
        time,
      );
      if (this.#over !== null) return settle(this.#over);
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort);
      this.#pending.set(id, { to, settle });
      this.#send(iq);
    });
  }

  /** Looks at an incoming iq; true when it was an answer that a request waited for. */
  answer(iq: Element): boolean {
    const type: unknown = iq.attrs['type'];
    if (type !== 'result' && type !== 'error') return false;
    const pending = this.#pending.get(String(iq.attrs['id']));
    if (pending === undefined || !this.#mayAnswer(pending.to, iq.attrs['from'])) return false;
    pending.settle(type === 'result' ? iq : stanzaError(iq));
    return true;
  }

  /** The stream is gone: nothing that waits will be answered. */
  rejectAll(error: WireError): void {
    this.#over = error;
    for (const pending of this.#pending.values()) pending.settle(error);
  }

  /** RFC 6120 section 10.3.3: without `to` the server answers for our account, and may name itself, the account or nobody. */
  #mayAnswer(to: string | null, from: unknown): boolean {
    if (typeof from !== 'string') return to === null || this.#isOwn(to);
    if (to !== null) return addressesEqual(from, to) || (this.#isOwn(to) && this.#isOwn(from));
    return this.#isOwn(from) || addressesEqual(from, this.#domain);
  }

  #isOwn(address: string): boolean {
    const own = this.address;
    // Before a resource is bound nobody but our server can reach us, and some call us by our name already.
    if (own === null) return parseAddress(address)?.domain === this.#domain;
    return addressesEqual(address, own) || addressesEqual(address, bareOf(own));
  }
}
