/**
 * A profile in this process: the store, the secrets, the hub and its adapters behind the same link that a daemon serves.
 * @packageDocumentation
 */
export { openProfile } from './host/open-profile.ts';
export type { OpenedProfile, OpenProfileOptions } from './host/open-profile.ts';
export { runDaemon } from './process/run-daemon.ts';
export type { DaemonOptions, RunningDaemon } from './process/run-daemon.ts';
export { stopOnSignals } from './process/signals.ts';
