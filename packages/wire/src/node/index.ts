/**
 * TCP connections to verified peers, on Node.
 * @packageDocumentation
 */
export { channelBindings } from './channel-bindings.ts';
export { connectSocket } from './connect-socket.ts';
export type { Destination } from './connect-socket.ts';
export { fetchFile } from './fetch-file.ts';
export { handshake } from './tls.ts';
export type { Handshake } from './tls.ts';
