import { findBiboumi } from './biboumi/installation.ts';
import { findEjabberd, findEjabberdSid } from './ejabberd/installation.ts';
import { findErgo } from './ergo/installation.ts';
import { findInspircd } from './inspircd/installation.ts';
import { findIrcdHybrid } from './ircd-hybrid/installation.ts';
import { findMatrixNio } from './matrix-nio/installation.ts';
import { findNgircd } from './ngircd/installation.ts';
import { findProsody, findProsodySid } from './prosody/installation.ts';
import { findAnope, findAtheme } from './services/installation.ts';
import { findSoju } from './soju/installation.ts';
import { findSynapse } from './synapse/installation.ts';
import { findZnc } from './znc/installation.ts';

/** The real servers, and clients of others, that tests may ask for. */
export type ServerKind =
  | 'prosody'
  | 'prosody-sid'
  | 'ejabberd'
  | 'ejabberd-sid'
  | 'biboumi'
  | 'ngircd'
  | 'ergo'
  | 'inspircd'
  | 'ircd-hybrid'
  | 'anope'
  | 'atheme'
  | 'znc'
  | 'soju'
  | 'synapse'
  | 'matrix-nio';

/** Whether a server can be started here; when it cannot, `reason` says why and what to do about it. */
export type Availability =
  | { readonly available: true; readonly version: string }
  | { readonly available: false; readonly reason: string };

const FINDERS: Record<ServerKind, () => Availability> = {
  prosody: findProsody,
  'prosody-sid': findProsodySid,
  ejabberd: findEjabberd,
  'ejabberd-sid': findEjabberdSid,
  biboumi: findBiboumi,
  ngircd: findNgircd,
  ergo: findErgo,
  inspircd: findInspircd,
  'ircd-hybrid': findIrcdHybrid,
  anope: findAnope,
  atheme: findAtheme,
  znc: findZnc,
  soju: findSoju,
  synapse: findSynapse,
  'matrix-nio': findMatrixNio,
};

/**
 * Looks whether this machine has the server. Installs nothing and is cheap after the first call. What
 * `NATTER_WITHOUT_SERVERS` lists (`prosody,...`) counts as missing, for who wants the quick tests only.
 */
export function serverAvailability(kind: ServerKind): Availability {
  if ((process.env['NATTER_WITHOUT_SERVERS'] ?? '').split(',').includes(kind)) {
    return { available: false, reason: 'NATTER_WITHOUT_SERVERS names it' };
  }
  const known = found.get(kind);
  if (known?.available === true) return known;
  const availability = FINDERS[kind]();
  found.set(kind, availability);
  return availability;
}

const found = new Map<ServerKind, Availability>();
