/**
 * natter history, roster, outbox and search on node:sqlite.
 * @packageDocumentation
 */
export {};
