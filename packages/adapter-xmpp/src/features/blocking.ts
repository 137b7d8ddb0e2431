import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Event } from '@natter/core';
import { Element } from '@xmpp/xml';
import type { Runtime } from '../runtime.ts';
import { bareAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';

/** The addresses that are blocked as far as it is stored, to tell who has been unblocked meanwhile. */
const STATE_KEY = 'blocked';

/** Blocking on the server (XEP-0191). */
export class Blocking {
  readonly #runtime: Runtime;
  #blocked = new Set<RemoteKey>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Brings the stored list up to date. */
  async load(signal: AbortSignal): Promise<void> {
    const { host, stream, commits } = this.#runtime;
    const before = readList((await host.state(STATE_KEY))[STATE_KEY]);
    const answer = await stream.request(
      'get',
      null,
      new Element('blocklist', { xmlns: NS.blocking }),
      signal,
    );
    this.#blocked = new Set(readItems(answer.getChild('blocklist', NS.blocking)));
    // Everybody who is blocked is told each time: a roster that was fetched anew has swept those away who are not in it.
    const changes = [
      ...[...this.#blocked].map((key) => upsert(key, true)),
      ...[...before].filter((key) => !this.#blocked.has(key)).map((key) => upsert(key, false)),
    ];
    if (changes.length > 0)
      await commits.batch({ origin: 'snapshot', events: changes, state: this.#state() });
  }

  /** A change that our server tells; an unblock without items unblocks everybody. */
  push(iq: Element, number: number): Promise<boolean> {
    const block = iq.getChild('block', NS.blocking);
    const items = readItems(block ?? iq.getChild('unblock', NS.blocking));
    const keys = block === undefined && items.length === 0 ? [...this.#blocked] : items;
    for (const key of keys) {
      if (block === undefined) this.#blocked.delete(key);
      else this.#blocked.add(key);
    }
    const events = keys.map((key) => upsert(key, block !== undefined));
    return this.#runtime.commits.stanza(number, { origin: 'live', events, state: this.#state() });
  }

  #state(): Record<string, string> {
    return { [STATE_KEY]: JSON.stringify([...this.#blocked]) };
  }
}

/** Asks the server to block or unblock one contact. */
export function writeBlock(action: 'block' | 'unblock', contact: RemoteKey): Element {
  const element = new Element(action, { xmlns: NS.blocking });
  element.c('item', { jid: contact });
  return element;
}

function upsert(key: RemoteKey, blocked: boolean): Event {
  return { type: 'upsert', of: 'contact', key, value: { address: key, blocked } };
}

function readItems(list: Element | undefined): RemoteKey[] {
  const addresses = (list?.getChildren('item') ?? []).map((item) => bareAddress(item.attrs['jid']));
  return addresses.filter((address) => address !== null).map(remoteKey);
}

function readList(text: string | undefined): Set<RemoteKey> {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return new Set(Array.isArray(list) ? list.map((item) => remoteKey(String(item))) : []);
  } catch {
    return new Set(); // state of another version: everybody who is blocked is told anew
  }
}
