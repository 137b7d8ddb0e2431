/**
 * natter history, roster, outbox and search on node:sqlite, and file bytes in a folder.
 * @packageDocumentation
 */
export { openFileBlobs, type FileBlobsOptions } from './blobs.ts';
export { openSqliteStore, type SqliteStoreOptions } from './open.ts';
