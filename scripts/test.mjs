/**
 * `npm test`: installs and builds what is missing, then runs every gate and every test. A gate that fails does not stop
 * the others. The closing line says `N passed, N failed`; the exit status is 1 when anything failed.
 *
 *   node scripts/test.mjs                       everything, in its short form
 *   node scripts/test.mjs --long                the long forms as well
 *   node scripts/test.mjs --only=lint,format    only these steps
 */
import { STEPS } from './lib/steps.mjs';
import { ensureInstalled } from './lib/workspace.mjs';

const long = process.argv.includes('--long');
const only = process.argv
  .find((parameter) => parameter.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const unknown = (only ?? []).filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `no such step: ${unknown.join(', ')}; there are ${STEPS.map((step) => step.name).join(', ')}`,
  );
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

try {
  ensureInstalled((text) => console.log(text));
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const steps = STEPS.filter((step) =>
  only === undefined ? long || step.long !== true : only.includes(step.name),
);
for (const [index, step] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${step.name}: ${step.what}`);
  const started = performance.now();
  const result = await step.run({ long });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
  if (result.failed > 0) failures.push(step.name);
  if (result.failed > 0 && result.output) console.log(result.output.trimEnd());
  if (result.note) console.log(result.note);
  console.log(`${result.failed > 0 ? 'FAILED' : 'ok'} ${step.name} (${seconds} s)`);
}

if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
