import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Makes a folder for a server's data. Run by root, tests give it to a system user, who has to get there: a temporary
 * folder inside somebody's private one would not do.
 */
export function throwAwayFolder(name: string): string {
  const shared = process.getuid?.() === 0 ? [tmpdir(), '/tmp', '/var/tmp'].find(isOpenToOthers) : tmpdir();
  return mkdtempSync(join(shared ?? tmpdir(), `natter-${name}-`));
}

/** Whether others may pass through the folder and all above it. */
function isOpenToOthers(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  const passable = (mode & 0o001) !== 0;
  return passable && (dirname(folder) === folder || isOpenToOthers(dirname(folder)));
}
