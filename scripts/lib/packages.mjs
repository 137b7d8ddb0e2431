import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace.mjs';

/** Every package under packages/ as `{ name, folder, manifest }`, in the order of their folders. */
function allPackages() {
  const home = join(ROOT, 'packages');
  return readdirSync(home)
    .map((name) => join(home, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return { name: manifest.name, folder, manifest };
    });
}

/** The packages that users install. */
export function publishedPackages() {
  return allPackages().filter(({ manifest }) => manifest.private !== true);
}

/** The specifiers by which others import a package: `@natter/core`, `@natter/core/link`, ... */
export function entrySpecifiers({ name, manifest }) {
  return Object.keys(manifest.exports ?? {})
    .filter((entry) => entry !== './package.json')
    .map((entry) => name + entry.slice(1));
}
