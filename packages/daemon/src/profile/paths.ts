import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export { makeFolder } from './make-folder.ts';

/** Where the parts of a profile live. All paths are absolute; nothing is created by computing them. */
export interface ProfilePaths {
  /** The folder of `NATTER_HOME`, when it is set. */
  readonly home: string | null;
  readonly configFolder: string;
  readonly dataFolder: string;
  readonly stateFolder: string;
  readonly cacheFolder: string;
  readonly runtimeFolder: string;
  readonly configFile: string;
  readonly storeFile: string;
  readonly blobFolder: string;
  /** Encryption keys of devices. */
  readonly keyFolder: string;
  readonly lockFile: string;
  readonly encryptedSecretsFile: string;
  readonly plainSecretsFile: string;
  readonly logFile: string;
  /** The number of the daemon's process, while it runs. */
  readonly pidFile: string;
  /** The daemon's socket; in a folder of its own where the runtime folder's path is too long for one. */
  readonly socket: string;
}

/** The environment that paths and settings are taken from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The profile that the environment means: `NATTER_HOME`, else the XDG base directories. */
export function profilePaths(environment: Environment): ProfilePaths {
  const folders = environment['NATTER_HOME']
    ? homeFolders(resolve(environment['NATTER_HOME']))
    : xdgFolders(environment);
  const { configFolder, dataFolder, stateFolder, runtimeFolder } = folders;
  return {
    ...folders,
    configFile: join(configFolder, 'config.toml'),
    storeFile: join(dataFolder, 'natter.db'),
    blobFolder: join(dataFolder, 'blobs'),
    keyFolder: join(dataFolder, 'keys'),
    lockFile: join(dataFolder, 'profile.lock'),
    encryptedSecretsFile: join(dataFolder, 'secrets.sealed'),
    plainSecretsFile: join(dataFolder, 'secrets.json'),
    logFile: join(stateFolder, 'daemon.log'),
    pidFile: join(stateFolder, 'daemon.pid'),
    socket: socketPath(runtimeFolder),
  };
}

type Folders = Pick<
  ProfilePaths,
  'home' | 'configFolder' | 'dataFolder' | 'stateFolder' | 'cacheFolder' | 'runtimeFolder'
>;

function homeFolders(home: string): Folders {
  return {
    home,
    configFolder: home,
    dataFolder: join(home, 'data'),
    stateFolder: join(home, 'state'),
    cacheFolder: join(home, 'cache'),
    runtimeFolder: join(home, 'run'),
  };
}

/** XDG Base Directory Specification 0.8: variables that are not absolute paths are ignored. */
function xdgFolders(environment: Environment): Folders {
  const home = environment['HOME'] || homedir();
  const base = (variable: string, ...fallback: string[]): string => {
    const value = environment[variable];
    return join(value && isAbsolute(value) ? value : join(home, ...fallback), 'natter');
  };
  const runtime = environment['XDG_RUNTIME_DIR'];
  return {
    home: null,
    configFolder: base('XDG_CONFIG_HOME', '.config'),
    dataFolder: base('XDG_DATA_HOME', '.local', 'share'),
    stateFolder: base('XDG_STATE_HOME', '.local', 'state'),
    cacheFolder: base('XDG_CACHE_HOME', '.cache'),
    runtimeFolder: runtime && isAbsolute(runtime) ? join(runtime, 'natter') : temporaryFolder(home),
  };
}

/** Longest path that every Unix takes for a socket; macOS allows 103 bytes, Linux 107. */
const longestSocketPath = 100;

/** `natter.sock` in the runtime folder, or in a short folder of its own where that path is too long for a socket. */
export function socketPath(runtimeFolder: string): string {
  const path = join(runtimeFolder, 'natter.sock');
  return Buffer.byteLength(path) <= longestSocketPath
    ? path
    : join(temporaryFolder(runtimeFolder), 'natter.sock');
}

/**
 * A folder below the system's temporary one for this user and `purpose`. Only one level: where everybody may write, a
 * parent of ours could be somebody else's.
 */
function temporaryFolder(purpose: string): string {
  // Loaded here: most profiles never need it, and every command would pay for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const name = createHash('sha256').update(purpose).digest('hex').slice(0, 16);
  const folder = Buffer.byteLength(tmpdir()) <= 40 ? tmpdir() : '/tmp';
  return join(folder, `natter-${String(process.getuid?.() ?? 'user')}-${name}`);
}
