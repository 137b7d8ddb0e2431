/**
 * Real servers for tests. Each starts in seconds on free loopback ports, with throw-away data and a certificate from
 * an authority made on the spot, and is stopped by process id. Nothing outside its own temporary folder is touched.
 * @packageDocumentation
 */
export { serverAvailability } from './availability.ts';
export type { Availability, ServerKind } from './availability.ts';
export { startBiboumi } from './biboumi/biboumi.ts';
export type { BiboumiOptions } from './biboumi/biboumi.ts';
export { describeServer } from './describe-server.ts';
export { startEjabberd } from './ejabberd/ejabberd.ts';
export type { EjabberdOptions, EjabberdServer } from './ejabberd/ejabberd.ts';
export type { EjabberdRelease } from './ejabberd/installation.ts';
export { startErgo } from './ergo/ergo.ts';
export type { ErgoUser } from './ergo/accounts.ts';
export type { ErgoOptions, ErgoServer } from './ergo/ergo.ts';
export { startInspircd } from './inspircd/inspircd.ts';
export type { InspircdOptions, InspircdServer } from './inspircd/inspircd.ts';
export { startIrcdHybrid } from './ircd-hybrid/ircd-hybrid.ts';
export type { IrcdHybridOptions, IrcdHybridServer } from './ircd-hybrid/ircd-hybrid.ts';
export { startNgircd } from './ngircd/ngircd.ts';
export type { NgircdOptions, NgircdServer } from './ngircd/ngircd.ts';
export { startProsody } from './prosody/prosody.ts';
export { startAnope, startAtheme } from './services/services.ts';
export type { ServicesNetwork } from './services/services.ts';
export { startSoju } from './soju/soju.ts';
export type { SojuOptions, SojuServer } from './soju/soju.ts';
export { startSynapse } from './synapse/synapse.ts';
export type { SynapseOptions, SynapseServer, SynapseUser } from './synapse/synapse.ts';
export type { ProsodyOptions, ProsodyServer, ProsodyUser } from './prosody/prosody.ts';
export { throwAwayFolder } from './throw-away-folder.ts';
export { startZnc } from './znc/znc.ts';
export type { ZncOptions, ZncServer } from './znc/znc.ts';
export type { ProsodyRelease } from './prosody/release.ts';
