export * from './adapter.ts';
export * from './batch.ts';
export * from './ephemeral.ts';
export * from './event.ts';
export * from './host.ts';
export * from './operation.ts';
export * from './paging.ts';
export * from './session.ts';
