import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/ports/refusal.ts';
import type { RosterAction } from '../src/ports/rosters.ts';
import { maySee, transition } from '../src/roster/transition.ts';
import type { Relation } from '../src/roster/transition.ts';

/** Lets the two act in turn; `own` is the first one's side at the end. */
function play(steps: readonly ['a' | 'b', RosterAction][]): Relation {
  let relation: Relation = { own: null, theirs: null };
  for (const [who, action] of steps) {
    const seen = who === 'a' ? relation : { own: relation.theirs, theirs: relation.own };
    try {
      const next = transition(seen, action);
      relation = who === 'a' ? next : { own: next.theirs, theirs: next.own };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return relation;
}

function states(relation: Relation): unknown {
  const of = (row: Relation['own']): unknown => (row === null ? null : `${row.to}/${row.from}`);
  return [of(relation.own), of(relation.theirs)];
}

const request = { type: 'request' } as const;

describe('what becomes of a relation', () => {
  it.each<[string, ['a' | 'b', RosterAction][], unknown]>([
    ['a request', [['a', request]], ['pending/none', 'none/pending']],
    [
      'a request and its acceptance',
      [
        ['a', request],
        ['b', { type: 'accept' }],
      ],
      ['granted/granted', 'granted/granted'],
    ],
    [
      'two requests that cross',
      [
        ['a', request],
        ['b', request],
      ],
      ['granted/granted', 'granted/granted'],
    ],
    [
      'a refusal',
      [
        ['a', request],
        ['b', { type: 'deny' }],
      ],
      ['denied/none', null],
    ],
    [
      'a request withdrawn',
      [
        ['a', request],
        ['a', { type: 'remove' }],
      ],
      [null, null],
    ],
    [
      'a contact removed',
      [
        ['a', request],
        ['b', { type: 'accept' }],
        ['a', { type: 'remove' }],
      ],
      [null, 'none/none'],
    ],
    [
      'a grant withdrawn',
      [
        ['a', request],
        ['b', { type: 'accept' }],
        ['b', { type: 'deny' }],
      ],
      ['denied/granted', 'granted/denied'],
    ],
    [
      'a request to who has blocked',
      [
        ['b', { type: 'block' }],
        ['a', request],
      ],
      ['pending/none', 'none/none'],
    ],
    [
      'a block lifted from a stranger',
      [
        ['a', { type: 'block' }],
        ['a', { type: 'unblock' }],
      ],
      [null, null],
    ],
    [
      'a block lifted from a contact',
      [
        ['a', request],
        ['b', { type: 'accept' }],
        ['a', { type: 'block' }],
        ['a', { type: 'unblock' }],
      ],
      ['granted/granted', 'granted/granted'],
    ],
  ])('%s', (_name, steps, expected) => {
    expect(states(play(steps))).toEqual(expected);
  });

  it('never shows presence that was not granted, is blocked, or is known to one side only', () => {
    const who = fc.constantFrom('a' as const, 'b' as const);
    const action = fc.constantFrom<RosterAction>(
      request,
      { type: 'accept' },
      { type: 'deny' },
      { type: 'remove' },
      { type: 'block' },
      { type: 'unblock' },
      { type: 'update', alias: 'x' },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(who, action), { maxLength: 12 }), (steps) => {
        const { own, theirs } = play(steps);
        for (const [watcher, watched] of [
          [own, theirs],
          [theirs, own],
        ] as const) {
          if (!maySee(watcher, watched)) continue;
          expect(watched?.from).toBe('granted');
          expect(watcher?.blocked || watched?.blocked).toBe(false);
          // Both have agreed at some time: asked, or accepted.
          expect(
            steps.some(([by, { type }]) => by === 'a' && (type === 'request' || type === 'accept')),
          ).toBe(true);
          expect(
            steps.some(([by, { type }]) => by === 'b' && (type === 'request' || type === 'accept')),
          ).toBe(true);
        }
        // An open request is known to both, unless a block hides it.
        if (own?.from === 'pending') expect(theirs?.to).toBe('pending');
      }),
      { numRuns: 2000 },
    );
  });
});
