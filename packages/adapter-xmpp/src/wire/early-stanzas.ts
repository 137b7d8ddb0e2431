import type { Element } from '@xmpp/xml';
import { WireError } from './error.ts';

/** Stanzas that wait, whatever their size. */
const MOST_WAITING = 10_000;

/** Stanzas that come before anybody looks at them: those behind a success, and what a resumed session brings at once. */
export class EarlyStanzas {
  readonly #mostBytes: number;
  #stanzas: { readonly stanza: Element; readonly number: number }[] = [];

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Throws WireError when so many bytes are more than may wait. */
  check(bytes: number): void {
    if (bytes > this.#mostBytes) throw tooMuch();
  }

  put(stanza: Element, number: number): void {
    this.#stanzas.push({ stanza, number });
    if (this.#stanzas.length > MOST_WAITING) throw tooMuch();
  }

  /** Hands over what waits, in order. */
  drain(take: (stanza: Element, number: number) => void): void {
    const stanzas = this.#stanzas;
    this.#stanzas = [];
    for (const { stanza, number } of stanzas) take(stanza, number);
  }
}

function tooMuch(): WireError {
  return new WireError('limit', 'too much comes before the session is set up', {
    condition: 'policy-violation',
  });
}
