import type { Element } from '@xmpp/xml';
import { bareAddress } from './address.ts';
import { WireError } from './error.ts';
import type { IqTracker } from './iq-tracker.ts';
import { NS } from './namespaces.ts';
import type { ResumeState, StreamManagement } from './stream-management.ts';

/**
 * The moment from which stanzas count. Everything here runs synchronously with the element that tells it, as stanzas may stand
 * behind it in the same chunk.
 */
export class SessionStart {
  readonly #management: StreamManagement;
  readonly #iq: IqTracker;
  #resuming: ResumeState | null = null;
  /** The server has let us in, but may not have proved itself yet: what it sends is kept and not looked at. */
  accepted = false;

  constructor(management: StreamManagement, iq: IqTracker) {
    this.#management = management;
    this.#iq = iq;
  }

  /** Which session the `<resumed/>` that may come now continues. */
  expectResumed(state: ResumeState): void {
    this.#resuming = state;
  }

  /** XEP-0388 section 2.6.5: no new stream begins behind a success, which may hold a resource (XEP-0386) or an old session. */
  onSuccess(success: Element): void {
    this.accepted = true;
    const bound = success.getChild('bound', NS.bind2);
    if (bound !== undefined) {
      const address = success.getChildText('authorization-identifier');
      if (address === null || bareAddress(address) === null)
        throw new WireError('protocol', 'the server bound us to no address');
      this.#iq.address = address;
      const enabled = bound.getChild('enabled', NS.sm);
      if (enabled !== undefined) this.#management.onEnabled(enabled, address);
    }
    const resumed = success.getChild('resumed', NS.sm);
    if (resumed !== undefined) this.#onResumed(resumed);
  }

  /** Takes an answer of XEP-0198 to what was asked; false for anything else. */
  onManagement(element: Element): boolean {
    switch (element.name) {
      case 'enabled':
        this.#onEnabled(element);
        return true;
      case 'resumed':
        this.#onResumed(element);
        return true;
      case 'failed':
        if (this.#management.counting && !this.#management.enabled) this.#management.onRefused();
        return true;
      default:
        return false;
    }
  }

  /** `<enabled/>` of XEP-0198, which means something only after we asked for it. */
  #onEnabled(enabled: Element): void {
    const { address } = this.#iq;
    if (this.#management.counting && address !== null) this.#management.onEnabled(enabled, address);
  }

  #onResumed(resumed: Element): void {
    if (this.#resuming === null) throw new WireError('protocol', 'the server resumed what nobody asked for');
    this.#management.onResumed(resumed, this.#resuming);
    this.#iq.address = this.#resuming.address;
  }
}
