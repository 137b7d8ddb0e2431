import { Element } from '@xmpp/xml';
import { fetchFile } from '../../src/wire/node/http.ts';
import type { XmppStream } from '../../src/wire/stream.ts';

const UPLOAD = 'urn:xmpp:http:upload:0';

/** The files of a peer: an upload slot and the address, with stanzas by hand (XEP-0363, XEP-0066). */
export class PeerFiles {
  readonly #stream: XmppStream;
  readonly #ca: string;
  #last: string | null = null;

  constructor(stream: XmppStream, ca: string) {
    this.#stream = stream;
    this.#ca = ca;
  }

  async upload(name: string, bytes: Uint8Array): Promise<string> {
    const request = new Element('request', { xmlns: UPLOAD, filename: name, size: String(bytes.length) });
    const answer = await this.#stream.request('get', 'files.localhost', request);
    const slot = answer.getChild('slot', UPLOAD);
    const put = slot?.getChild('put');
    const headers: Record<string, string> = { 'content-length': String(bytes.length) };
    for (const header of put?.getChildren('header') ?? [])
      headers[String(header.attrs['name'])] = header.getText();
    const done = await this.#http('PUT', String(put?.attrs['url']), headers, bytes);
    if (done.status >= 300) throw new Error(`the upload was answered ${done.status}`);
    return String(slot?.getChild('get')?.attrs['url']);
  }

  receive(stanza: Element): void {
    this.#last = stanza.getChild('x', 'jabber:x:oob')?.getChildText('url') ?? this.#last;
  }

  async received(): Promise<Uint8Array | null> {
    return this.#last === null ? null : (await this.#http('GET', this.#last, {})).bytes;
  }

  async #http(
    method: 'GET' | 'PUT',
    url: string,
    headers: Record<string, string>,
    body?: Uint8Array,
  ): Promise<{ status: number; bytes: Uint8Array }> {
    const chunks = (async function* (): AsyncGenerator<Uint8Array> {
      if (body !== undefined) yield body;
    })();
    const answer = await fetchFile({
      url,
      method,
      headers,
      ...(body === undefined ? {} : { body: chunks }),
      authorities: this.#ca,
      patience: 5_000,
      signal: new AbortController().signal,
    });
    const parts: Uint8Array[] = [];
    for await (const chunk of answer.body) parts.push(chunk);
    return { status: answer.status, bytes: Buffer.concat(parts) };
  }
}
