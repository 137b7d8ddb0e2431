import { Element } from '@xmpp/xml';
import { NS } from './namespaces.ts';
import type { StreamManagement } from './stream-management.ts';

/** Says on the wire what stream management counts (XEP-0198 section 4): when to answer, and when to ask. */
export class Acknowledgements {
  readonly #management: StreamManagement;
  readonly #send: (element: Element) => void;
  #owed = false;
  #requestQueued = false;

  /** `send` does nothing once the stream is over. */
  constructor(management: StreamManagement, send: (element: Element) => void) {
    this.#management = management;
    this.#send = send;
  }

  /** Answers with what is stored, at once; what becomes stored later is told then. */
  answer(asked: boolean): void {
    const answer = this.#management.acknowledgement(asked);
    if (answer !== null) this.#send(answer);
    this.#owed = this.#management.behind && (asked || this.#owed);
  }

  /** More is stored: tells it if somebody waits to hear it. */
  moreStored(): void {
    if (this.#owed) this.answer(false);
  }

  /** One `<r/>` behind all that is sent in the same turn. */
  ask(): void {
    if (this.#requestQueued) return;
    this.#requestQueued = true;
    queueMicrotask(() => {
      this.#requestQueued = false;
      if (this.#management.enabled && this.#management.outstanding > 0) this.askNow();
    });
  }

  askNow(): void {
    this.#send(new Element('r', { xmlns: NS.sm }));
  }
}
