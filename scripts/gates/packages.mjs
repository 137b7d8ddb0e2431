/**
 * Judges the packages as users would receive them, packed: publint (is package.json true?) and attw (do the types
 * resolve?). Then installs all of them in an empty folder outside the clone and imports every entry.
 */
import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packAll } from '../lib/tarballs.mjs';
import { run } from '../lib/workspace.mjs';
import { installAndImport } from './install-packed.mjs';

const { packed, discard } = await packAll();
try {
  const faults = [];
  for (const each of packed) faults.push(...(await lintPackage(each)), ...(await checkTypes(each)));
  if (faults.length === 0) faults.push(...(await installAndImport(packed)));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  discard();
}

async function lintPackage({ name, manifest, tarball }) {
  const bytes = readFileSync(tarball);
  const archive = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({ pkgDir: 'package', pack: { tarball: archive }, strict: true });
  return messages.map((message) => `${name}: publint: ${formatMessage(message, manifest, { color: false })}`);
}

async function checkTypes({ name, tarball }) {
  const { status, output } = await run('attw', [
    tarball,
    '--profile',
    'esm-only',
    '--no-color',
    '--no-emoji',
  ]);
  return status === 0 ? [] : [`${name}: attw:\n${output}`];
}
