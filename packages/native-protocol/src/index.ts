/**
 * Schema and codec of the native wire protocol.
 * @packageDocumentation
 */
export {};
