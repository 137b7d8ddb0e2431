/**
 * What `npm start` and `npm test` need before anything is installed. Everything in scripts/ that runs at that point is
 * plain JavaScript for Node 20 without dependencies; the rest runs on the Node 24 that the lock file brings.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's top folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Where scripts keep what can be made again. */
const CACHE = join(ROOT, '.cache');

const BIN = join(ROOT, 'node_modules', '.bin');
const STAMP = join(ROOT, 'node_modules', '.natter-installed');
const WINDOWS = process.platform === 'win32';

/** The environment in which `node` is the project's own and tools are found by name. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}` };
}

/** Installs exactly what the lock file says, unless that is what is there. Gives whether it had to. */
export function ensureInstalled(say = () => {}) {
  const wanted = lockFingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return false;
  say('installing dependencies from the lock file (npm ci)');
  const { status } = spawnSync(
    'npm',
    ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: WINDOWS,
    },
  );
  if (status !== 0) throw new Error('npm ci failed; see its messages above');
  writeFileSync(STAMP, wanted);
  return true;
}

/** Another lock, platform, or processor wants another installation. */
function lockFingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  return `${hash.digest('hex')} ${process.platform} ${process.arch}\n`;
}

/** Builds what changed. */
export function ensureBuilt() {
  const { status } = spawnSync('tsc', ['-b'], {
    cwd: ROOT,
    env: toolEnvironment(),
    stdio: 'inherit',
    shell: WINDOWS,
  });
  if (status !== 0) throw new Error('the build failed; see the messages above');
}

/**
 * Runs a tool of the project and resolves with its exit status and output. The tool dies with us: a Ctrl-C reaches the
 * whole group anyway, other ends are passed on.
 */
export function run(command, parameters, { cwd = ROOT, env = {}, live = false } = {}) {
  const child = spawn(command, parameters, {
    cwd,
    env: { ...toolEnvironment(), ...env },
    stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: WINDOWS,
  });
  const stop = () => child.kill('SIGTERM');
  process.once('SIGTERM', stop);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    const settle = (status) => {
      process.off('SIGTERM', stop);
      resolve({ status, output });
    };
    child.once('error', (error) => {
      output += `${error.message}\n`;
      settle(1);
    });
    child.once('close', (code) => settle(code ?? 1));
  });
}

/** A folder under the cache, made when missing. */
export function cacheFolder(name) {
  const folder = join(CACHE, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
