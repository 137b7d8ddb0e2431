/**
 * The model, the adapter contract, streams and the hub that merges accounts.
 * @packageDocumentation
 */
export {};
