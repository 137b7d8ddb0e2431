/**
 * The connecting side of the link alone: for commands whose whole life is shorter than loading the rest takes.
 * @packageDocumentation
 */
export type { ClientLink } from './client-link.ts';
export type { Duplex } from './duplex.ts';
export type { ByteDuplex } from './byte-duplex.ts';
export { answerLimits } from './guard.ts';
export { clientManifest } from './manifest.ts';
export type { Manifest } from './manifest.ts';
export { connectLink } from './json-link.ts';
export type { ConnectOptions } from './json-link.ts';
