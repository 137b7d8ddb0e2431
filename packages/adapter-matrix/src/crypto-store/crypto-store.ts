import { errorData, NatterError } from '@natter/core/model';
import { Commits } from './commits.ts';
import { storageFailure } from './file/errors.ts';
import { openKeyFile } from './file/open-file.ts';
import { exposeFactory } from './global-scope.ts';
import { Factory } from './indexed-db/factory.ts';
import { TransactionQueue } from './indexed-db/transaction-queue.ts';
import { Catalog } from './tables/catalog.ts';
import { Records } from './tables/records.ts';

/** Where the keys of one device are kept. */
export interface CryptoStoreOptions {
  /** The file, which is made when it is not there, for the user alone. */
  readonly file: string;
  /**
   * Called once when something could not be stored. The keys in memory are ahead of the file then: end the session, send
   * nothing more, and start again from the file.
   */
  failed(error: NatterError): void;
}

/** The keys of one device, open in this process and in no other. */
export interface CryptoStore {
  /** The beginning of the names under which `indexedDB` of this process opens its databases. */
  readonly prefix: string;
  /**
   * Resolves when all that was written before the call is durable: to be awaited before any request to the network.
   * Rejects with the failure once there was one.
   */
  barrier(): Promise<void>;
  /** Makes all that is written while `run` works durable at once, see {@link Commits.together}. */
  together<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Waits for what is being written, and lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens the store of a device and makes it known to the crypto module.
 * @throws NatterError `storage` when the file is damaged, in use by another process or not to be had
 */
export function openCryptoStore(options: CryptoStoreOptions): CryptoStore {
  const { file } = options;
  const database = openKeyFile(file);
  const commits = new Commits(database, {
    describe: (caught) => storageFailure(file, caught),
    failed: (error) => options.failed(error),
  });
  const queue = new TransactionQueue();
  const factory = new Factory({
    catalog: new Catalog(database),
    records: new Records(database),
    commits,
    queue,
  });
  const prefix = `natter-${crypto.randomUUID()}`;
  let hide: () => void;
  try {
    hide = exposeFactory(prefix, factory);
  } catch (error) {
    database.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    hide();
    await queue.idle();
    await commits.close(
      new NatterError(errorData('closed', 'the encryption keys are closed', { scope: 'account' })),
    );
    if (database.isOpen) database.close();
  };
  return {
    prefix,
    barrier: () => commits.barrier(),
    together: (run) => commits.together(run),
    close,
  };
}
