import type { Step } from '@natter/core/model';
import { WireError } from '../wire/error.ts';
import type { Loopback, Platform } from '../wire/http.ts';

/** A visit to another page in the user's browser, which comes back to a listener on this machine (RFC 8252 section 7.3). */
export class BrowserVisit {
  readonly #loopback: Loopback;
  #answer: URLSearchParams | null = null;
  #told = false;

  private constructor(loopback: Loopback) {
    this.#loopback = loopback;
    void loopback.received.then((answer) => (this.#answer = answer));
  }

  /** Rejects with WireError where nothing can listen. */
  static async begin(platform: Platform): Promise<BrowserVisit> {
    if (platform.loopback === null)
      throw new WireError('invalid', 'signing in by another page is not possible here; use an access token');
    return new BrowserVisit(await platform.loopback());
  }

  /** Where the browser shall come back to. */
  get back(): string {
    return this.#loopback.url;
  }

  /** What the browser came back with; null until then. */
  get answer(): URLSearchParams | null {
    return this.#answer;
  }

  /** Sends the user there, and waits from the second time on. */
  step(url: string): Step {
    if (this.#told) return { kind: 'wait' };
    this.#told = true;
    return { kind: 'open-url', url, back: 'loopback' };
  }

  close(): void {
    this.#loopback.close();
  }
}
