import type { BlobId, OperationBody } from '../model/index.ts';
import { attachmentsOf, mintId, toErrorData } from '../model/index.ts';
import type { Environment } from './environment.ts';

/** Milliseconds in which a front end asks for something with a file that it has written. */
const patience = 3_600_000;

/**
 * Files that front ends write and nothing is asked for with: what was to be sent was refused, or its command was interrupted.
 * They go after an hour, or with the hub; without that each of them would take its place on the disk for ever.
 */
export class LooseBlobs {
  readonly #environment: Pick<Environment, 'blobs' | 'now' | 'log'>;
  readonly #since = new Map<BlobId, number>();

  constructor(environment: Pick<Environment, 'blobs' | 'now' | 'log'>) {
    this.#environment = environment;
  }

  async create(): Promise<BlobId> {
    const now = this.#environment.now();
    await this.#remove([...this.#since].filter(([, since]) => now - since > patience).map(([blob]) => blob));
    const blob = mintId('blob');
    this.#since.set(blob, now);
    return blob;
  }

  /** They belong to an operation, and to what becomes of it. */
  adopt(body: OperationBody): void {
    for (const blob of blobsOf(body)) this.#since.delete(blob);
  }

  close(): Promise<void> {
    return this.#remove([...this.#since.keys()]);
  }

  async #remove(blobs: readonly BlobId[]): Promise<void> {
    for (const blob of blobs) {
      this.#since.delete(blob);
      try {
        await this.#environment.blobs.remove(blob);
      } catch (error) {
        this.#environment.log('warn', 'file-not-removed', { reason: toErrorData(error).message });
      }
    }
  }
}

function blobsOf(body: OperationBody): readonly BlobId[] {
  const files =
    body.type === 'send'
      ? attachmentsOf(body.draft.content)
      : body.type === 'edit'
        ? attachmentsOf(body.content)
        : 'change' in body && 'image' in body.change && body.change.image !== null
          ? [body.change.image]
          : [];
  return files.flatMap(({ blob }) => (blob === null ? [] : [blob]));
}
