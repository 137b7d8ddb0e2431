export * from './manifest.ts';
export * from './queries.ts';
export * from './views.ts';
