/** "nKey": tells a file of keys from any other database. */
export const APPLICATION_ID = 0x6e4b6579;
/** Raised with every change of {@link SCHEMA}. */
export const SCHEMA_VERSION = 1;

/**
 * Databases of IndexedDB in one file. Keys are encoded so that their bytes compare as the standard orders keys; values are
 * in the format of structured clone.
 */
export const SCHEMA = `
CREATE TABLE databases (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
CREATE TABLE stores (id INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (database, name)) STRICT;
CREATE TABLE indexes (id INTEGER PRIMARY KEY AUTOINCREMENT, store INTEGER NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, is_unique INTEGER NOT NULL, UNIQUE (store, name)) STRICT;
CREATE TABLE records (id INTEGER PRIMARY KEY, store INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, UNIQUE (store, key)) STRICT;
CREATE TABLE entries (indexed INTEGER NOT NULL, key BLOB NOT NULL, record BLOB NOT NULL, PRIMARY KEY (indexed, key, record)) STRICT, WITHOUT ROWID;
CREATE INDEX entries_of_record ON entries (indexed, record)
`;
