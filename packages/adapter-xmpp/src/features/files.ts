import type { Op, Outcome } from '@natter/core';
import { attachmentsOf, errorData, type Attachment, type BlobId } from '@natter/core/model';
import { chunksOf, lengthOf, type HttpAnswer, type HttpRequest } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { mapError } from '../mapping/errors.ts';
import { formatFileAddress } from '../mapping/file-address.ts';
import type { Runtime } from '../runtime.ts';
import type { Digest } from '../wire/digest.ts';
import { asWireError, WireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { Services } from './services.ts';

/** Asks a web server, with the trust of one account. */
export type AccountHttp = (request: Omit<HttpRequest, 'authorities' | 'patience'>) => Promise<HttpAnswer>;

interface UploadService {
  readonly address: string;
  /** Bytes, or null where it does not tell. */
  readonly most: number | null;
}

interface Slot {
  readonly put: string;
  readonly get: string;
  readonly headers: Record<string, string>;
}

/** The only headers that a service may make us send (XEP-0363 section 6). */
const ALLOWED: readonly string[] = ['authorization', 'cookie', 'expires'];

/** Brings files to the upload service of our server (XEP-0363). */
export class Files {
  readonly #runtime: Runtime;
  readonly #services: Services;

  constructor(runtime: Runtime, services: Services) {
    this.#runtime = runtime;
    this.#services = services;
  }

  /** The operation with the addresses of its files in it, or what became of it when they could not be brought there. */
  async prepare(op: Op, signal: AbortSignal): Promise<Op | Outcome> {
    if (op.body.type !== 'send' || op.body.content.kind !== 'attachment') return op;
    const [file, second] = attachmentsOf(op.body.content);
    if (file === undefined || second !== undefined) return refuse('a message carries one file');
    try {
      const remote = file.remote ?? readMemo(op) ?? (await this.#bring(file, signal));
      const memo = JSON.stringify({ at: Date.now(), remote });
      await this.#runtime.host.checkpoint(op.id, memo); // from here on nobody brings it there twice
      const content = { ...op.body.content, attachments: [{ ...file, remote }] };
      return { ...op, memo, body: { ...op.body, content } };
    } catch (error) {
      const failure = asWireError(error);
      const data = mapError(failure, 'transfer');
      // Nothing was said yet.
      if (failure.code === 'stanza-error') return { result: 'refused', error: data };
      return { result: 'not-sent', error: { ...data, retriable: true } };
    }
  }

  async #bring(file: Attachment, signal: AbortSignal): Promise<string> {
    const { blob, name, mediaType } = file;
    const service = await this.#find(signal);
    if (service === null) throw refusal('feature-not-implemented', 'this server takes no files');
    if (blob === null) throw refusal('not-acceptable', `${name} has no bytes`);
    const size = file.size ?? (await this.#measure(blob));
    if (service.most !== null && size > service.most)
      throw refusal('policy-violation', `${name} has ${size} bytes, the server takes ${service.most}`);
    const request = new Element('request', {
      xmlns: NS.upload,
      filename: name,
      size: String(size),
      'content-type': mediaType,
    });
    const slot = readSlot(await this.#runtime.stream.request('get', service.address, request, signal));
    if (slot === null) throw refusal('not-acceptable', 'the upload service gave no safe address');
    const digest = this.#runtime.sha256();
    const answer = await this.#runtime.http({
      url: slot.put,
      method: 'PUT',
      headers: { ...slot.headers, 'content-type': mediaType, 'content-length': String(size) },
      body: this.#bytes(blob, size, digest),
      signal,
    });
    answer.discard();
    if (answer.status !== 200 && answer.status !== 201 && answer.status !== 204)
      throw refusal('not-acceptable', `the upload service answered ${answer.status}`);
    return formatFileAddress({ url: slot.get, sha256: await digest.hex(), size });
  }

  async *#bytes(blob: BlobId, total: number, digest: Digest): AsyncGenerator<Uint8Array> {
    const { host } = this.#runtime;
    let transferred = 0;
    for await (const chunk of chunksOf(await host.readBlob(blob, 0))) {
      digest.update(chunk);
      yield chunk;
      transferred += chunk.length;
      host.hint([{ type: 'progress', blob, transferred, total }]);
    }
  }

  async #measure(blob: BlobId): Promise<number> {
    return lengthOf(await this.#runtime.host.readBlob(blob, 0));
  }

  async #find(signal: AbortSignal): Promise<UploadService | null> {
    const found = await this.#services.find(({ features }) => features.has(NS.upload), signal);
    if (found === null) return null;
    const most = found.info.fields.get('max-file-size')?.[0] ?? '';
    return { address: found.address, most: /^\d{1,15}$/.test(most) ? Number(most) : null };
  }
}

/** Reads a slot; null for one that would send the file in the clear. */
function readSlot(answer: Element): Slot | null {
  const slot = answer.getChild('slot', NS.upload);
  const put = slot?.getChild('put');
  const to: unknown = put?.attrs['url'];
  const from: unknown = slot?.getChild('get')?.attrs['url'];
  if (typeof to !== 'string' || typeof from !== 'string') return null;
  if (!to.startsWith('https://') || !from.startsWith('https://')) return null;
  const headers: Record<string, string> = {};
  for (const header of put?.getChildren('header') ?? []) {
    const name = String(header.attrs['name']).toLowerCase();
    // XEP-0363 section 10: no header of another name, and no line break that would smuggle one in.
    if (ALLOWED.includes(name)) headers[name] = header.getText().replace(/[\r\n]/g, '');
  }
  return { put: to, get: from, headers };
}

function readMemo({ memo }: Op): string | null {
  try {
    const value: unknown = JSON.parse(memo ?? '{}');
    if (typeof value === 'object' && value !== null && 'remote' in value && typeof value.remote === 'string')
      return value.remote;
  } catch {
    // a memo of another version: the file is brought there once more
  }
  return null;
}

function refusal(condition: string, message: string): WireError {
  return new WireError('stanza-error', message, { condition });
}

function refuse(message: string): Outcome {
  return { result: 'refused', error: errorData('unsupported', message, { scope: 'message' }) };
}
