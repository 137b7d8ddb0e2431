import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { Duplex } from 'node:stream';
import { serveConnection } from '@natter/core/link';
import type { ByteDuplex, Handlers } from '@natter/core/link';
import { ensurePrivateFolder } from '../profile/private-files.ts';
import { daemonManifest } from '../socket/daemon-manifest.ts';
import type { DaemonMethods } from '../socket/daemon-manifest.ts';

/** A socket that is being served. */
export interface ServedSocket {
  /** Takes no new connection, ends those that are there, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves the link on a Unix socket of mode 0600 in a folder of mode 0700. Only the owner of the profile's lock may call
 * it: a socket file that is there was left by a dead process. `onFrontEnd` is told of each connection and returns what
 * is called when that one is gone.
 */
export async function serveSocket(
  path: string,
  handlers: Handlers<DaemonMethods>,
  onFrontEnd: () => () => void,
): Promise<ServedSocket> {
  ensurePrivateFolder(dirname(path));
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const gone = onFrontEnd();
    sockets.add(socket);
    // The link hears of a broken connection by its end.
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      gone();
    });
    void serveConnection(handlers, Duplex.toWeb(socket) as ByteDuplex, { manifest: daemonManifest });
  });
  await listen(server, path);
  chmodSync(path, 0o600);
  return {
    async close(): Promise<void> {
      // Closing a server removes its socket file. First of all, so that a command that comes now starts a new daemon.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 1000);
      await closed;
      clearTimeout(timer);
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // It stays: a front end that cannot be accepted, for want of a descriptor, must not end the daemon.
    server.on('error', reject);
    server.listen(path, resolve);
  });
}
