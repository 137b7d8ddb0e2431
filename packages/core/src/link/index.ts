/**
 * The link: natter's client interface as JSON, free of rxjs.
 * @packageDocumentation
 */
export type * from './client-link.ts';
export type * from './handlers.ts';
export type { ByteDuplex } from './byte-duplex.ts';
export type { Duplex } from './duplex.ts';
export type { MessageLimits } from './guard.ts';
export { answerLimits, requestLimits } from './guard.ts';
export { clientManifest } from './manifest.ts';
export type { Manifest, MethodTable, StreamKind, StreamTable } from './manifest.ts';
export { directLink } from './direct-link.ts';
export { connectLink } from './json-link.ts';
export type { ConnectOptions } from './json-link.ts';
export type { RedialOptions } from './redial.ts';
export { serveLink } from './serve-link.ts';
export type { ServeOptions } from './serve-link.ts';
export { connectByteLink, serveConnection } from './byte-link.ts';
export { loopback, slowJsonLink } from './loopback.ts';
export type { LoopbackOptions, SlowJsonLink } from './loopback.ts';
export { applySplices } from '../streams/splice.ts';
export type { Splice } from '../streams/splice.ts';
