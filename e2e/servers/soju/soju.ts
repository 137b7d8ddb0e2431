import { spawnSync } from 'node:child_process';
import { userIds } from '../child-server.ts';
import { findExecutable } from '../executables.ts';
import { sidRoot } from '../debian-sid/root.ts';
import { startLoopbackServer, type LoopbackServer } from '../loopback-server.ts';

/** How a soju is to be. */
export interface SojuOptions {
  readonly user: string;
  readonly password: string;
  /** Where messages are kept: in the database with their tags, or in text files without. */
  readonly messages?: 'db' | 'fs';
}

/** A running soju that belongs to one test. */
export interface SojuServer extends LoopbackServer {
  readonly port: number;
}

const SYSTEM_USER = 'irc';

/** Starts a soju in the sid root with one user on a free loopback port. Stop it in `afterAll`. */
export async function startSoju(options: SojuOptions): Promise<SojuServer> {
  const server = await startLoopbackServer({
    name: 'soju',
    where: 'sid',
    user: SYSTEM_USER,
    ports: 1,
    files: (folder, ports) => ({ config: configText(folder, ports, options) }),
    command: (folder) => ({ program: '/usr/bin/soju', parameters: ['-config', `${folder}/config`] }),
    prepare: (folder) => addUser(folder, options),
  });
  return { ...server, port: server.ports[0] ?? 0 };
}

function addUser(folder: string, { user, password }: SojuOptions): void {
  const ids = userIds(SYSTEM_USER);
  const { status, stderr } = spawnSync(
    findExecutable('chroot') ?? 'chroot',
    [
      `--userspec=${ids?.uid}:${ids?.gid}`,
      sidRoot(),
      '/usr/bin/sojudb',
      '-config',
      `${folder}/config`,
      'create-user',
      user,
      '-admin',
    ],
    { encoding: 'utf8', input: `${password}\n` },
  );
  if (status !== 0) throw new Error(`sojudb could not make a user: ${stderr}`);
}

function configText(folder: string, [port]: readonly number[], { messages = 'db' }: SojuOptions): string {
  return `listen irc+insecure://127.0.0.1:${port}
hostname bouncer.natter.test
db sqlite3 ${folder}/main.db
message-store ${messages === 'db' ? 'db' : `fs ${folder}/logs`}
`;
}
