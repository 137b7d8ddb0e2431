export * from './searchable.ts';
export * from './words.ts';
