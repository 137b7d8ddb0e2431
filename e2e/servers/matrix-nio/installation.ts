import { spawnSync } from 'node:child_process';
import type { Availability } from '../availability.ts';

/** What has to be installed on Debian for {@link findMatrixNio} to succeed; libolm comes with it. */
export const MATRIX_NIO_PACKAGES: readonly string[] = ['python3-matrix-nio'];

/** Debian's own Python, which is the one that sees Debian's packages. */
const PYTHON = '/usr/bin/python3';

/** A Matrix client that shares no code with natter: no server, but like one it is somebody else's and has to be there. */
export function findMatrixNio(): Availability {
  const program = 'import olm, nio; from importlib.metadata import version; print(version("matrix-nio"))';
  const { status, stdout } = spawnSync(PYTHON, ['-c', program], { encoding: 'utf8' });
  if (status !== 0)
    return {
      available: false,
      reason: 'python3-matrix-nio is not installed; npm run servers installs it on Debian as root',
    };
  return { available: true, version: stdout.trim() };
}
