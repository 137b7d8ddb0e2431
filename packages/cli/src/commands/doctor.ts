import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NatterError, toErrorData } from '@natter/core/error';
import { connectDaemon } from '@natter/daemon';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/exit-code.ts';
import { oneLine } from '../output/sanitise.ts';
import { askPassphrase } from '../prompts/passphrase.ts';

/** One thing that is looked at: what is found, or an error that says what is wrong. */
interface Check {
  readonly name: string;
  readonly look: (context: CommandContext) => Promise<string> | string;
}

const checks: readonly Check[] = [
  { name: 'node', look: () => process.versions.node },
  { name: 'profile', look: ({ paths }) => paths.home ?? paths.dataFolder },
  {
    name: 'config',
    look: ({ paths, settingsFault }) => {
      if (settingsFault !== null) throw settingsFault;
      return existsSync(paths.configFile) ? paths.configFile : 'none, all defaults';
    },
  },
  { name: 'modes', look: checkModes },
  { name: 'folders', look: checkFolders },
  { name: 'search', look: checkFullText },
  { name: 'store', look: checkStore },
  { name: 'secrets', look: checkSecrets },
  { name: 'daemon', look: checkDaemon },
];

/** `natter doctor`: exit code 1 when something is wrong. */
export async function doctor(context: CommandContext): Promise<number> {
  const { output } = context;
  let healthy = true;
  for (const { name, look } of checks) {
    const { ok, detail } = await lookAt(look, context);
    healthy &&= ok;
    const sign = ok ? output.style.good('ok ') : output.style.warning('bad');
    output.item({ type: 'check', name, ok, detail }, () => `${sign}  ${name.padEnd(8)}  ${oneLine(detail)}`);
  }
  return healthy ? exitCodes.done : exitCodes.failed;
}

async function lookAt(
  look: Check['look'],
  context: CommandContext,
): Promise<{ ok: boolean; detail: string }> {
  try {
    return { ok: true, detail: await look(context) };
  } catch (error) {
    return {
      ok: false,
      detail: NatterError.isInstance(error) ? error.data.message : toErrorData(error).message,
    };
  }
}

function checkModes({ paths }: CommandContext): string {
  const { dataFolder, stateFolder, storeFile, encryptedSecretsFile, plainSecretsFile, logFile } = paths;
  const open = [dataFolder, stateFolder, storeFile, encryptedSecretsFile, plainSecretsFile, logFile].filter(
    (path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found !== undefined && (found.mode & 0o077) !== 0;
    },
  );
  if (open.length > 0) throw new Error(`others can read ${open.join(', ')}`);
  return 'only you can read the profile';
}

/** Every folder of the profile can be written, or made where there is none. */
function checkFolders({ paths }: CommandContext): string {
  const folders = [paths.dataFolder, paths.stateFolder, paths.cacheFolder, dirname(paths.socket)];
  const closed = folders.map(existingFolder).filter((folder) => !isWritable(folder));
  if (closed.length > 0) throw new Error(`you cannot write to ${[...new Set(closed)].join(', ')}`);
  return 'you can write to the profile';
}

/** A folder, or the nearest one above it that is there. */
function existingFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function checkFullText(): Promise<string> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE VIRTUAL TABLE probe USING fts5(text)');
  database.close();
  return 'SQLite with FTS5';
}

/** Opens what is kept as reading does, which finds a damaged file; a daemon may hold it at the same time. */
async function checkStore({ paths }: CommandContext): Promise<string> {
  if (!existsSync(paths.storeFile)) return 'none yet';
  const { readStoredProfile } = await import('@natter/daemon/stored');
  const profile = await readStoredProfile(paths);
  await profile.close();
  return paths.storeFile;
}

async function checkSecrets({ paths, settings, settingsFault, terminal }: CommandContext): Promise<string> {
  if (settingsFault !== null) return 'not looked at: the config says where they are';
  const { openSecrets } = await import('@natter/daemon/secrets');
  const secrets = await openSecrets(paths, settings, askPassphrase(terminal));
  await secrets.check();
  return settings.secrets;
}

async function checkDaemon({ paths }: CommandContext): Promise<string> {
  const found = await connectDaemon(paths);
  found?.link.close();
  return found === null
    ? 'does not run; commands start it'
    : `runs, natter ${found.status.version}, pid ${found.status.pid}`;
}
