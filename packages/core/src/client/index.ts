export * from './manifest.ts';
export * from './names.ts';
export * from './queries.ts';
export * from './views.ts';
