import { fstat as fstatCallback } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const fstat = promisify(fstatCallback);

/**
 * What is no file, or is one under a name of the system for something that is open already, such as /dev/fd/3. It is written
 * into: a file in the place of /dev/null would break it for everybody.
 */
export async function isDevice(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isDirectory() && (!found.isFile() || /^\/(?:dev|proc)\//u.test(resolve(path))),
    () => false,
  );
}

/** `-`, and every other name that standard output has, wherever it goes: /dev/stdout is a file when it is redirected into one. */
export async function isStandardOutput(target: string): Promise<boolean> {
  if (target === '-') return true;
  if (!/^\/(?:dev|proc)\//u.test(resolve(target))) return false;
  const [there, ours] = await Promise.all([stat(target).catch(() => null), fstat(1)]);
  return there !== null && there.dev === ours.dev && there.ino === ours.ino && there.rdev === ours.rdev;
}
