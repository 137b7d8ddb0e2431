import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { profilePaths } from '../src/profile/paths.ts';
import type { ProfilePaths } from '../src/profile/paths.ts';

/** A fresh profile folder that is removed after the test. */
export function temporaryHome(): { home: string; paths: ProfilePaths } {
  const home = mkdtempSync(join(tmpdir(), 'natter-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return { home, paths: profilePaths({ NATTER_HOME: home }) };
}
