import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { PassCrashPoint } from '../crash-points.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Storage } from '../ports/storage.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { SqliteAccounts } from './accounts.ts';
import { Addresses } from './addresses.ts';
import { LocalBus } from './bus.ts';
import { Checkpoints, defaultCheckpointPages } from './checkpoints.ts';
import { SqliteConversations } from './conversations.ts';
import { ConversationRecords } from './conversation-records.ts';
import { databaseFile, openDatabase } from './database.ts';
import { SqliteDevices } from './devices.ts';
import { SqliteInbox } from './inbox.ts';
import { SqliteGroups } from './groups.ts';
import { FileReferences } from './file-references.ts';
import { SqliteFiles } from './files.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { Journal } from './journal.ts';
import { LastSeen } from './last-seen.ts';
import { FileLeases } from './leases.ts';
import { SqliteMessageExpiry } from './message-expiry.ts';
import { MessageIndex } from './message-index.ts';
import { SqliteMessageLog } from './message-log.ts';
import { MessageRemoval } from './message-removal.ts';
import { SqliteMessageRetention } from './message-retention.ts';
import { SqliteMessageSearch } from './message-search.ts';
import { EmbeddedPresenceStore } from './presence-store.ts';
import { SqliteRosters } from './rosters.ts';
import type { RosterLimits } from './rosters.ts';
import { settleServerName, settleTicketKey } from './settings.ts';
import { UpdateLog } from './update-log.ts';

/** What an embedded storage must know. */
export interface EmbeddedOptions {
  readonly directory: string;
  /** Name of the server; the stored one when absent. */
  readonly name?: string;
  readonly rosters: RosterLimits;
  readonly mostGroupMembers: number;
  readonly fileQuota: number;
  /** Bounds on the age of messages that are changed. */
  readonly ages: { readonly editAge?: number; readonly retractAge?: number };
  /** Pages of the write-ahead log after which it is folded back. */
  readonly checkpointPages?: number;
  readonly clock: () => number;
  readonly pass: PassCrashPoint;
  readonly tally?: Tally;
  /** Told of faults that have no caller. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The ports on one SQLite file and in memory.
 * @throws StartError
 */
export function openEmbeddedStorage(options: EmbeddedOptions): Storage {
  const database = openDatabase(options.directory);
  try {
    const lease = new FileLeases(options.directory).acquire();
    try {
      const name = settleServerName(database, options.name);
      return assemble(database, name, options, () => lease.release());
    } catch (error) {
      lease.release();
      throw error;
    }
  } catch (error) {
    database.close();
    throw error;
  }
}

function assemble(
  database: DatabaseSync,
  name: string,
  options: EmbeddedOptions,
  release: () => void,
): Storage {
  const { clock, pass, onFault } = options;
  const bus = new LocalBus(onFault);
  const journal = new Journal(database, pass, options.tally);
  const addresses = new Addresses(database, name);
  const updates = new UpdateLog(database, bus, pass);
  journal.join(updates);
  const records = new ConversationRecords(database);
  journal.join(records);
  const { directory, checkpointPages = defaultCheckpointPages } = options;
  const checkpoints = new Checkpoints(database, join(directory, databaseFile), checkpointPages, onFault);
  journal.join(checkpoints);
  const files = new FileReferences(database);
  const search = new MessageIndex(database, journal);
  const removal = new MessageRemoval({ database, files, search });
  const parts = { database, journal, updates, addresses, records, files, search, removal, clock };
  const acknowledgements = new Acknowledgements(database, journal);
  const lastSeen = new LastSeen(database, journal);
  return {
    name,
    bus,
    directory: {
      accounts: new SqliteAccounts(database, journal, updates, clock),
      devices: new SqliteDevices(database, journal, updates, acknowledgements, clock),
      rosters: new SqliteRosters(database, journal, updates, addresses, options.rosters),
      conversations: new SqliteConversations(
        parts,
        new SqliteGroups({ ...parts, mostMembers: options.mostGroupMembers }),
      ),
    },
    messages: new SqliteMessageLog({ ...parts, ages: options.ages, pass }),
    expiry: new SqliteMessageExpiry(parts),
    retention: new SqliteMessageRetention(parts),
    search: new SqliteMessageSearch(database, search, addresses),
    files: new SqliteFiles({ ...parts, quota: options.fileQuota }),
    ticketKey: settleTicketKey(database),
    blobs: new FolderBlobs(options.directory),
    inbox: new SqliteInbox(database, acknowledgements, updates, addresses),
    presence: new EmbeddedPresenceStore(lastSeen),
    async close(): Promise<void> {
      await acknowledgements.write();
      await lastSeen.write();
      journal.flush();
      await checkpoints.close();
      database.close();
      release();
    },
  };
}
