/**
 * `npm run docs`: the API reference, into docs/api/. An export without documentation is an error, and so is a public
 * Observable whose name or documentation leaves its reader guessing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docFaults } from './lib/doc-faults.mjs';
import { publishedPackages } from './lib/packages.mjs';
import { ROOT, run } from './lib/workspace.mjs';

const JSON_FILE = join(ROOT, 'docs', 'api', 'natter.json');

const { status, output } = await run(join(ROOT, 'docs', 'node_modules', '.bin', 'typedoc'), [
  '--options',
  join(ROOT, 'docs', 'typedoc.json'),
  '--out',
  join(ROOT, 'docs', 'api', 'html'),
  '--json',
  JSON_FILE,
  ...entrySources(),
]);
process.stdout.write(output);
const faults = status === 0 ? docFaults(JSON.parse(readFileSync(JSON_FILE, 'utf8'))) : [];
for (const fault of faults) console.error(`error: ${fault}`);
process.exitCode = status === 0 && faults.length === 0 ? 0 : 1;

/** The source behind each entry of each package's exports: dist/x/index.d.ts comes from src/x/index.ts. */
function entrySources() {
  return publishedPackages().flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports ?? {})
      .map((entry) => entry.types ?? entry.default?.types)
      .filter((types) => typeof types === 'string')
      .map((types) => join(folder, types.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts')))
      .map((path) => (existsSync(path) ? path : `${path}x`)),
  );
}
