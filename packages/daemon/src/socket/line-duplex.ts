import type { Socket } from 'node:net';
import type { Duplex } from '@natter/core/link';

/**
 * A socket as the link's connection: one message a line. The link can make this of web streams by itself; this one is for
 * commands, whose whole life is shorter than loading web streams takes.
 */
export function lineDuplex(socket: Socket, maxLength: number): Duplex {
  let listener: ((text: string) => void) | undefined;
  let parts: string[] = [];
  let length = 0;
  const take = (chunk: string): void => {
    const lines = chunk.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const whole = parts.length === 0 ? line : parts.join('') + line;
      parts = [];
      length = 0;
      listener?.(whole);
    }
    if (last !== '') parts.push(last);
    length += last.length;
    if (length > maxLength) socket.destroy();
  };
  socket.setEncoding('utf8');
  return {
    send: (text) => void (socket.writable && socket.write(`${text}\n`)),
    onMessage: (next) => {
      listener = next;
      socket.on('data', take);
    },
    onClose: (gone) => {
      if (socket.closed) gone();
      else socket.once('close', gone);
    },
    close: () => socket.end(),
  };
}
