import { join, resolve } from 'node:path';
import type { CommandContext } from '../../context.ts';

/** The folder of the native server: `--data`, or one beside the profile's. */
export function serverFolder({ given, paths }: CommandContext): string {
  const chosen = given.text('data');
  if (chosen !== undefined) return resolve(chosen);
  return paths.home === null ? join(paths.dataFolder, '..', 'natter-server') : join(paths.home, 'server');
}
