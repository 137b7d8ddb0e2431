import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Journal } from '../src/embedded/journal.ts';
import { Refusal } from '../src/ports/refusal.ts';

function setup(): {
  database: DatabaseSync;
  journal: Journal;
  begun: () => number;
  insert: (value: number) => void;
  values: () => unknown[];
  events: string[];
} {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (value INTEGER PRIMARY KEY) STRICT');
  let begun = 0;
  const events: string[] = [];
  const journal = new Journal(database, (point) => {
    if (point === 'before-begin') begun += 1;
  });
  journal.join({ committed: () => events.push('committed'), rolledBack: () => events.push('rolled back') });
  const statement = database.prepare('INSERT INTO t (value) VALUES (?)');
  return {
    database,
    journal,
    begun: () => begun,
    insert: (value) => void statement.run(value),
    values: () =>
      database
        .prepare('SELECT value FROM t ORDER BY value')
        .all()
        .map((row) => row['value']),
    events,
  };
}

describe('group commit', () => {
  it('puts the jobs of one turn into one transaction', async () => {
    const { journal, begun, insert, values } = setup();
    const results = await Promise.all(
      [1, 2, 3].map((value) => journal.write(() => (insert(value), value * 10))),
    );
    expect(results).toEqual([10, 20, 30]);
    expect(begun()).toBe(1);
    expect(values()).toEqual([1, 2, 3]);
  });

  it('gathers what can wait while transactions follow on each other, and what cannot takes it along', async () => {
    const { journal, begun, insert, values } = setup();
    await journal.write(() => insert(1));
    const patient = [2, 3].map((value) => journal.writePatiently(() => insert(value)));
    await new Promise((resolve) => setImmediate(resolve));
    patient.push(journal.writePatiently(() => insert(4)));
    await Promise.all(patient);
    expect([begun(), values()]).toEqual([2, [1, 2, 3, 4]]);
    const waiting = journal.writePatiently(() => insert(5));
    await journal.write(() => insert(6));
    await waiting;
    expect([begun(), values()]).toEqual([3, [1, 2, 3, 4, 5, 6]]);
  });

  it('lets a refusal harm nobody, at no cost', async () => {
    const { journal, begun, insert, values } = setup();
    const outcomes = await Promise.allSettled([
      journal.write(() => insert(1)),
      journal.write(() => {
        throw new Refusal('conflict', 'no');
      }),
      journal.write(() => insert(2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(begun()).toBe(1);
    expect(values()).toEqual([1, 2]);
  });

  it('undoes a job that fails half-way, tells it so, and does the others', async () => {
    const { journal, insert, values, events } = setup();
    const outcomes = await Promise.allSettled([
      journal.write(() => insert(1)),
      journal.write(() => {
        insert(2);
        insert(1);
      }),
      journal.write(() => insert(3)),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { error: { code: 'unavailable' } } },
      { status: 'fulfilled' },
    ]);
    expect(values()).toEqual([1, 3]);
    expect(events.filter((event) => event === 'rolled back')).toHaveLength(2);
  });

  it('tells nobody of success when the commit fails, and works again afterwards', async () => {
    const { database, journal, insert, values } = setup();
    database.exec(
      'PRAGMA foreign_keys = ON; CREATE TABLE child (parent INTEGER REFERENCES t (value) DEFERRABLE INITIALLY DEFERRED) STRICT',
    );
    const orphan = journal.write(() => {
      insert(1);
      database.exec('INSERT INTO child VALUES (99)');
    });
    await expect(orphan).rejects.toMatchObject({ error: { code: 'unavailable' } });
    expect(values()).toEqual([]);
    await journal.write(() => insert(1));
    expect(values()).toEqual([1]);
  });
});
