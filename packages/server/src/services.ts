import type { Passwords } from './accounts/passwords.ts';
import type { RateLimit } from './accounts/rate-limit.ts';
import type { SignInLimits } from './accounts/sign-in-limits.ts';
import type { FileService } from './files/file-service.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Tally } from './metrics/tally.ts';
import type { ExpiryService } from './messages/expiry-service.ts';
import type { Settings } from './options.ts';
import type { Storage } from './ports/storage.ts';
import type { PresenceService } from './presence/presence-service.ts';
import type { SessionRegistry } from './session/registry.ts';

/** What all sessions of one server share. */
export interface Services {
  readonly storage: Storage;
  readonly settings: Settings;
  readonly passwords: Passwords;
  readonly signInLimits: SignInLimits;
  /** Of each account: every one is told to all its contacts. */
  readonly profileChanges: RateLimit;
  readonly presence: PresenceService;
  readonly sessions: SessionRegistry;
  readonly files: FileService;
  readonly lifecycle: Lifecycle;
  readonly tally: Tally;
  readonly expiry: ExpiryService;
  readonly log: Log;
  readonly clock: () => number;
}
