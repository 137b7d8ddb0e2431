import { Refusal } from '../ports/refusal.ts';
import type { RosterAction, RosterRow } from '../ports/rosters.ts';

/** Both sides of a relation. `null`: no row. */
export interface Relation {
  readonly own: RosterRow | null;
  readonly theirs: RosterRow | null;
}

/** Neither sees the other. */
const apart = { to: 'none', from: 'none', requestText: '' } as const;

const empty: RosterRow = {
  to: 'none',
  from: 'none',
  listed: false,
  blocked: false,
  alias: '',
  groups: [],
  requestText: '',
};

/**
 * What a relation becomes by an action of the owner. Pure: every implementation of the port reads both rows, calls
 * this, and writes what has changed.
 * @throws Refusal `blocked`, `not-found`
 */
export function transition(relation: Relation, action: RosterAction): Relation {
  switch (action.type) {
    case 'request':
      return request(relation, action);
    case 'accept':
      if (relation.own?.from !== 'pending')
        throw new Refusal('not-found', 'There is no open request of this contact.');
      return accept(relation);
    case 'deny':
      return deny(relation);
    case 'remove':
      return remove(relation);
    case 'block':
      return { ...relation, own: { ...(relation.own ?? empty), blocked: true } };
    case 'unblock':
      return { ...relation, own: keepIfWanted({ ...known(relation.own), blocked: false }) };
    case 'update':
      return { ...relation, own: { ...known(relation.own), ...labels(action) } };
  }
}

/** Whether the owner of the first row may see the presence of the owner of the second. */
export function maySee(watcher: RosterRow | null, watched: RosterRow | null): boolean {
  return watcher?.to === 'granted' && watched?.from === 'granted' && !watcher.blocked && !watched.blocked;
}

function request(relation: Relation, action: Extract<RosterAction, { type: 'request' }>): Relation {
  const own: RosterRow = { ...(relation.own ?? empty), listed: true, ...labels(action) };
  if (own.blocked) throw new Refusal('blocked', 'You have blocked this contact; unblock first.');
  if (own.to === 'granted') return { ...relation, own };
  if (own.from === 'pending') return accept({ ...relation, own });
  const asked: RosterRow = { ...own, to: 'pending' };
  // Who is blocked must not find out: the request stays open on their side and never arrives on the other.
  if (relation.theirs?.blocked === true) return { ...relation, own: asked };
  return {
    own: asked,
    theirs: { ...(relation.theirs ?? empty), from: 'pending', requestText: action.text ?? '' },
  };
}

/** Both directions are granted: who asks, offers. */
function accept(relation: Relation): Relation {
  const granted = { to: 'granted', from: 'granted', listed: true, requestText: '' } as const;
  return {
    own: { ...(relation.own ?? empty), ...granted },
    theirs: { ...(relation.theirs ?? empty), ...granted },
  };
}

function deny(relation: Relation): Relation {
  const own = known(relation.own);
  if (own.from === 'none') return relation;
  const theirs = relation.theirs === null ? null : { ...relation.theirs, to: 'denied' as const };
  return { own: keepIfWanted({ ...own, from: 'denied', requestText: '' }), theirs };
}

function remove(relation: Relation): Relation {
  const own = keepIfWanted({ ...known(relation.own), ...apart, listed: false, alias: '', groups: [] });
  return { own, theirs: ended(relation).theirs };
}

/** What is left of a relation when the owner's account has ended: the other side's own wishes. */
export function ended({ theirs }: Relation): Relation {
  return { own: null, theirs: theirs === null ? null : keepIfWanted({ ...theirs, ...apart }) };
}

/** A row stays for a reason: the owner wants it, somebody waits for an answer, or it holds a block. */
function keepIfWanted(row: RosterRow): RosterRow | null {
  return row.listed || row.blocked || row.from === 'pending' ? row : null;
}

function known(row: RosterRow | null): RosterRow {
  if (row === null) throw new Refusal('not-found', 'This contact is not on your roster.');
  return row;
}

function labels(action: {
  readonly alias?: string;
  readonly groups?: readonly string[];
}): Partial<Pick<RosterRow, 'alias' | 'groups'>> {
  return {
    ...(action.alias === undefined ? {} : { alias: action.alias }),
    ...(action.groups === undefined ? {} : { groups: [...new Set(action.groups)] }),
  };
}
