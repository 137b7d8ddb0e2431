/**
 * `npm run bench`: runs every bench/*.bench.ts, one after the other so that none disturbs another. Each prints its
 * figures, and the ratio to a baseline measured in the same run.
 *
 *   npm run bench -- hub store        only those whose name contains one of the words
 */
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { run } from './lib/workspace.mjs';

const words = process.argv.slice(2);
const benches = globSync('bench/*.bench.ts')
  .toSorted()
  .filter((file) => words.length === 0 || words.some((word) => basename(file).includes(word)));
if (benches.length === 0) {
  console.error(words.length === 0 ? 'bench/ has no *.bench.ts' : `no bench is called ${words.join(' or ')}`);
  process.exit(2);
}

const { status } = await run('tsc', ['-b'], { live: true });
if (status !== 0) process.exit(1);
let failed = 0;
for (const file of benches) {
  console.log(`\n${basename(file, '.bench.ts')}`);
  const result = await run('node', ['--expose-gc', file], { live: true });
  if (result.status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
