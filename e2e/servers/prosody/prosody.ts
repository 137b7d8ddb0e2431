import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { startChildServer, userIds } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { freePorts } from '../free-ports.ts';
import { writeAccount } from './accounts.ts';
import type { PasswordHash } from './accounts.ts';
import { prosodyConfig } from './config.ts';
import type { ProsodyComponent } from './config.ts';
import { install, modulesOf } from './release.ts';
import type { Installation, ProsodyRelease } from './release.ts';

const ATTEMPTS = 3;

/** Someone who can sign in. */
export interface ProsodyUser {
  /** The part before the @. */
  readonly name: string;
  readonly password: string;
  /** One of the server's hosts; the first by default. */
  readonly host?: string;
}

/** What a test may ask of its Prosody; each option has a default. */
export interface ProsodyOptions {
  /** `machine` (Debian bookworm's 0.12) by default; `sid` is the newest, with all that SASL2 brings. */
  readonly release?: ProsodyRelease;
  /** Virtual hosts; by default only `localhost`. Each has rooms at `rooms.<host>`. */
  readonly hosts?: readonly string[];
  readonly users?: readonly ProsodyUser[];
  /** Lets anyone register in-band (XEP-0077); off by default. */
  readonly registration?: boolean;
  /** Adds `files.<host>` with HTTP file upload (XEP-0363); off by default. */
  readonly files?: boolean;
  /** Serves WebSocket (RFC 7395) at `wss://localhost:<httpsPort>/xmpp-websocket`; off by default. */
  readonly websocket?: boolean;
  /** Where archives are kept; `internal` files by default. */
  readonly archive?: 'internal' | 'sqlite';
  /** `SHA-1` (Prosody's own default) offers SCRAM-SHA-1, `SHA-256` offers SCRAM-SHA-256. */
  readonly passwordHash?: PasswordHash;
  /**
   * More modules, the community ones of Debian's prosody-modules included. Bookworm's `sasl2` does not run on its own
   * Prosody 0.12.3 (it calls `ssl_info`, which came later).
   */
  readonly modules?: readonly string[];
  /** Services that connect at {@link ProsodyServer.componentPort}; none by default. */
  readonly components?: readonly ProsodyComponent[];
  /** Takes connections in the clear, and logs no more than warnings: to be measured, and not to be looked into. */
  readonly forBench?: boolean;
  /** Lines appended to the configuration file, for what has no option here. */
  readonly extra?: string;
  /** The authority that signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
}

/** A running Prosody that belongs to one test. */
export interface ProsodyServer {
  /** The loopback address it listens on. */
  readonly host: '127.0.0.1';
  /** The first virtual host: the part after the @ of its users. */
  readonly domain: string;
  /** Port for STARTTLS; without TLS nobody signs in. */
  readonly port: number;
  /** Port for direct TLS (XEP-0368). */
  readonly tlsPort: number;
  /** Base address of HTTP file upload; of use with `files` or `websocket` only. */
  readonly httpsPort: number;
  /** Where its `components` connect (XEP-0114); a port of this server alone. */
  readonly componentPort: number;
  /** The authority to trust. */
  readonly ca: TestCa;
  readonly pid: number;
  /** Adds a user while the server runs. Gives their address. */
  addUser(user: ProsodyUser): string;
  /** The server's debug log so far. */
  log(): string;
  /** Ends the process as a crash would; data and ports stay for {@link ProsodyServer.restart}. */
  kill(): Promise<void>;
  /** Stops the process if it runs, and starts it on the same data and ports. */
  restart(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts a Prosody with throw-away data on free loopback ports. Stop it in `afterAll`. */
export async function startProsody(options: ProsodyOptions = {}): Promise<ProsodyServer> {
  const hosts = options.hosts ?? ['localhost'];
  const [domain = 'localhost'] = hosts;
  const ca = options.ca ?? (await createTestCa());
  const names = hosts.flatMap((host) => [host, `rooms.${host}`, `files.${host}`]);
  const certificate =
    options.certificate ?? (await ca.issue({ hosts: [...new Set([...names, 'localhost', '127.0.0.1'])] }));
  const installation = install(options.release ?? 'machine');
  const { folder } = installation;
  writeCertificate(folder, certificate);
  const hash = options.passwordHash ?? 'SHA-1';
  const addUser = ({ name, password, host = domain }: ProsodyUser): string => {
    writeAccount(join(folder, 'data'), { user: name, host, password }, hash);
    giveToSystemUser(installation);
    return `${name}@${host}`;
  };
  for (const user of options.users ?? []) addUser(user);
  try {
    const { ports, child } = await startOnFreePorts(installation, { ...options, hosts });
    return running({ installation, domain, ca, addUser, ports, child });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Ports {
  readonly port: number;
  readonly tlsPort: number;
  readonly httpPort: number;
  /** Whether anything is served on it. */
  readonly web: boolean;
  readonly componentPort: number;
}

/** Ports are free only until somebody else takes one, so the choice is repeated when it was unlucky. */
async function startOnFreePorts(
  installation: Installation,
  options: ProsodyOptions & { readonly hosts: readonly string[] },
): Promise<{ ports: Ports; child: ChildServer }> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0, tlsPort = 0, httpPort = 0, componentPort = 0] = await freePorts(4);
    const web = options.files === true || options.websocket === true;
    const ports = { port, tlsPort, httpPort, web, componentPort };
    writeFileSync(join(installation.folder, 'prosody.cfg.lua'), configText(installation, ports, options));
    giveToSystemUser(installation);
    try {
      return { ports, child: await launch(installation, ports) };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('in use')) throw error;
    }
  }
}

function configText(
  { inside, user }: Installation,
  ports: Ports,
  options: ProsodyOptions & { readonly hosts: readonly string[] },
): string {
  return prosodyConfig({
    folder: inside,
    asRoot: user === null,
    ...ports,
    hosts: options.hosts,
    registration: options.registration ?? false,
    files: options.files ?? false,
    websocket: options.websocket ?? false,
    archive: options.archive ?? 'internal',
    passwordHash: options.passwordHash ?? 'SHA-1',
    modules: [...modulesOf(options.release ?? 'machine'), ...(options.modules ?? [])],
    components: options.components ?? [],
    forBench: options.forBench ?? false,
    extra: options.extra ?? '',
  });
}

function launch(
  { program, before, folder, inside, user }: Installation,
  { port, tlsPort, httpPort, web }: Ports,
): Promise<ChildServer> {
  return startChildServer({
    program,
    parameters: [...before, '--config', join(inside, 'prosody.cfg.lua'), '-F'],
    folder,
    ports: [port, tlsPort, ...(web ? [httpPort] : [])],
    ...(user === null ? {} : { user }),
  });
}

function running(parts: {
  installation: Installation;
  domain: string;
  ca: TestCa;
  addUser: ProsodyServer['addUser'];
  ports: Ports;
  child: ChildServer;
}): ProsodyServer {
  let { child } = parts;
  let earlier = '';
  return {
    host: '127.0.0.1',
    domain: parts.domain,
    port: parts.ports.port,
    tlsPort: parts.ports.tlsPort,
    httpsPort: parts.ports.httpPort,
    componentPort: parts.ports.componentPort,
    ca: parts.ca,
    get pid() {
      return child.pid;
    },
    addUser: parts.addUser,
    log: () => earlier + child.log(),
    kill: () => child.kill(),
    restart: async () => {
      await child.stop();
      earlier += child.log();
      child = await launch(parts.installation, parts.ports);
    },
    stop: async () => {
      await child.stop();
      rmSync(parts.installation.folder, { recursive: true, force: true });
    },
  };
}

function writeCertificate(folder: string, certificate: IssuedCertificate): void {
  mkdirSync(join(folder, 'certs'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'certs', 'server.crt'), certificate.chain);
  writeFileSync(join(folder, 'certs', 'server.key'), certificate.key, { mode: 0o600 });
}

/** Root's tests run the server as its own system user, who must own what it reads and writes. */
function giveToSystemUser({ folder, user }: Installation): void {
  if (process.getuid?.() !== 0 || user === null) return;
  const ids = userIds(user);
  if (ids !== undefined) execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, folder]);
}
