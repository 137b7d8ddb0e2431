/**
 * Shows that each gate fails when it should: plants a fault in a copy of the clone, runs the gate there through the
 * very command that `npm test` uses, and expects exit status 1, `1 failed` and a message that names the fault.
 *
 *   node scripts/gates/prove.mjs [GATE]...
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, ensureInstalled, run } from '../lib/workspace.mjs';
import { PLANTED_FAULTS } from './planted-faults.mjs';

ensureInstalled();
const wanted = process.argv.slice(2);
const faults = PLANTED_FAULTS.filter(({ gate }) => wanted.length === 0 || wanted.includes(gate));
const copy = mkdtempSync(join(tmpdir(), 'natter-planted-'));
let unnoticed = 0;
try {
  copyClone(copy);
  for (const round of rounds(faults)) {
    const output = await runPlanted(round);
    for (const { gate, what, message } of round) {
      const noticed = output.failed && message.test(output.text);
      console.log(`${noticed ? 'ok' : 'NOT NOTICED'}: ${gate} fails on ${what}`);
      if (!noticed) unnoticed += 1;
      if (!noticed) console.log(output.text);
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${faults.length - unnoticed} passed, ${unnoticed} failed`);
process.exitCode = unnoticed === 0 ? 0 : 1;

/** Faults of one gate are planted together, so that it runs once, unless one would hide the other (`round`). */
function rounds(all) {
  return Object.values(Object.groupBy(all, ({ gate, round = 1 }) => `${gate} ${round}`));
}

/** What git knows or would, what was built, and links to what was installed. */
function copyClone(target) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  const built = globSync('{packages/*,e2e,examples}/dist', { cwd: ROOT });
  for (const path of [...files, ...built])
    cpSync(join(ROOT, path), join(target, path), { recursive: true, preserveTimestamps: true });
  const installed = globSync('{.,packages/*,docs,e2e,examples}/node_modules', { cwd: ROOT });
  for (const path of installed) symlinkSync(join(ROOT, path), join(target, path));
}

async function runPlanted(round) {
  const undo = round.flatMap(({ plant }) =>
    Object.entries(plant).map(([file, change]) => edit(join(copy, file), change)),
  );
  const { status, output } = await run('node', ['scripts/test.mjs', `--only=${round[0].gate}`], {
    cwd: copy,
  });
  for (const restore of undo.toReversed()) restore();
  return { failed: status === 1 && /^\d+ passed, [1-9]\d* failed/m.test(output), text: output };
}

/** Writes a new file or changes one; gives the way back. */
function edit(path, change) {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, change(before ?? ''));
  return () => (before === undefined ? rmSync(path) : writeFileSync(path, before));
}
