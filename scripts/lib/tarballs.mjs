import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './packages.mjs';
import { cacheFolder, run } from './workspace.mjs';

/** Packs every published package, as `npm publish` would. Gives `{ name, folder, manifest, tarball }` of each. */
export async function packAll() {
  const destination = cacheFolder(`tarballs-${process.pid}`);
  const packages = publishedPackages();
  const workspaces = packages.map(({ name }) => `--workspace=${name}`);
  const { status, output } = await run('npm', [
    'pack',
    '--silent',
    `--pack-destination=${destination}`,
    ...workspaces,
  ]);
  if (status !== 0) throw new Error(`npm pack failed:\n${output}`);
  const files = new Set(readdirSync(destination));
  const packed = packages.map((each) => {
    const file = `${each.name.replace('@', '').replace('/', '-')}-${each.manifest.version}.tgz`;
    if (!files.has(file)) throw new Error(`npm pack made no ${file}`);
    return { ...each, tarball: join(destination, file) };
  });
  return { packed, discard: () => rmSync(destination, { recursive: true, force: true }) };
}
