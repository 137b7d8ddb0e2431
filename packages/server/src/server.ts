import { Passwords } from './accounts/passwords.ts';
import { RateLimit } from './accounts/rate-limit.ts';
import { finishRemovals } from './accounts/removal.ts';
import { SignInLimits } from './accounts/sign-in-limits.ts';
import { openAdministration } from './administration/administration.ts';
import type { Administration } from './administration/administration.ts';
import { openAdminDoor, requireLoopback } from './administration/http/admin-door.ts';
import { crashAt } from './crash-points.ts';
import { openEmbeddedStorage } from './embedded/open-storage.ts';
import { FileService } from './files/file-service.ts';
import { Lifecycle } from './lifecycle.ts';
import { CertificateKeeper, readCertificate } from './listener/certificate.ts';
import { clientAddress, trustedProxies } from './listener/client-address.ts';
import { requireFreePort } from './listener/free-port.ts';
import { Listener } from './listener/listener.ts';
import type { ListenOptions } from './listener/listener.ts';
import { isLoopback, requireSafe } from './listener/loopback.ts';
import type { Log } from './log.ts';
import { ExpiryService } from './messages/expiry-service.ts';
import { keepRetention } from './messages/retention-service.ts';
import { Tally } from './metrics/tally.ts';
import { settle } from './options.ts';
import type { ServerOptions } from './options.ts';
import { PresenceService } from './presence/presence-service.ts';
import type { Services } from './services.ts';
import { SessionRegistry } from './session/registry.ts';
import { enforceStanding } from './session/standing.ts';

/** Changes of what contacts are shown of an account. */
const profileRate = { burst: 10, interval: 60_000 };

/** A running server. */
export interface NatterServer {
  /** Where clients connect: `ws://host:port` or `wss://host:port`. */
  readonly url: string;
  readonly port: number;
  /** Part of the addresses after the `@`. */
  readonly name: string;
  /** Where metrics and the administrator's HTTP interface are; `null` when that is off. */
  readonly administrationUrl: string | null;
  /** The administrator's operations; open until the server is closed. */
  readonly administration: Administration;
  /** Reads the files of the certificate again. New connections get the new one; what cannot be used is logged. */
  reload(): void;
  /**
   * Sends all clients elsewhere, evenly over a time in milliseconds, after what they have asked is answered, and takes no
   * new ones. Resolves when all are told; `close` comes after.
   */
  drain(within: number): Promise<void>;
  /** Tells all clients, ends their connections, finishes what is being stored, and lets go of everything. */
  close(): Promise<void>;
}

/** What is checked before anything is touched. */
interface Plan {
  readonly services: (options: { onFault: (error: unknown) => void; tally: Tally }) => Services;
  readonly listen: ListenOptions;
  readonly scheme: 'ws' | 'wss';
}

/**
 * Starts a server on a data directory. Several can run in one process, each on its own.
 * @throws StartError with one line that says what is wrong; nothing was touched then.
 */
export async function createServer(options: ServerOptions): Promise<NatterServer> {
  const log: Log = options.log ?? ((): void => undefined);
  const onFault = (error: unknown): void =>
    log({
      level: 'error',
      event: 'fault',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  const plan = check(options, log);
  await requireFreePort(plan.listen.host, plan.listen.port);
  const { administration: door } = options;
  if (door) await requireFreePort(door.host ?? '127.0.0.1', door.port, ' for administration');
  const services = plan.services({ onFault, tally: new Tally() });
  const listener = new Listener(services, plan.listen);
  const doors = await open(services, listener, options, onFault);
  const { host } = plan.listen;
  const url = `${plan.scheme}://${host.includes(':') ? `[${host}]` : host}:${doors.port}`;
  log({ level: 'info', event: 'listening', url, administration: doors.administrationUrl });
  let closing: Promise<void> | null = null;
  return {
    url,
    port: doors.port,
    name: services.storage.name,
    administrationUrl: doors.administrationUrl,
    administration: doors.administration,
    reload: doors.reload,
    drain: async (within) => {
      log({ level: 'info', event: 'draining', connections: services.sessions.all.size });
      await listener.drain(within);
    },
    close: () => (closing ??= doors.close()),
  };
}

/** @throws StartError for what is wrong with the options themselves. */
function check(options: ServerOptions, log: Log): Plan {
  const host = options.host ?? '127.0.0.1';
  requireLoopback(options.administration ?? null);
  requireSafe(host, options.tls !== undefined, options.allowInsecure ?? false);
  const trusted = options.trustedProxies ?? [];
  // Behind a proxy the interface says nothing about who can come.
  const settings = settle(options, isLoopback(host) && trusted.length === 0);
  const pass = crashAt(options.crashAt ?? process.env['NATTER_KILL_AT']);
  const tls = options.tls === undefined ? null : readCertificate(options.tls);
  const clock = options.clock ?? Date.now;
  const isProxy = trustedProxies(trusted);
  return {
    scheme: tls === null ? 'ws' : 'wss',
    listen: { host, port: options.port ?? 5280, tls, isProxy, clientAddress: clientAddress(isProxy), pass },
    services: ({ onFault, tally }) => {
      const storage = openEmbeddedStorage({
        directory: options.dataDirectory,
        ...(options.name === undefined ? {} : { name: options.name }),
        rosters: {
          contacts: settings.limits.contacts,
          openRequests: settings.limits.openRequests ?? 0,
          strangerRequests: settings.limits.strangerRequests ?? 0,
        },
        mostGroupMembers: settings.limits.groupMembers ?? 0,
        fileQuota: settings.fileQuota,
        ages: settings.limits,
        ...(options.checkpointPages === undefined ? {} : { checkpointPages: options.checkpointPages }),
        clock,
        pass,
        tally,
        onFault,
      });
      const times = { grace: settings.presenceGrace, coalesce: settings.presenceCoalescing };
      return {
        storage,
        settings,
        passwords: new Passwords(settings.passwordCost),
        signInLimits: new SignInLimits(settings.signInRates, clock),
        profileChanges: new RateLimit(profileRate, clock),
        presence: new PresenceService(storage, times, clock, onFault),
        sessions: new SessionRegistry(),
        files: new FileService(storage, clock, onFault),
        expiry: new ExpiryService(storage.expiry, clock, onFault),
        lifecycle: new Lifecycle(),
        tally,
        log,
        clock,
      };
    },
  };
}

/** Opens the doors; what has been opened is closed again when that fails. */
async function open(
  services: Services,
  listener: Listener,
  options: ServerOptions,
  onFault: (error: unknown) => void,
): Promise<Pick<NatterServer, 'port' | 'administration' | 'administrationUrl' | 'reload' | 'close'>> {
  const { storage, presence, settings, clock, log } = services;
  const { dataDirectory, tls } = options;
  const opened: (() => unknown)[] = [() => storage.close()];
  try {
    const administration = openAdministration({ dataDirectory, passwordCost: settings.passwordCost, clock });
    opened.unshift(() => administration.close());
    await finishRemovals(services);
    const port = await listener.listen();
    opened.unshift(() => presence.close());
    const files = services.files.keepClean();
    opened.unshift(() => files.stop());
    const expiry = services.expiry.start();
    opened.unshift(() => expiry.stop());
    const { retention: age } = options;
    const retention =
      age === undefined ? null : keepRetention({ retention: storage.retention, age, clock, log, onFault });
    opened.unshift(() => retention?.stop());
    opened.unshift(() => listener.close());
    const door = await openAdminDoor(services, administration, dataDirectory, options.administration ?? null);
    opened.unshift(() => door.close());
    const keeper =
      tls !== undefined && 'certificateFile' in tls
        ? new CertificateKeeper(tls, readCertificate(tls), (next) => listener.useCertificate(next), log)
        : null;
    opened.unshift(() => keeper?.close());
    const obey = async (): Promise<void> => {
      await enforceStanding(services);
      await finishRemovals(services);
    };
    opened.unshift(storage.directory.accounts.onForeignChange(() => void obey().catch(onFault)));
    return {
      port,
      administration,
      administrationUrl: door.url,
      reload: () => keeper?.reload(),
      close: () => closeAll(opened),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** One after the other, the last opened first. */
async function closeAll(opened: readonly (() => unknown)[]): Promise<void> {
  for (const close of opened) await close();
}
