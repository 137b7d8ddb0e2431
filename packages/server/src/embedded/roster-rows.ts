import type { Contact, SubscriptionState } from '@natter/native-protocol';
import type { FileId } from '../ports/identifiers.ts';
import type { RosterRow } from '../ports/rosters.ts';
import { fileWireId } from '../wire-ids.ts';
import { integer, integerOrNull, text } from './columns.ts';
import type { Row } from './columns.ts';

/** Reads a row of the table `roster`. */
export function fromColumns(row: Row): RosterRow {
  return {
    to: readState(text(row, 'to_state')),
    from: readState(text(row, 'from_state')),
    listed: integer(row, 'listed') === 1,
    blocked: integer(row, 'blocked') === 1,
    alias: text(row, 'alias'),
    groups: readGroups(text(row, 'groups')),
    requestText: text(row, 'request_text'),
  };
}

/** What an account shows of itself. */
export interface Profile {
  readonly address: string;
  readonly name: string;
  readonly picture: FileId | null;
}

/** Reads the columns `name` and `picture` of the table `account`. */
export function toProfile(row: Row, address: string): Profile {
  return { address, name: text(row, 'name'), picture: integerOrNull(row, 'picture') };
}

/** A row as its owner sees it. */
export function toContact(row: RosterRow, { address, name, picture }: Profile): Contact {
  const shown = picture !== null && row.to === 'granted' && !row.blocked;
  return {
    address,
    name,
    ...(shown ? { picture: fileWireId(picture) } : {}),
    ...(row.alias === '' ? {} : { alias: row.alias }),
    groups: row.groups,
    subscription: { to: row.to, from: row.from },
    ...(row.from === 'pending' && row.requestText !== '' ? { requestText: row.requestText } : {}),
    blocked: row.blocked,
  };
}

function readState(value: string): SubscriptionState {
  if (value === 'none' || value === 'pending' || value === 'granted' || value === 'denied') return value;
  throw new TypeError(`'${value}' is not a subscription state`);
}

function readGroups(value: string): string[] {
  const groups: unknown = JSON.parse(value);
  if (!Array.isArray(groups)) throw new TypeError('groups are not a list');
  return groups.map(String);
}
