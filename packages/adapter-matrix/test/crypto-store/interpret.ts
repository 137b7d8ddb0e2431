// oxlint-disable unicorn/prefer-add-event-listener -- the store has `on` properties only, which is all that the crypto module uses
import type { Change, Command, Opening, RangeSpec, TransactionSpec } from './random-programs.ts';

/** An implementation of IndexedDB. */
export interface Implementation {
  readonly factory: IDBFactory;
  readonly ranges: typeof IDBKeyRange;
  /** Begins the names of its databases. */
  readonly prefix: string;
}

/** What happened, in order: one line a request or end of a transaction, with what it gave. */
export type Trace = [label: string, outcome: unknown][];

/** Runs a program and writes down what can be seen of it. Errors are noted by name. */
export async function interpret(implementation: Implementation, program: readonly Opening[]): Promise<Trace> {
  const trace: Trace = [];
  let version = 0;
  for (const [at, opening] of program.entries()) {
    const note = (label: string, outcome: unknown): number => trace.push([`${at} ${label}`, outcome]);
    const wanted = opening.upgrade === null ? Math.max(version, 1) : version + 1;
    const database = await open(implementation, wanted, opening, note);
    if (database === null) continue;
    version = wanted;
    note('names', [...database.objectStoreNames]);
    const running: Promise<void>[] = [];
    for (const [number, spec] of opening.transactions.entries()) {
      const transaction = run(implementation, database, spec, (label, outcome) =>
        note(`${number} ${label}`, outcome),
      );
      if (!opening.together) await transaction;
      running.push(transaction);
    }
    await Promise.all(running);
    database.close();
  }
  // What ran at the same time is only ordered within one transaction.
  return trace.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

type Note = (label: string, outcome: unknown) => unknown;

function open(
  implementation: Implementation,
  version: number,
  opening: Opening,
  note: Note,
): Promise<IDBDatabase | null> {
  const request = implementation.factory.open(`${implementation.prefix}::db`, version);
  request.onupgradeneeded = (event) => {
    note('upgrade', [event.oldVersion, event.newVersion]);
    const { transaction } = request;
    if (transaction === null) throw new Error('an upgrade has a transaction');
    const { changes = [], abort = false } = opening.upgrade ?? {};
    for (const [at, change] of changes.entries()) {
      attempt(note, `change ${at}`, () =>
        apply(implementation, request.result, transaction, change, (label, outcome) =>
          note(`change ${at} ${label}`, outcome),
        ),
      );
    }
    if (abort) transaction.abort();
  };
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => {
      note('open', request.error?.name);
      resolve(null);
    };
  });
}

function apply(
  implementation: Implementation,
  database: IDBDatabase,
  transaction: IDBTransaction,
  change: Change,
  note: Note,
): void {
  switch (change.make) {
    case 'store':
      database.createObjectStore(change.store);
      return;
    case 'less':
      database.deleteObjectStore(change.store);
      return;
    case 'index':
      transaction
        .objectStore(change.store)
        .createIndex(change.index, change.path as string | string[], { unique: change.unique });
      return;
    case 'record':
      void issue(implementation, transaction, change.command, note, false);
  }
}

async function run(
  implementation: Implementation,
  database: IDBDatabase,
  spec: TransactionSpec,
  note: Note,
): Promise<void> {
  let transaction: IDBTransaction;
  try {
    transaction = database.transaction([...spec.stores], spec.mode);
  } catch (error) {
    note('start', (error as Error).name);
    return;
  }
  const ended = new Promise<void>((resolve) => {
    transaction.oncomplete = () => resolve(void note('~end', 'complete'));
    transaction.onabort = () => resolve(void note('~end', ['abort', transaction.error?.name]));
  });
  const answers: Promise<void>[] = [];
  for (const [at, command] of spec.commands.entries()) {
    const label = `command ${at}`;
    if (command.do === 'wait') {
      await Promise.all(answers);
      continue;
    }
    attempt(note, label, () => {
      answers.push(
        issue(implementation, transaction, command, (_, outcome) => note(label, outcome), spec.forgive),
      );
    });
  }
  if (spec.end !== 'leave')
    attempt(note, '~asked', () => transaction[spec.end === 'commit' ? 'commit' : 'abort']());
  await ended;
}

function attempt(note: Note, label: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    // Of two faults at once, which one is named is not compared.
    note(label, (error as Error).name.replace('DataCloneError', 'DataError'));
  }
}

/** Makes a request; what it throws at once is the caller's to note. */
function issue(
  implementation: Implementation,
  transaction: IDBTransaction,
  command: Command,
  note: Note,
  forgive: boolean,
): Promise<void> {
  if (command.do === 'wait') return Promise.resolve();
  const store = transaction.objectStore(command.store);
  if (command.do === 'walk') {
    const source = command.index === null ? store : store.index(command.index);
    return walk(source.openCursor(query(implementation, command.range)), command.steps, note, forgive);
  }
  return settled(request(implementation, store, command), note, forgive);
}

function request(
  implementation: Implementation,
  store: IDBObjectStore,
  command: Exclude<Command, { do: 'walk' | 'wait' }>,
): IDBRequest {
  switch (command.do) {
    case 'put':
    case 'add':
      return store[command.do](command.value, command.key as IDBValidKey);
    case 'delete':
      return store.delete(query(implementation, command.range) as IDBKeyRange);
    case 'clear':
      return store.clear();
    default: {
      const source = command.index === null ? store : store.index(command.index);
      const range = query(implementation, command.range);
      if (command.do === 'get') return source.get(range as IDBKeyRange);
      if (command.do === 'count') return range === undefined ? source.count() : source.count(range);
      return command.limit === 0 ? source[command.do](range) : source[command.do](range, command.limit);
    }
  }
}

function query({ ranges }: Implementation, range: RangeSpec): IDBKeyRange | undefined {
  if (range === null) return undefined;
  if ('only' in range) return range.only as IDBKeyRange;
  if ('lower' in range) return ranges.lowerBound(range.lower, range.open);
  if ('upper' in range) return ranges.upperBound(range.upper, range.open);
  return ranges.bound(...range.bound);
}

function settled(request: IDBRequest, note: Note, forgive: boolean): Promise<void> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(void note('', request.result));
    request.onerror = (event) => {
      if (forgive) event.preventDefault();
      resolve(void note('', request.error?.name));
    };
  });
}

function walk(
  request: IDBRequest<IDBCursorWithValue | null>,
  steps: readonly string[],
  note: Note,
  forgive: boolean,
): Promise<void> {
  const seen: unknown[] = [];
  const inner: Promise<void>[] = [];
  return new Promise((resolve) => {
    const end = (): void => resolve(Promise.all(inner).then(() => void note('', seen)));
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return end();
      seen.push([cursor.key, cursor.primaryKey, cursor.value]);
      const step = steps[seen.length - 1] ?? 'keep';
      const noted = (_: string, outcome: unknown): unknown => seen.push([step, outcome]);
      attempt(noted, '', () => {
        if (step === 'delete') inner.push(settled(cursor.delete(), noted, forgive));
        if (step === 'update')
          inner.push(settled(cursor.update({ a: 'changed', b: seen.length }), noted, forgive));
      });
      if (step === 'stop' || seen.length > 50) return end();
      try {
        cursor.continue();
      } catch (error) {
        seen.push((error as Error).name);
        end();
      }
    };
    request.onerror = (event) => {
      if (forgive) event.preventDefault();
      seen.push(request.error?.name);
      end();
    };
  });
}
