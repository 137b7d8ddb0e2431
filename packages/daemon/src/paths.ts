/**
 * Where a profile lives, and nothing more: what a command loads before it can load anything faster.
 * @packageDocumentation
 */
export { profilePaths } from './profile/paths.ts';
export type { Environment, ProfilePaths } from './profile/paths.ts';
