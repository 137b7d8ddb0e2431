/**
 * A natter profile and the daemon that owns it: where things live, settings, secrets, and how to get at the daemon. What
 * starts the daemon, or opens the profile in this very process, has entries of its own, since it loads more.
 * @packageDocumentation
 */
export { profilePaths } from './profile/paths.ts';
export type { Environment, ProfilePaths } from './profile/paths.ts';
export { loadSettings } from './settings/config-file.ts';
export { defaultSettings } from './settings/settings.ts';
export { parseDuration } from './settings/duration.ts';
export type { ColorChoice, LogLevel, SecretsKind, Settings } from './settings/settings.ts';
export type { AskPassphrase, PassphrasePurpose } from './secrets/passphrase.ts';
export { connectDaemon } from './socket/connect.ts';
export type { FoundDaemon } from './socket/connect.ts';
export type { DaemonLink, DaemonMethods, DaemonStatus } from './socket/daemon-manifest.ts';
export { compatibility } from './socket/compatible.ts';
export { packageVersion } from './version.ts';
