import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { startChildServer, userIds } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { freePorts } from '../free-ports.ts';
import { throwAwayFolder } from '../throw-away-folder.ts';
import { ejabberdConfig } from './config.ts';
import type { EjabberdConfig } from './config.ts';
import { locateEjabberd } from './installation.ts';
import type { EjabberdInstallation, EjabberdRelease } from './installation.ts';

const ATTEMPTS = 3;
/** Erlang and Mnesia need a while on a machine that has much else to do. */
const READY_WITHIN = 60_000;

/** How an ejabberd is to be. */
export interface EjabberdOptions {
  /** `machine` (Debian bookworm's 23.01) by default; `sid` is the newest. */
  readonly release?: EjabberdRelease;
  /** How passwords are kept, and so by which SCRAM one signs in; `SHA-256` by default. */
  readonly passwordHash?: EjabberdConfig['passwordHash'];
  /** Signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
}

/** A running ejabberd that belongs to one test: SASL, archives, rooms at `rooms.localhost`, uploads, registration. */
export interface EjabberdServer {
  readonly host: '127.0.0.1';
  readonly domain: 'localhost';
  /** Port for STARTTLS, without which nobody signs in. */
  readonly port: number;
  /** Port for direct TLS (XEP-0368). */
  readonly tlsPort: number;
  /** Uploads, `/ws` (RFC 7395) and host metadata. */
  readonly httpsPort: number;
  readonly ca: TestCa;
  readonly pid: number;
  /** Adds a user, or gives one that is there another password. Gives their address. */
  addUser(user: { readonly name: string; readonly password: string }): Promise<string>;
  log(): string;
  /** Ends the process as a crash would; data and ports stay for {@link EjabberdServer.restart}. */
  kill(): Promise<void>;
  /** Stops the process if it runs, and starts it on the same data and ports. */
  restart(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts an ejabberd with throw-away data on free loopback ports. Stop it in `afterAll`. */
export async function startEjabberd(options: EjabberdOptions = {}): Promise<EjabberdServer> {
  const ca = options.ca ?? (await createTestCa());
  const hosts = ['localhost', 'rooms.localhost', 'files.localhost', '127.0.0.1'];
  const certificate = options.certificate ?? (await ca.issue({ hosts }));
  const release = options.release ?? 'machine';
  const installation = locateEjabberd(release);
  if (installation === undefined) throw new Error(`ejabberd (${release}) is not installed`);
  const folder = release === 'sid' ? folderInside(installation.root) : throwAwayFolder('ejabberd');
  for (const name of ['data', 'upload', 'log']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'server.pem'), certificate.chain + certificate.key, { mode: 0o600 });
  try {
    const place = { ...installation, folder, inside: folder.slice(installation.root.length) };
    const { config, child } = await startOnFreePorts(place, { ...options, release });
    return running(place, config, child, ca);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function folderInside(root: string): string {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  return mkdtempSync(join(root, 'tmp', 'natter-ejabberd-'));
}

/** An ejabberd, and the folder of one server as we and as it see it. */
type Place = EjabberdInstallation & { readonly folder: string; readonly inside: string };

/** Ports are free only until somebody else takes one, so the choice is repeated when it was unlucky. */
async function startOnFreePorts(
  place: Place,
  { release, passwordHash = 'SHA-256' }: EjabberdOptions & { readonly release: EjabberdRelease },
): Promise<{ config: EjabberdConfig; child: ChildServer }> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0, tlsPort = 0, httpsPort = 0, adminPort = 0] = await freePorts(4);
    const ports = { port, tlsPort, httpsPort, adminPort };
    const config = { folder: place.inside, ...ports, passwordHash, newest: release === 'sid' };
    writeFileSync(join(place.folder, 'ejabberd.yml'), ejabberdConfig(config));
    giveToSystemUser(place);
    try {
      return { config, child: await launch(place, config) };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('eaddrinuse')) throw error;
    }
  }
}

/** Erlang itself, since `ejabberdctl` becomes another user, and starts a daemon for nodes that are to find each other. */
function launch(
  { erlang, before, libraries, user, folder, inside }: Place,
  { port, tlsPort, httpsPort, adminPort }: EjabberdConfig,
): Promise<ChildServer> {
  const environment = {
    ERL_LIBS: libraries,
    EJABBERD_CONFIG_PATH: join(inside, 'ejabberd.yml'),
    EJABBERD_LOG_PATH: join(inside, 'log', 'ejabberd.log'),
    ERL_CRASH_DUMP: join(inside, 'log', 'crash.dump'),
    HOME: inside,
  };
  const data = JSON.stringify(join(inside, 'data'));
  return startChildServer({
    program: erlang,
    parameters: [...before, '-noinput', '-mnesia', 'dir', data, '-s', 'ejabberd'],
    folder,
    ports: [port, tlsPort, httpsPort, adminPort],
    ...(user === null ? {} : { user }),
    patience: READY_WITHIN,
    environment,
  });
}

function running(place: Place, config: EjabberdConfig, first: ChildServer, ca: TestCa): EjabberdServer {
  const { port, tlsPort, httpsPort, adminPort } = config;
  let child = first;
  let earlier = '';
  return {
    host: '127.0.0.1',
    domain: 'localhost',
    port,
    tlsPort,
    httpsPort,
    ca,
    get pid() {
      return child.pid;
    },
    addUser: ({ name, password }) => register(adminPort, name, password),
    log: () => earlier + child.log(),
    kill: () => child.kill(),
    restart: async () => {
      await child.stop();
      earlier += child.log();
      child = await launch(place, config);
    },
    stop: async () => {
      await child.stop();
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
}

async function register(adminPort: number, user: string, password: string): Promise<string> {
  const added = await call(adminPort, 'register', { user, host: 'localhost', password });
  const known = added.status === 409;
  const answer = known
    ? await call(adminPort, 'change_password', { user, host: 'localhost', newpass: password })
    : added;
  if (!answer.ok) throw new Error(`ejabberd did not register ${user}: ${await answer.text()}`);
  return `${user}@localhost`;
}

function call(adminPort: number, command: string, body: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${adminPort}/api/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Root's tests run the server as its own system user, who must own what it reads and writes. */
function giveToSystemUser({ folder, user }: Place): void {
  const ids = process.getuid?.() === 0 && user !== null ? userIds(user) : undefined;
  if (ids !== undefined) execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, folder]);
}
