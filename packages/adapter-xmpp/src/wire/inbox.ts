import type { Element } from '@xmpp/xml';
import { WireError } from './error.ts';

/** More unasked answers than this are an attack: negotiation is one question and one answer at a time. */
const MOST_WAITING = 16;

/** The elements of a negotiation, taken one by one. Unlike an event listener it loses none that comes early. */
export class Inbox {
  readonly #elements: Element[] = [];
  #taker: { resolve(element: Element): void; reject(error: WireError): void } | null = null;
  #failure: WireError | null = null;

  /** Adds what came. Throws WireError when nobody takes it. */
  put(element: Element): void {
    const taker = this.#taker;
    this.#taker = null;
    if (taker !== null) return taker.resolve(element);
    this.#elements.push(element);
    if (this.#elements.length > MOST_WAITING) {
      throw new WireError('protocol', 'the server sends what nobody asked for', {
        condition: 'policy-violation',
      });
    }
  }

  /** The next element; rejects with what ended the stream. */
  take(): Promise<Element> {
    const element = this.#elements.shift();
    if (element !== undefined) return Promise.resolve(element);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /** Nothing more will come. */
  fail(error: WireError): void {
    this.#failure = error;
    this.#taker?.reject(error);
    this.#taker = null;
  }
}
