import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { startChildServer } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { findExecutable } from '../executables.ts';
import { freePorts } from '../free-ports.ts';
import { throwAwayFolder } from '../throw-away-folder.ts';

const ATTEMPTS = 5;
/** Debian's user for IRC servers. Shed by ngircd itself, root would take with it that the server dies with the test. */
const SYSTEM_USER = 'irc';

/** How an ngircd is to be. */
export interface NgircdOptions {
  /** Signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
  /** What every client must give with PASS. */
  readonly password?: string;
  /** What the server is called; servers that are linked need names of their own. */
  readonly name?: string;
  /** More lines of configuration, such as the `[Server]` to link with. */
  readonly extra?: string;
}

/** A running ngircd that belongs to one test. */
export interface NgircdServer {
  readonly host: '127.0.0.1';
  /** Port without TLS. */
  readonly port: number;
  /** Port with TLS. */
  readonly tlsPort: number;
  readonly ca: TestCa;
  readonly pid: number;
  log(): string;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts an ngircd with a configuration of its own on free loopback ports. Stop it in `afterAll`. */
export async function startNgircd(options: NgircdOptions = {}): Promise<NgircdServer> {
  const ca = options.ca ?? (await createTestCa());
  const certificate = options.certificate ?? (await ca.issue({ hosts: ['localhost', '127.0.0.1'] }));
  const folder = throwAwayFolder('ngircd');
  // Started by root it becomes a system user, which must be able to read what is here.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'server.crt'), certificate.chain);
  writeFileSync(join(folder, 'server.key'), certificate.key, { mode: 0o644 });
  try {
    const { child, port, tlsPort } = await startOnFreePorts(folder, options);
    return {
      host: '127.0.0.1',
      port,
      tlsPort,
      ca,
      pid: child.pid,
      log: () => child.log(),
      kill: () => child.kill(),
      stop: async () => {
        await child.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Ports are free only until somebody else takes one, so the choice is repeated when it was unlucky. */
async function startOnFreePorts(
  folder: string,
  options: NgircdOptions,
): Promise<{ child: ChildServer; port: number; tlsPort: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0, tlsPort = 0] = await freePorts(2);
    const file = join(folder, 'ngircd.conf');
    writeFileSync(file, configText(folder, { port, tlsPort }, options));
    try {
      const program = findExecutable('ngircd') ?? 'ngircd';
      const parameters = ['--nodaemon', '--config', file];
      const child = await startChildServer({
        program,
        parameters,
        folder,
        ports: [port, tlsPort],
        user: SYSTEM_USER,
      });
      return { child, port, tlsPort };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('in use')) throw error;
    }
  }
}

function configText(
  folder: string,
  { port, tlsPort }: { port: number; tlsPort: number },
  { password, name = 'irc.natter.test', extra = '' }: NgircdOptions,
): string {
  return `[Global]
Name = ${name}
Info = natter test server
MotdPhrase = Be kind to each other
Listen = 127.0.0.1
Ports = ${port}
${password === undefined ? '' : `Password = ${password}`}
[Limits]
ConnectRetry = 5
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
PingTimeout = 120
PongTimeout = 20
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = none
[SSL]
CertFile = ${join(folder, 'server.crt')}
KeyFile = ${join(folder, 'server.key')}
Ports = ${tlsPort}
${extra}
`;
}
