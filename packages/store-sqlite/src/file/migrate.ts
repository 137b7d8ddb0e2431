import type { DatabaseSync } from 'node:sqlite';
import { applicationId } from './schema.ts';

/**
 * Brings a database up to date. Each step is one transaction with the version in it: a process that is killed leaves the
 * old version or the new one, and a step that fails leaves the one before it.
 */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  for (let version = versionOf(database); version < migrations.length; version += 1) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(migrations[version] ?? '');
      database.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${applicationId}`);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** The version of the format in which a database is; 0 for an empty one. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
