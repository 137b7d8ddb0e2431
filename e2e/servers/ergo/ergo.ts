import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { startChildServer } from '../child-server.ts';
import type { ChildServer } from '../child-server.ts';
import { sidRoot } from '../debian-sid/root.ts';
import { findExecutable } from '../executables.ts';
import { freePorts } from '../free-ports.ts';
import { registerAccount } from './accounts.ts';
import type { ErgoUser } from './accounts.ts';
import { ergoConfig } from './config.ts';

const ATTEMPTS = 5;

/** How an Ergo is to be. */
export interface ErgoOptions {
  /** Signs the server's certificate; a new one by default. */
  readonly ca?: TestCa;
  /** A certificate of one's own making, such as a faulty one. */
  readonly certificate?: IssuedCertificate;
  /** Keeps Ergo's own pace against floods; off by default. */
  readonly fakelag?: boolean;
  /** Asks clients without TLS to come with it (STS); off by default. */
  readonly strictTransport?: boolean;
}

/** A running Ergo that belongs to one test. */
export interface ErgoServer {
  readonly host: '127.0.0.1';
  /** Port without TLS. */
  readonly port: number;
  /** Port with TLS. */
  readonly tlsPort: number;
  readonly ca: TestCa;
  readonly pid: number;
  /** Makes an account. */
  addUser(user: ErgoUser): Promise<void>;
  log(): string;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
  /** Stops the process and deletes its data. */
  stop(): Promise<void>;
}

/** Starts an Ergo in the sid root with throw-away data on free loopback ports. Stop it in `afterAll`. */
export async function startErgo(options: ErgoOptions = {}): Promise<ErgoServer> {
  const ca = options.ca ?? (await createTestCa());
  const certificate = options.certificate ?? (await ca.issue({ hosts: ['localhost', '127.0.0.1'] }));
  const root = sidRoot();
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const outside = mkdtempSync(join(root, 'tmp', 'natter-ergo-'));
  const folder = outside.slice(root.length);
  writeFileSync(join(outside, 'server.crt'), certificate.chain);
  writeFileSync(join(outside, 'server.key'), certificate.key, { mode: 0o600 });
  const remove = (): void => rmSync(outside, { recursive: true, force: true });
  try {
    const { child, port, tlsPort } = await startOnFreePorts(folder, options);
    const stop = async (): Promise<void> => {
      await child.stop();
      remove();
    };
    const { pid } = child;
    return {
      host: '127.0.0.1',
      port,
      tlsPort,
      ca,
      pid,
      addUser: (user) => registerAccount(port, user),
      log: () => child.log(),
      kill: () => child.kill(),
      stop,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ports are free only until somebody else takes one, so the choice is repeated when it was unlucky. */
async function startOnFreePorts(
  folder: string,
  { fakelag = false, strictTransport = false }: ErgoOptions,
): Promise<{ child: ChildServer; port: number; tlsPort: number }> {
  const root = sidRoot();
  const program = findExecutable('chroot') ?? 'chroot';
  const ergo = [root, '/usr/bin/ergochat'];
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0, tlsPort = 0] = await freePorts(2);
    const file = `${folder}/ircd.yaml`;
    writeFileSync(join(root, file), ergoConfig({ folder, port, tlsPort, fakelag, strictTransport }));
    try {
      const parameters = [...ergo, 'run', '--conf', file];
      const child = await startChildServer({
        program,
        parameters,
        folder: join(root, folder),
        ports: [port, tlsPort],
      });
      return { child, port, tlsPort };
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('in use')) throw error;
    }
  }
}
