export { memoryBlobs } from './blobs.ts';
export { memorySecrets } from './secrets.ts';
export { memoryStore, type MemoryStore } from './store.ts';
