import { startEjabberd, startProsody, type EjabberdServer, type ProsodyServer } from '@natter/e2e';

/** A server that belongs to one test, whoever wrote it. */
export type RealServer = ProsodyServer | EjabberdServer;

/** How one kind of server is started the way that the tests expect: with archives, rooms and registration. */
export interface RealServerKind {
  readonly kind: 'prosody' | 'prosody-sid' | 'ejabberd' | 'ejabberd-sid';
  start(): Promise<RealServer>;
}

/** The servers that behave differently enough for each to find faults that the other does not. */
export const REAL_SERVERS: readonly RealServerKind[] = [
  {
    kind: 'prosody',
    start: () => startProsody({ passwordHash: 'SHA-256', archive: 'sqlite', registration: true }),
  },
  { kind: 'ejabberd', start: () => startEjabberd() },
  { kind: 'ejabberd-sid', start: () => startEjabberd({ release: 'sid' }) },
];
