/**
 * A profile as it is stored, read beside whoever owns it and without connecting anything.
 * @packageDocumentation
 */
export { readStoredProfile } from './host/stored-profile.ts';
export type { StoredProfileReader } from './host/stored-profile.ts';
