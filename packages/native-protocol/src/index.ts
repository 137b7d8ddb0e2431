/**
 * The native wire protocol: WebSocket text frames that carry one JSON object each.
 *
 * The package has three parts: hand-written, documented interfaces of every frame; zod schemas that are typed by
 * those interfaces; and a codec whose guards stand below the parser. It has no I/O and runs in Node and in browsers.
 *
 * @example
 * ```ts
 * import { decodeServerFrame, encodeFrame, subprotocols } from '@natter/native-protocol';
 *
 * const socket = new WebSocket('ws://127.0.0.1:5280', [...subprotocols]);
 * socket.onopen = () => socket.send(encodeFrame({ type: 'hello', id: 1, client: { name: 'example', version: '1' } }));
 * socket.onmessage = ({ data }) => console.log(decodeServerFrame(String(data)));
 * ```
 * @packageDocumentation
 */
export * from './version.ts';
export * from './limits.ts';
export * from './frames/errors.ts';
export * from './frames/fields.ts';
export * from './frames/hello.ts';
export * from './frames/account.ts';
export * from './frames/device.ts';
export * from './frames/contact.ts';
export * from './frames/presence.ts';
export * from './frames/message.ts';
export * from './frames/conversation.ts';
export * from './frames/change.ts';
export * from './frames/marker.ts';
export * from './frames/typing.ts';
export * from './frames/update.ts';
export * from './frames/sync.ts';
export * from './requests.ts';
export * from './pushes.ts';
export * from './codec/decoded.ts';
export * from './codec/guard.ts';
export * from './codec/client-frame.ts';
export * from './codec/server-frame.ts';
export * from './codec/encode.ts';
