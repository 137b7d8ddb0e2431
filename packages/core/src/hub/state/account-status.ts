import type { Attention, Capabilities, ConnectionState, RosterState } from '../../model/index.ts';

/** What is true of an account now and is not stored. */
export interface AccountStatus {
  readonly state: ConnectionState;
  readonly roster: RosterState;
  readonly attention: readonly Attention[];
  readonly capabilities: Capabilities;
}
