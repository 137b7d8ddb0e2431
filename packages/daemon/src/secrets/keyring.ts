import type { AccountId } from '@natter/core';
import type { AsyncEntry } from '@napi-rs/keyring';
import { secretError } from './profile-secrets.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import { isText, readRecord } from './read-record.ts';

const service = 'natter';

/** Secrets of one account by name. */
type Names = Readonly<Record<string, string>>;

/**
 * Secrets in the keyring of the desktop: one entry an account, so that an account's secrets go together. On Linux the
 * Secret Service is required by name: left to itself the library falls back to the kernel's keyring, which forgets
 * everything with the next start of the machine.
 */
export class KeyringSecrets implements ProfileSecrets {
  readonly #configFile: string;
  /** Writes of one process happen one after the other: each replaces the whole entry. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(configFile: string) {
    this.#configFile = configFile;
  }

  async check(): Promise<void> {
    await this.#read('check');
  }

  async get(account: AccountId, name: string): Promise<string | null> {
    return (await this.#read(account))[name] ?? null;
  }

  async set(account: AccountId, name: string, value: string | null): Promise<void> {
    await this.#inTurn(async () => {
      const { [name]: _, ...others } = await this.#read(account);
      const names: Names = value === null ? others : { ...others, [name]: value };
      await this.#use(account, async (entry) =>
        Object.keys(names).length === 0 ? entry.deleteCredential() : entry.setPassword(JSON.stringify(names)),
      );
    });
  }

  async removeAll(account: AccountId): Promise<void> {
    await this.#inTurn(() => this.#use(account, (entry) => entry.deleteCredential()));
  }

  async #read(user: string): Promise<Names> {
    const text = await this.#use(user, (entry) => entry.getPassword());
    if (text === null) return {};
    const names = readRecord(text, isText);
    if (names !== null) return names;
    throw secretError(
      `what the keyring keeps for natter (service ${service}, user ${user}) is damaged; remove it there and sign in again`,
    );
  }

  async #use<Result>(user: string, work: (entry: AsyncEntry) => Promise<Result>): Promise<Result> {
    try {
      const { AsyncEntry } = await import('@napi-rs/keyring');
      return await work(new AsyncEntry(service, user, { linux: { store: 'secret-service' } }));
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      throw secretError(
        `the keyring of this system cannot be used (${reason}); set NATTER_SECRETS=file for a file encrypted with a ` +
          `passphrase or NATTER_SECRETS=plain for a plain file of mode 0600, or write secrets = "file" into ${this.#configFile}`,
      );
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
