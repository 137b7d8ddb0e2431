import { own } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { readInfo, verificationHash, type DiscoInfo } from '../mapping/disco.ts';
import { forgetOldest } from '../memory.ts';
import type { Runtime } from '../runtime.ts';
import { formatAddress, parseAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';
import { askInfo } from './services.ts';

/** Descriptions that are kept, and senders whose announcement is. */
const MOST_DESCRIPTIONS = 1_000;
const MOST_ANNOUNCED = 20_000;
/** Hashes by which a description may be known (XEP-0115 section 4): those that cannot be forged, and the one that everybody uses. */
const ALGORITHMS: Readonly<Record<string, 'SHA-1' | 'SHA-256'>> = { 'sha-1': 'SHA-1', 'sha-256': 'SHA-256' };

/**
 * What others can do, asked once for all who announce the same hash (XEP-0115). An answer is kept under a hash only if it has that
 * hash: else one client could say for all others what they are (section 8.1).
 */
export class EntityInfo {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Takes note of what a presence announces. */
  lookAt(presence: Element): void {
    const { announced } = this.#runtime.memory;
    const address = parseAddress(presence.attrs['from']);
    if (address === null) return;
    const sender = formatAddress(address);
    const { node, ver, hash } = (presence.getChild('c', NS.caps)?.attrs ?? {}) as Partial<
      Record<string, unknown>
    >;
    announced.delete(sender);
    if (typeof node !== 'string' || typeof ver !== 'string' || typeof hash !== 'string') return;
    if (presence.attrs['type'] !== undefined || ver.length > 100 || node.length > 1_000) return;
    announced.set(sender, { node, ver, hash });
    forgetOldest(announced, MOST_ANNOUNCED);
  }

  /** What somebody is and can do. What does not say is nothing. Rejects with WireError when the stream ends. */
  async of(address: string, signal: AbortSignal): Promise<DiscoInfo> {
    const { stream, memory } = this.#runtime;
    const told = memory.announced.get(address);
    const algorithm = told === undefined ? undefined : own(ALGORITHMS, told.hash);
    if (told === undefined || algorithm === undefined) return askInfo(stream, address, signal);
    const key = `${told.hash} ${told.ver}`;
    const known = memory.descriptions.get(key);
    if (known !== undefined) return known;
    const query = new Element('query', { xmlns: NS.discoInfo, node: `${told.node}#${told.ver}` });
    const answer = await stream.request('get', address, query, signal).catch(() => null);
    if (answer === null) return askInfo(stream, address, signal); // it may not know its own node
    const info = readInfo(answer);
    if ((await verificationHash(answer, algorithm)) === told.ver) {
      memory.descriptions.set(key, info);
      forgetOldest(memory.descriptions, MOST_DESCRIPTIONS);
    }
    return info;
  }
}
