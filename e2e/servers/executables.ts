import { existsSync } from 'node:fs';

/** Full path of a program on PATH or in the folders Debian keeps servers in. */
export function findExecutable(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => `${folder}/${name}`)
    .find((path) => existsSync(path));
}
