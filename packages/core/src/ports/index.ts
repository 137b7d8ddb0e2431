export * from './blobs.ts';
export * from './secrets.ts';
export * from './store.ts';
