import type { Op, OpBody, Outcome } from '@natter/core';
import { attachmentsOf, type Attachment, type BlobId } from '@natter/core/model';
import { chunksOf, lengthOf } from '@natter/wire';
import { failedOutcome, refused } from '../mapping/errors.ts';
import { readMediaAddress } from '../mapping/media.ts';
import { readMemo, writeMemo } from '../mapping/memo.ts';
import type { Runtime } from '../runtime.ts';
import { isUnknownEndpoint, refusal } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import { getNumber, getText, parseJson, readBody } from '../wire/json.ts';

type Send = Extract<OpBody, { type: 'send' }>;

/** Brings files to the homeserver (Matrix 1.16, section "Content repository"), streamed, with progress. */
export class Uploads {
  readonly #runtime: Runtime;
  #most: number | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Asks how large a file may be (bytes); null where the server does not say. */
  async limit(signal: AbortSignal): Promise<number | null> {
    const { api } = this.#runtime;
    const path = ['client', 'v1', 'media', 'config'];
    const answer = await api.call({ method: 'GET', path, signal }).catch((error: unknown) => {
      if (!isUnknownEndpoint(error)) throw error;
      return api.call({ method: 'GET', path: ['media', 'v3', 'config'], signal }); // before Matrix 1.11
    });
    this.#most = getNumber(answer, 'm.upload.size') ?? null;
    return this.#most;
  }

  /** The operation with the address of its file (which is encrypted where `sealed`) in it, or what became of it when it could not be brought there. */
  async prepare(
    op: Op & { body: Send },
    sealed: boolean,
    signal: AbortSignal,
  ): Promise<(Op & { body: Send }) | Outcome> {
    const { content } = op.body;
    if (content.kind !== 'attachment') return op;
    const [file, second] = attachmentsOf(content);
    if (file === undefined || second !== undefined)
      return refused('unsupported', 'a message carries one file');
    try {
      const remote = file.remote ?? readMemo(op).remote ?? (await this.#carry(file, sealed, signal));
      const memo = writeMemo(op, { remote });
      await this.#runtime.host.checkpoint(op.id, memo); // from here on nobody brings it there twice
      const attached = { ...content, attachments: [{ ...file, remote }] };
      return { ...op, memo, body: { ...op.body, content: attached } };
    } catch (error) {
      const outcome = failedOutcome(error);
      if (outcome.result !== 'unknown') return outcome;
      // Nothing was said yet: a file that is there twice harms nobody.
      return { result: 'not-sent', error: { ...outcome.error, certain: true, retriable: true } };
    }
  }

  /** Brings a file to the server; resolves with its address. Rejects with WireError. */
  async bring({ blob, name, mediaType, size }: Attachment, signal: AbortSignal): Promise<string> {
    if (blob === null) throw new WireError('invalid', `${name} has no bytes`);
    const total = await this.#sizeOf({ blob, name, size });
    return this.#upload(
      { bytes: this.#bytes(blob, total), size: total },
      { filename: name, mediaType },
      signal,
    );
  }

  #carry(file: Attachment, sealed: boolean, signal: AbortSignal): Promise<string> {
    return sealed ? this.#bringSealed(file, signal) : this.bring(file, signal);
  }

  /** Its name and type go with the message alone. */
  async #bringSealed({ blob, name, size }: Attachment, signal: AbortSignal): Promise<string> {
    const { encryption } = this.#runtime;
    if (blob === null || encryption === null) throw new WireError('invalid', `${name} cannot be encrypted`);
    const total = await this.#sizeOf({ blob, name, size });
    const sealed = await encryption.sealFile(this.#bytes(blob, total));
    const disguise = { filename: 'file', mediaType: 'application/octet-stream' };
    const url = await this.#upload({ bytes: sealed.bytes, size: total }, disguise, signal);
    return JSON.stringify({ ...(await sealed.opens()), url });
  }

  /** How many bytes a file has, if the server takes so many. */
  async #sizeOf({ blob, name, size }: { blob: BlobId; name: string; size: number | null }): Promise<number> {
    const total = size ?? (await this.#measure(blob));
    if (this.#most !== null && total > this.#most)
      throw new WireError('refused', `${name} has ${total} bytes, the server takes ${this.#most}`, {
        status: 413,
        errcode: 'M_TOO_LARGE',
      });
    return total;
  }

  async #upload(
    body: { readonly bytes: AsyncIterable<Uint8Array>; readonly size: number },
    { filename, mediaType }: { filename: string; mediaType: string },
    signal: AbortSignal,
  ): Promise<string> {
    const answer = await this.#runtime.api.send({
      method: 'POST',
      path: ['media', 'v3', 'upload'],
      query: { filename },
      mediaType,
      body,
      signal,
    });
    const text = await readBody(answer, this.#runtime.limits.answerBytes);
    if (answer.status !== 200) throw refusal(answer, text);
    const remote = getText(parseJson(text, 20), 'content_uri');
    if (remote === undefined || readMediaAddress(remote) === null)
      throw new WireError('protocol', 'the server took a file and gave it no address');
    return remote;
  }

  async *#bytes(blob: BlobId, total: number): AsyncGenerator<Uint8Array> {
    const { host } = this.#runtime;
    let transferred = 0;
    for await (const chunk of chunksOf(await host.readBlob(blob, 0))) {
      yield chunk;
      transferred += chunk.length;
      host.hint([{ type: 'progress', blob, transferred, total }]);
    }
  }

  async #measure(blob: BlobId): Promise<number> {
    return lengthOf(await this.#runtime.host.readBlob(blob, 0));
  }
}
