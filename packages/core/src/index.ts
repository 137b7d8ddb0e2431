/**
 * The model of natter, the contract that adapters implement, the streams, and the hub that merges accounts.
 * @packageDocumentation
 */
export * from './model/index.ts';
export * from './contract/index.ts';
export * from './ports/index.ts';
export * from './search/index.ts';
export * from './memory-ports/index.ts';
export * from './client/index.ts';
export * from './streams/index.ts';
export * from './link/index.ts';
export * from './hub/index.ts';
export * from './facade/index.ts';
