import type { FileAccess } from '@natter/native-protocol';
import type { FileRecord } from '../ports/files.ts';
import type { AccountId, FileId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Storage } from '../ports/storage.ts';
import { fileWireId } from '../wire-ids.ts';
import { sniff } from './sniff.ts';
import { Thumbnails, isWorthAThumbnail, thumbnailClientId } from './thumbnails.ts';
import { Tickets } from './tickets.ts';

/** How long a ticket lasts, and how long a file may wait for the message that points to it. Milliseconds. */
const ticketLasts = 3_600_000;
const orphanAge = 24 * 3_600_000;
const cleanEvery = 3_600_000;

/** Bytes at the beginning of a file that say what it is; of a photograph, what its camera notes comes before its size. */
const headLength = 256 * 1024;

/** Where the bytes of files are on this server. */
export const filesPath = '/files/';

/** Who may transfer what, and what is thrown away. */
export class FileService {
  readonly #storage: Storage;
  readonly #clock: () => number;
  readonly #onFault: (error: unknown) => void;
  readonly #tickets: Tickets;
  readonly #thumbnails = new Thumbnails();
  /** Files that are being written: two writers would write over each other. */
  readonly #writing = new Set<FileId>();

  constructor(storage: Storage, clock: () => number, onFault: (error: unknown) => void) {
    this.#storage = storage;
    this.#tickets = new Tickets(storage.ticketKey);
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** What an account needs to transfer a file. @throws Refusal `not-found` */
  async access(id: FileId, account: AccountId): Promise<FileAccess> {
    const file = await this.readable(id, account);
    if (file === null) throw new Refusal('not-found', 'There is no such file.');
    const until = this.#clock() + ticketLasts;
    return {
      file: fileWireId(id),
      path: `${filesPath}${fileWireId(id)}`,
      token: this.#tickets.issue({ account, file: id, until }),
      until,
      size: file.size,
      offset: await this.#storage.blobs.size(id),
      ...(file.sha256 === null ? {} : { sha256: file.sha256 }),
    };
  }

  /** A file that the account may read now; membership may have ended since the ticket was given. */
  async readable(id: FileId, account: AccountId): Promise<FileRecord | null> {
    const { files } = this.#storage;
    return (await files.mayRead(id, account)) ? files.get(id) : null;
  }

  /** Whose ticket this is; `null` for none that is good. */
  holder(ticket: string, file: FileId): AccountId | null {
    return this.#tickets.read(ticket, file, this.#clock())?.account ?? null;
  }

  /** Runs alone among the writers of a file; `false` when there is one already. */
  async alone(id: FileId, write: () => Promise<void>): Promise<boolean> {
    if (this.#writing.has(id)) return false;
    this.#writing.add(id);
    try {
      await write();
      return true;
    } finally {
      this.#writing.delete(id);
    }
  }

  /** All bytes are there: from now on the file can be sent. */
  async finish(file: FileRecord): Promise<void> {
    if (file.sha256 !== null) return;
    const { blobs, files } = this.#storage;
    const head = await collect(blobs.read(file.id, 0, Math.min(file.size, headLength)));
    const facts = await sniff(head, file.mediaType);
    const sha256 = await blobs.digest(file.id);
    await files.complete(file.id, {
      ...facts,
      sha256,
      thumbnail: await this.#thumbnail(file, facts.dimensions),
    });
  }

  /** A small picture of a picture, kept as a file of the same owner. Without room for it there is none. */
  async #thumbnail(file: FileRecord, of: FileRecord['dimensions']): Promise<FileId | null> {
    if (of === null || !isWorthAThumbnail(file.size, of)) return null;
    const { blobs, files } = this.#storage;
    const small = await this.#thumbnails.make(of, () => collect(blobs.read(file.id, 0, file.size)));
    if (small === null) return null;
    const { bytes, mediaType, dimensions } = small;
    try {
      const name = `thumbnail of ${file.name}`.slice(0, 255);
      const clientId = thumbnailClientId(file.id);
      const { owner } = file;
      const { id } = await files.create({ owner, clientId, name, mediaType, size: bytes.length });
      const offset = await blobs.size(id);
      if (offset < bytes.length) await blobs.append(id, offset, once(bytes.subarray(offset)), bytes.length);
      await files.complete(id, { mediaType, dimensions, sha256: await blobs.digest(id), thumbnail: null });
      return id;
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }

  /** Throws away what no message points to, now and from time to time. */
  keepClean(): { stop(): Promise<void> } {
    let running = this.#clean();
    const timer = setInterval(() => {
      running = this.#clean();
    }, cleanEvery);
    return {
      stop: async (): Promise<void> => {
        clearInterval(timer);
        await running;
      },
    };
  }

  async #clean(): Promise<void> {
    const { files, blobs } = this.#storage;
    try {
      await files.removeOrphans(this.#clock() - orphanAge);
      // Also what is left of a crash between the row and the bytes.
      for (const id of await blobs.list()) if ((await files.get(id)) === null) await blobs.remove(id);
    } catch (error) {
      this.#onFault(error);
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
