import type { AccountId } from '@natter/core';
import { readSecretFile, replacePrivateFile } from '../profile/private-files.ts';
import { secretError } from './profile-secrets.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import { isRecord, isText, readRecord } from './read-record.ts';

/** How the text of a secrets file stands on disk: plain, or sealed with a passphrase. Both reject with code `secret`. */
export interface SecretCodec {
  encode(text: string): Promise<string>;
  /** `file` is for messages. */
  decode(content: string, file: string): Promise<string>;
  /** Before the first secret of a new file: chooses what {@link SecretCodec.encode} needs. */
  prepare(): Promise<void>;
}

/** Secrets by account and name. */
type Table = Record<string, Record<string, string>>;

/**
 * Secrets in one file of mode 0600 that is replaced as a whole, so that a crash leaves the old or the new one. One process
 * owns the profile; within it, changes happen one after the other.
 */
export class FileSecrets implements ProfileSecrets {
  readonly #file: string;
  readonly #codec: SecretCodec;
  #table: Promise<Table> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, codec: SecretCodec) {
    this.#file = file;
    this.#codec = codec;
  }

  async check(): Promise<void> {
    await this.#open();
  }

  async get(account: AccountId, name: string): Promise<string | null> {
    return (await this.#open())[account]?.[name] ?? null;
  }

  async set(account: AccountId, name: string, value: string | null): Promise<void> {
    await this.#change((table) => {
      const names = { ...table[account] };
      if (value === null) delete names[name];
      else names[name] = value;
      return { ...table, [account]: names };
    });
  }

  async removeAll(account: AccountId): Promise<void> {
    await this.#change((table) => Object.fromEntries(Object.entries(table).filter(([id]) => id !== account)));
  }

  #open(): Promise<Table> {
    this.#table ??= this.#load().catch((error: unknown) => {
      this.#table = null;
      throw error;
    });
    return this.#table;
  }

  async #load(): Promise<Table> {
    const content = readSecretFile(this.#file);
    if (content === null) {
      await this.#codec.prepare();
      return {};
    }
    const text = await this.#codec.decode(content.toString('utf8'), this.#file);
    const table = readRecord(text, (names) => isRecord(names, isText));
    if (table !== null) return table;
    throw secretError(
      `${this.#file} is damaged: it holds no secrets by account; restore it from a backup or move it away`,
    );
  }

  /** The file first, memory after: what is answered as kept is on disk. */
  #change(edit: (table: Table) => Table): Promise<void> {
    const work = async (): Promise<void> => {
      const next = edit(await this.#open());
      replacePrivateFile(this.#file, await this.#codec.encode(JSON.stringify(next)));
      this.#table = Promise.resolve(next);
    };
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** No encryption: the user chose it by name. */
export const plainCodec: SecretCodec = {
  encode: (text) => Promise.resolve(text),
  decode: (content) => Promise.resolve(content),
  prepare: () => Promise.resolve(),
};
