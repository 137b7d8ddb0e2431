import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entrySpecifiers } from '../lib/packages.mjs';
import { ROOT, run } from '../lib/workspace.mjs';

/**
 * Installs tarballs in an empty folder outside the clone, in which nothing of the workspace can be found by accident,
 * imports every entry of their exports and starts every command. Gives the faults.
 */
export async function installAndImport(packed) {
  const folder = mkdtempSync(join(tmpdir(), 'natter-packed-'));
  try {
    writeProject(folder, packed);
    const install = await run(
      'npm',
      ['install', '--silent', '--prefer-offline', '--no-audit', '--ignore-scripts'],
      {
        cwd: folder,
      },
    );
    if (install.status !== 0) return [`the packed packages do not install:\n${install.output}`];
    const faults = [];
    for (const each of packed) {
      for (const specifier of entrySpecifiers(each)) faults.push(...(await importEntry(folder, specifier)));
      for (const command of Object.keys(each.manifest.bin ?? {}))
        faults.push(...(await startCommand(folder, command)));
    }
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The clone's lock goes along, so that the dependencies are the versions everything else was tested with. */
function writeProject(folder, packed) {
  const dependencies = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const peers = Object.assign({}, ...packed.map((each) => each.manifest.peerDependencies ?? {}));
  const manifest = {
    name: 'packed',
    version: '0.0.0',
    private: true,
    type: 'module',
    dependencies: { ...peers, ...dependencies },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const packages = { '': manifest, ...lockedDependencies(packed.map((each) => each.manifest)) };
  const lock = { name: 'packed', version: '0.0.0', lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

/** What these packages need, and what that needs, out of the lock: npm would install all that a lock holds. */
function lockedDependencies(manifests) {
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const needed = {};
  const visit = (manifest) => {
    const names = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
      Object.keys(manifest[field] ?? {}),
    );
    for (const name of names) {
      // Beside the usual one there may be others, nested where another version is wanted.
      for (const [path, entry] of Object.entries(locked)) {
        if (path in needed || entry.link || !path.startsWith('node_modules/')) continue;
        if (!path.endsWith(`node_modules/${name}`)) continue;
        needed[path] = entry;
        visit(entry);
      }
    }
  };
  for (const manifest of manifests) visit(manifest);
  return needed;
}

async function importEntry(folder, specifier) {
  const program = `await import(${JSON.stringify(specifier)})`;
  const { status, output } = await run('node', ['--input-type=module', '--eval', program], { cwd: folder });
  return status === 0 ? [] : [`import '${specifier}' fails once installed:\n${output}`];
}

async function startCommand(folder, command) {
  const path = join(folder, 'node_modules', '.bin', command);
  if (!existsSync(path)) return [`the command ${command} is not installed`];
  const { status, output } = await run('node', [path, '--version'], { cwd: folder });
  return status === 0 ? [] : [`${command} --version fails once installed:\n${output}`];
}
