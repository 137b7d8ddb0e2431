import type {
  Announcement,
  Attention,
  Capabilities,
  ConnectionState,
  RosterState,
} from '../../model/index.ts';

/** What is true of an account now and is not stored. */
export interface AccountStatus {
  readonly state: ConnectionState;
  readonly roster: RosterState;
  readonly attention: readonly Attention[];
  readonly announcements: readonly Announcement[];
  readonly capabilities: Capabilities;
}
