/**
 * Starting and ending the daemon.
 * @packageDocumentation
 */
export { ensureDaemon, startDaemon, stopDaemon } from './socket/start-daemon.ts';
export type { StartOptions } from './socket/start-daemon.ts';
