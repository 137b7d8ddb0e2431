import { createHmac, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChildServer } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { sidRoot, sidVersion } from '../debian-sid/root.ts';
import { findExecutable } from '../executables.ts';
import { freePorts } from '../free-ports.ts';
import { LOG_CONFIG, SERVER_NAME, synapseConfig } from './config.ts';

const ATTEMPTS = 5;
const SIGNING_KEY = 'ed25519 a_natter 8PfKQ1DhjqaQXGnQWFCwmm2eLqRTh3JdTQbRBJBXF9I\n';

/** How a Synapse is to be. */
export interface SynapseOptions {
  /** Keeps Synapse's own pace against floods; off by default. */
  readonly rateLimits?: boolean;
  /** Largest file in bytes; 50 MiB by default. */
  readonly fileBytes?: number;
  /** Lets anybody make an account by the client API; off by default. */
  readonly open?: boolean;
}

/** A user to be made. */
export interface SynapseUser {
  readonly name: string;
  readonly password: string;
}

/** A running Synapse that belongs to one test file. It speaks plain HTTP on the loopback address. */
export interface SynapseServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What stands behind the colon of its users. */
  readonly serverName: string;
  readonly pid: number;
  /** Registers a user by the shared secret; resolves with `@name:server`. */
  addUser(user: SynapseUser): Promise<string>;
  log(): string;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts a Synapse in the sid root with throw-away data on a free loopback port. Stop it in `afterAll`. */
export async function startSynapse(options: SynapseOptions = {}): Promise<SynapseServer> {
  const root = sidRoot();
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const outside = mkdtempSync(join(root, 'tmp', 'natter-synapse-'));
  const folder = outside.slice(root.length);
  const template = join(root, 'var/cache', `natter-synapse-${sidVersion('matrix-synapse') ?? 'none'}.db`);
  const remove = (): void => rmSync(outside, { recursive: true, force: true });
  const sharedSecret = randomUUID();
  writeFileSync(join(outside, 'signing.key'), SIGNING_KEY, { mode: 0o600 });
  writeFileSync(join(outside, 'log.json'), LOG_CONFIG);
  if (existsSync(template)) cpSync(template, join(outside, 'homeserver.db'));
  try {
    if (!existsSync(template)) await makeTemplate({ folder, template, sharedSecret });
    const { child, port } = await startOnFreePort({ folder, sharedSecret, options });
    const url = `http://127.0.0.1:${port}`;
    return {
      host: '127.0.0.1',
      port,
      url,
      serverName: SERVER_NAME,
      pid: child.pid,
      addUser: (user) => register(url, sharedSecret, user),
      log: () => child.log(),
      kill: () => child.kill(),
      async stop() {
        await child.kill(); // nothing of it is kept, so there is nothing to wait for
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

interface Place {
  readonly folder: string;
  readonly sharedSecret: string;
}

/** An empty database takes Synapse seconds to make, and is the same each time: the first one is kept. */
async function makeTemplate({ folder, sharedSecret, template }: Place & { template: string }): Promise<void> {
  const { child } = await startOnFreePort({ folder, sharedSecret, options: {} });
  await child.stop();
  const database = join(sidRoot(), folder, 'homeserver.db');
  if (existsSync(`${database}-wal`)) return; // not closed in order: no template
  const partial = `${template}.${process.pid}`;
  mkdirSync(join(template, '..'), { recursive: true });
  cpSync(database, partial);
  renameSync(partial, template);
}

/** A port is free only until somebody else takes it, so the choice is repeated when it was unlucky. */
async function startOnFreePort(
  place: Place & { options: SynapseOptions },
): Promise<{ child: ChildServer; port: number }> {
  const { folder, sharedSecret, options } = place;
  const root = sidRoot();
  const program = findExecutable('chroot') ?? 'chroot';
  const file = `${folder}/homeserver.json`;
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0] = await freePorts(1);
    const { rateLimits = false, fileBytes = 50 * 1024 * 1024, open = false } = options;
    const config = synapseConfig({ folder, port, sharedSecret, rateLimits, fileBytes, open });
    writeFileSync(join(root, file), config);
    try {
      const parameters = [root, '/usr/bin/python3', '-m', 'synapse.app.homeserver', '-c', file];
      const child = await startChildServer({
        program,
        parameters,
        folder: join(root, folder),
        ports: [port],
        patience: 60_000,
      });
      return { child, port };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('in use')) throw error;
    }
  }
}

/** Synapse's own way to make users: a nonce, and a proof that one knows the shared secret. */
async function register(url: string, sharedSecret: string, user: SynapseUser): Promise<string> {
  const { name, password } = user;
  const address = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(address)).json()) as { nonce: string };
  const mac = createHmac('sha1', sharedSecret)
    .update([nonce, name, password, 'notadmin'].join('\0'))
    .digest('hex');
  const answer = await fetch(address, {
    method: 'POST',
    body: JSON.stringify({ nonce, username: name, password, admin: false, mac, inhibit_login: true }),
  });
  if (!answer.ok) throw new Error(`Synapse did not register ${name}: ${await answer.text()}`);
  return `@${name}:${SERVER_NAME}`;
}
