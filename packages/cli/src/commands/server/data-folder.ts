import { join, resolve } from 'node:path';
import type { CommandContext } from '../../context.ts';

/** The folder of the native server: `--data`, `NATTER_SERVER_DATA`, or one beside the profile's. */
export function serverFolder({ given, paths, environment }: CommandContext): string {
  const chosen = given.text('data') ?? environment['NATTER_SERVER_DATA'];
  if (chosen) return resolve(chosen);
  return paths.home === null ? join(paths.dataFolder, '..', 'natter-server') : join(paths.home, 'server');
}
