import type { Socket } from 'node:net';

/**
 * Sends RST and closes. While a FIN is being handed to the kernel, libuv refuses to reset (EINVAL), and Node then
 * forgets the handle without closing it: neither 'close' nor the end of the process would ever come. So a socket that
 * was just ended is reset as soon as its FIN is out, and one that still connects when it is connected.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.once('connect', () => reset(socket));
  else if (finIsUnderWay(socket)) socket.once('finish', () => reset(socket));
  else socket.resetAndDestroy();
}

/** Ended, and all bytes written before are in the kernel; before that, the FIN has not been asked for yet. */
function finIsUnderWay(socket: Socket): boolean {
  return socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
}
