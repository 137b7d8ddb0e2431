import { Element } from '@xmpp/xml';
import { NO_INFO, readInfo, type DiscoInfo } from '../mapping/disco.ts';
import { bareAddress } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Services that are asked what they are. */
const MOST_SERVICES = 30;

/** Something beside our server, such as its rooms. */
export interface Service {
  readonly address: string;
  readonly info: DiscoInfo;
}

/** Asks what something is (XEP-0030). What does not say is nothing. */
export async function askInfo(stream: XmppStream, address: string, signal: AbortSignal): Promise<DiscoInfo> {
  try {
    const query = new Element('query', { xmlns: NS.discoInfo });
    return readInfo(await stream.request('get', address, query, signal));
  } catch (error) {
    if (asWireError(error).code !== 'stanza-error') throw error;
    return NO_INFO;
  }
}

/** The services that our server names, and the server itself. They are asked once, when somebody first wants to know. */
export class Services {
  readonly #stream: XmppStream;
  readonly #itself: Service;
  #list: Promise<readonly Service[]> | null = null;

  constructor(stream: XmppStream, itself: DiscoInfo) {
    this.#stream = stream;
    this.#itself = { address: stream.domain, info: itself };
  }

  list(signal: AbortSignal): Promise<readonly Service[]> {
    this.#list ??= this.#ask(signal).catch((error: unknown) => {
      this.#list = null; // whoever asks next asks anew
      throw error;
    });
    return this.#list;
  }

  /** The first that is what is looked for. */
  async find(isIt: (info: DiscoInfo) => boolean, signal: AbortSignal): Promise<Service | null> {
    return (await this.list(signal)).find(({ info }) => isIt(info)) ?? null;
  }

  async #ask(signal: AbortSignal): Promise<readonly Service[]> {
    const stream = this.#stream;
    const addresses = new Set(await this.#names(signal));
    addresses.delete(stream.domain);
    const services = [...addresses].slice(0, MOST_SERVICES).map(async (address) => ({
      address,
      // A service that is down is no service.
      info: await askInfo(stream, address, signal).catch(() => NO_INFO),
    }));
    return [...(await Promise.all(services)), this.#itself];
  }

  /** A server that cannot tell names none. */
  async #names(signal: AbortSignal): Promise<readonly string[]> {
    const query = new Element('query', { xmlns: NS.discoItems });
    try {
      const answer = await this.#stream.request('get', this.#stream.domain, query, signal);
      const items = answer.getChild('query', NS.discoItems)?.getChildren('item') ?? [];
      return items.map(({ attrs }) => bareAddress(attrs['jid'])).filter((each) => each !== null);
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error;
      return [];
    }
  }
}
