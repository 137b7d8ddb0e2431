import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { startChildServer, userIds } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { freePorts } from '../free-ports.ts';
import { ejabberdConfig } from './config.ts';
import type { EjabberdConfig } from './config.ts';
import { locateEjabberd } from './installation.ts';

const ATTEMPTS = 3;
/** Erlang and Mnesia need a while on a machine that has much else to do. */
const READY_WITHIN = 60_000;
/** Debian's user for it, which has no need to be root. */
const SYSTEM_USER = 'ejabberd';

/** How an ejabberd is to be. */
export interface EjabberdOptions {
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
  const folder = mkdtempSync(join(tmpdir(), 'natter-ejabberd-'));
  for (const name of ['data', 'upload', 'log']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'server.pem'), certificate.chain + certificate.key, { mode: 0o600 });
  try {
    const { config, child } = await startOnFreePorts(folder);
    return running(config, child, ca);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Ports are free only until somebody else takes one, so the choice is repeated when it was unlucky. */
async function startOnFreePorts(folder: string): Promise<{ config: EjabberdConfig; child: ChildServer }> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0, tlsPort = 0, httpsPort = 0, adminPort = 0] = await freePorts(4);
    const config = { folder, port, tlsPort, httpsPort, adminPort };
    writeFileSync(join(folder, 'ejabberd.yml'), ejabberdConfig(config));
    giveToSystemUser(folder);
    try {
      return { config, child: await launch(config) };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('eaddrinuse')) throw error;
    }
  }
}

/** Erlang itself, since `ejabberdctl` becomes another user, and starts a daemon for nodes that are to find each other. */
function launch(config: EjabberdConfig): Promise<ChildServer> {
  const installation = locateEjabberd();
  if (installation === undefined) throw new Error('ejabberd is not installed');
  const { folder } = config;
  const environment = {
    ERL_LIBS: installation.libraries,
    EJABBERD_CONFIG_PATH: join(folder, 'ejabberd.yml'),
    EJABBERD_LOG_PATH: join(folder, 'log', 'ejabberd.log'),
    ERL_CRASH_DUMP: join(folder, 'log', 'crash.dump'),
    HOME: folder,
  };
  return startChildServer({
    program: installation.erlang,
    parameters: ['-noinput', '-mnesia', 'dir', JSON.stringify(join(folder, 'data')), '-s', 'ejabberd'],
    folder,
    ports: [config.port, config.tlsPort, config.httpsPort, config.adminPort],
    user: SYSTEM_USER,
    patience: READY_WITHIN,
    environment,
  });
}

function running(config: EjabberdConfig, first: ChildServer, ca: TestCa): EjabberdServer {
  const { port, tlsPort, httpsPort, adminPort, folder } = config;
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
      child = await launch(config);
    },
    stop: async () => {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
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
function giveToSystemUser(folder: string): void {
  const ids = process.getuid?.() === 0 ? userIds(SYSTEM_USER) : undefined;
  if (ids !== undefined) execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, folder]);
}
