import type { BackupProgress, LongWork } from '@natter/server';
import { resolve } from 'node:path';
import type { CommandContext } from '../../context.ts';
import { exitCodes } from '../../output/exit-code.ts';
import { countOf } from '../../output/count.ts';
import { oneLine } from '../../output/sanitise.ts';
import { serverFolder } from './data-folder.ts';
import { asNatterError } from './failure.ts';

/** Files between two words about progress. */
const filesPerNote = 1000;

/** `natter server backup DIR`: also while the server runs. */
export async function backupServer(context: CommandContext): Promise<void> {
  const { backupData } = await import('@natter/server');
  const [data, target] = [serverFolder(context), resolve(context.given.word(0))];
  const { files } = await asNatterError(() => backupData(data, target, longWork(context)));
  context.output.item(
    { type: 'backup', path: target, files },
    () => `${oneLine(target)}  the database and ${countOf(files, 'file')}`,
  );
}

/** `natter server restore DIR`: into a folder where no server's data are. */
export async function restoreServer(context: CommandContext): Promise<void> {
  const { restoreData } = await import('@natter/server');
  const [data, backup] = [serverFolder(context), resolve(context.given.word(0))];
  const { files } = await asNatterError(() => restoreData(backup, data, longWork(context)));
  context.output.item(
    { type: 'restored', path: data, files },
    () => `${oneLine(data)}  the database and ${countOf(files, 'file')}`,
  );
}

/** `natter server check`: 1 when something is wrong. */
export async function checkServer(context: CommandContext): Promise<number> {
  const { checkData } = await import('@natter/server');
  const data = serverFolder(context);
  const problems = await asNatterError(() => checkData(data, longWork(context)));
  context.output.item({ type: 'check', path: data, problems }, () =>
    problems.length === 0 ? `${oneLine(data)}  whole` : problems.map(oneLine).join('\n'),
  );
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

function longWork({ output, signal }: CommandContext): LongWork {
  const onProgress = ({ step, done, total }: BackupProgress): void => {
    if (step === 'files' && done > 0 && done % filesPerNote === 0) output.note(`${done} of ${total} files`);
  };
  return { onProgress, signal };
}
