import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, run } from './workspace.mjs';

/**
 * The steps of `npm test`, in order. `run` resolves with what passed and failed, and with the output to show when
 * something did. A step with `long` belongs to `npm run test:long` only.
 */
export const STEPS = [
  gate('types', 'the compiler, over sources and tests', 'tsc', ['-b']),
  gate('lint', 'oxlint with types, and who may import whom', 'oxlint', []),
  gate('format', 'oxfmt', 'oxfmt', ['--check', '.']),
  gate('knip', 'unused files, exports and dependencies', 'knip', []),
  gate('packages', 'publint and attw on what would be published', 'node', ['scripts/gates/packages.mjs']),
  gate('docs', 'TypeDoc, where an undocumented export is an error', 'node', ['scripts/docs.mjs']),
  { name: 'proofs', what: 'each gate fails on a fault planted for it', run: proveGates },
  { name: 'servers', what: 'real servers for the tests', run: provideServers },
  { name: 'tests', what: 'unit, conformance, examples, real servers', run: ({ long }) => runVitest(long) },
];

function gate(name, what, command, parameters) {
  return {
    name,
    what,
    run: async () => {
      const { status, output } = await run(command, parameters);
      return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
    },
  };
}

async function proveGates() {
  const { status, output } = await run('node', ['scripts/gates/prove.mjs']);
  const [, passed = 0, failed = 1] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [];
  return { passed: Number(passed), failed: status === 0 ? 0 : Math.max(1, Number(failed)), output };
}

/** Not counted when it succeeds: it proves nothing by itself. */
async function provideServers() {
  const { status, output } = await run('node', ['e2e/dist/install.js']);
  return { passed: 0, failed: status === 0 ? 0 : 1, note: output.trimEnd() };
}

async function runVitest(long) {
  const report = join(cacheFolder('test'), 'vitest.json');
  rmSync(report, { force: true });
  const { status } = await run(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { live: true, env: long ? { NATTER_LONG: '1' } : {} },
  );
  return countTests(report, status);
}

/** A file that does not even load, or an error outside any test, fails without a failed test: it counts as one. */
function countTests(report, status) {
  let summary;
  try {
    summary = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    return { passed: 0, failed: 1, output: `vitest left no report: ${error.message}` };
  }
  const unloaded = summary.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = summary.numFailedTests + unloaded;
  return {
    passed: summary.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: summary.numPendingTests + summary.numTodoTests,
  };
}
