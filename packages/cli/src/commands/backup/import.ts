import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Account, AccountId, JsonObject } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';
import { nameOf } from '../../link/choose-account.ts';
import { countOf } from '../../output/count.ts';
import { oneLine } from '../../output/sanitise.ts';
import { backupOf } from './check.ts';
import { PersonLinks } from './person-links.ts';
import { Pieces } from './pieces.ts';
import { backupVersion } from './lines.ts';
import type { AccountName, Backup } from './lines.ts';

/** What an import has done so far. */
interface Progress {
  readonly link: ClientLink;
  readonly accounts: Map<string, AccountId>;
  readonly added: Account[];
  readonly pieces: Pieces;
  readonly persons: PersonLinks;
}

/** `natter import FILE`: what is here already stays as it is, so a second time changes nothing. */
export async function importProfile(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const name = given.word(0);
  const link = await context.link();
  const known = await link.call('account.list', {});
  const accounts = new Map(known.map((account) => [nameOf(account), account.id]));
  const progress: Progress = {
    link,
    accounts,
    added: [],
    pieces: new Pieces(link),
    persons: new PersonLinks(link, accounts),
  };
  let number = 0;
  for await (const text of linesOf(name === '-' ? context.stdin() : createReadStream(name), name)) {
    signal.throwIfAborted();
    number += 1;
    if (text.trim() !== '') await take(progress, text, number === 1, `${name}:${number}`);
  }
  if (number === 0) throw broken(name, 'it is empty');
  await progress.pieces.flush();
  const { messages } = progress.pieces;
  output.item(
    { type: 'import', messages, accounts: progress.added.map(({ id }) => id) },
    () => `${countOf(messages, 'message')} that ${messages === 1 ? 'was' : 'were'} not here yet`,
  );
  for (const account of progress.added)
    output.note(`Sign in with: natter account login ${oneLine(nameOf(account))}`);
}

async function* linesOf(stream: Readable, name: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw broken(name, `it cannot be read (${reason})`);
  }
}

async function take(progress: Progress, text: string, first: boolean, place: string): Promise<void> {
  let line: JsonObject;
  let backup: Backup | null;
  try {
    line = JSON.parse(text) as JsonObject;
    if (typeof line !== 'object' || line === null) throw new RangeError('this is no object');
    backup = backupOf(line);
  } catch (error) {
    throw broken(place, error instanceof SyntaxError ? 'this is no JSON' : (error as Error).message);
  }
  if (first && line['type'] !== 'export') throw broken(place, 'this is not what natter export writes');
  if (first && Number(line['format']) > backupVersion)
    throw broken(place, 'a newer natter has written it: update this one');
  if (backup !== null) await store(progress, backup, place, text.length);
}

async function store(progress: Progress, backup: Backup, place: string, size: number): Promise<void> {
  const { pieces } = progress;
  if ('contacts' in backup) {
    await pieces.flush();
    return progress.persons.link(backup.contacts);
  }
  if ('config' in backup) return addAccount(progress, backup.account, backup.config, place);
  const account = progress.accounts.get(nameOf(backup.account));
  if (account === undefined) throw broken(place, `nothing was said of the account ${nameOf(backup.account)}`);
  if ('message' in backup) return pieces.add(account, backup.in, backup.message, size);
  const value =
    'contact' in backup
      ? { of: 'contact' as const, value: backup.contact }
      : { of: 'conversation' as const, value: backup.conversation };
  return pieces.addEvent(account, { type: 'upsert', key: backup.key, ...value }, size);
}

/** An account that is not here is kept without signing in: its password is not in the backup. */
async function addAccount(
  { link, accounts, added }: Progress,
  { network, address }: AccountName,
  config: JsonObject,
  place: string,
): Promise<void> {
  if (accounts.has(nameOf({ network, address }))) return;
  const { networks } = await link.call('client.info', {});
  if (!networks.some(({ id }) => id === network)) throw broken(place, `there is no network '${network}'`);
  const { account } = await link.call('account.add', { network, address, config, connect: false });
  const found = (await link.call('account.list', {})).find(({ id }) => id === account);
  if (found === undefined) throw broken(place, 'the account was not kept');
  accounts.set(nameOf(found), found.id);
  added.push(found);
}

function broken(place: string, what: string): NatterError {
  return new NatterError(errorData('storage', `${place}: ${what}`));
}
