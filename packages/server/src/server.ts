import { Passwords } from './accounts/passwords.ts';
import { SignInLimits } from './accounts/sign-in-limits.ts';
import { openAdministration } from './administration/administration.ts';
import type { Administration } from './administration/administration.ts';
import { crashAt } from './crash-points.ts';
import { openEmbeddedStorage } from './embedded/open-storage.ts';
import { FileService } from './files/file-service.ts';
import { Listener } from './listener/listener.ts';
import { requireCertificate } from './listener/certificate.ts';
import { isLoopback, requireSafe } from './listener/loopback.ts';
import type { Log } from './log.ts';
import { settle } from './options.ts';
import type { ServerOptions } from './options.ts';
import { PresenceService } from './presence/presence-service.ts';
import type { Services } from './services.ts';
import { SessionRegistry } from './session/registry.ts';
import { enforceStanding } from './session/standing.ts';

/** A running server. */
export interface NatterServer {
  /** Where clients connect: `ws://host:port` or `wss://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Part of the addresses after the `@`. */
  readonly name: string;
  /** The administrator's operations; open until the server is closed. */
  readonly administration: Administration;
  /** Tells all clients, ends their connections, finishes what is being stored, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Starts a server on a data directory. Several can run in one process, each on its own.
 * @throws StartError with one line that says what is wrong; nothing was touched then.
 */
export async function createServer(options: ServerOptions): Promise<NatterServer> {
  const host = options.host ?? '127.0.0.1';
  const tls = options.tls ?? null;
  requireSafe(host, tls !== null, options.allowInsecure ?? false);
  const clock = options.clock ?? Date.now;
  const log: Log = options.log ?? ((): void => undefined);
  const onFault = (error: unknown): void =>
    log({
      level: 'error',
      event: 'fault',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  const settings = settle(options, isLoopback(host));
  if (tls !== null) requireCertificate(tls);
  const pass = crashAt(options.crashAt ?? process.env['NATTER_KILL_AT']);

  const storage = openEmbeddedStorage({
    directory: options.dataDirectory,
    ...(options.name === undefined ? {} : { name: options.name }),
    mostContacts: settings.limits.contacts,
    mostGroupMembers: settings.limits.groupMembers ?? 0,
    fileQuota: settings.fileQuota,
    clock,
    pass,
    onFault,
  });
  const presence = new PresenceService(
    storage,
    { grace: settings.presenceGrace, coalesce: settings.presenceCoalescing },
    clock,
    onFault,
  );
  const services: Services = {
    storage,
    settings,
    passwords: new Passwords(settings.passwordCost),
    signInLimits: new SignInLimits(settings.signInRates, clock),
    presence,
    sessions: new SessionRegistry(),
    files: new FileService(storage, clock, onFault),
    log,
    clock,
  };
  const listener = new Listener(services, { host, port: options.port ?? 5280, tls, pass });
  const { port, administration, close } = await start(services, listener, options.dataDirectory, onFault);
  const url = `${tls === null ? 'ws' : 'wss'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  log({ level: 'info', event: 'listening', url });
  let closing: Promise<void> | null = null;
  return {
    url,
    port,
    name: storage.name,
    administration,
    close: () => (closing ??= close()),
  };
}

/** Opens the doors; what has been opened is closed again when that fails. */
async function start(
  services: Services,
  listener: Listener,
  dataDirectory: string,
  onFault: (error: unknown) => void,
): Promise<{ port: number; administration: Administration; close: () => Promise<void> }> {
  const { storage, presence, settings, clock } = services;
  const opened: (() => unknown)[] = [() => storage.close()];
  try {
    const administration = openAdministration({ dataDirectory, passwordCost: settings.passwordCost, clock });
    opened.unshift(() => administration.close());
    const port = await listener.listen();
    opened.unshift(() => presence.close());
    const files = services.files.keepClean();
    opened.unshift(() => files.stop());
    opened.unshift(() => listener.close());
    opened.unshift(
      storage.directory.accounts.onForeignChange(() => void enforceStanding(services).catch(onFault)),
    );
    return { port, administration, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** One after the other, the last opened first. */
async function closeAll(opened: readonly (() => unknown)[]): Promise<void> {
  for (const close of opened) await close();
}
