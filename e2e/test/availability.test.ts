import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Runs the planted group in a test run of its own, in which Prosody counts as missing. */
function runWithoutProsody(environment: Record<string, string>): { status: number | null; output: string } {
  const config = join(import.meta.dirname, 'planted', 'vitest.config.ts');
  const { NATTER_REQUIRE_SERVERS: _inherited, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync('vitest', ['run', '--config', config, '--no-color'], {
    encoding: 'utf8',
    env: { ...inherited, NATTER_WITHOUT_SERVERS: 'prosody', ...environment },
  });
  return { status, output: stdout + stderr };
}

test('a group whose server is missing is skipped by name, with the reason', () => {
  const { status, output } = runWithoutProsody({});
  expect(output).toContain('skipped: a group [needs prosody: NATTER_WITHOUT_SERVERS names it]');
  expect(output).toMatch(/1 skipped/);
  expect(status).toBe(0);
});

test('NATTER_REQUIRE_SERVERS=1 turns the skip into a failure', () => {
  const { status, output } = runWithoutProsody({ NATTER_REQUIRE_SERVERS: '1' });
  expect(output).toContain('NATTER_REQUIRE_SERVERS=1, and prosody is missing');
  expect(output).toMatch(/1 failed/);
  expect(status).toBe(1);
});
