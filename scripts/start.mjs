/**
 * `npm start`: installs and builds what is missing, then runs the demo. Installs no system package, and keeps everything
 * in `.natter-demo/` of the clone, which the next start uses again.
 */
import { spawn } from 'node:child_process';
import { ROOT, ensureBuilt, ensureInstalled, toolEnvironment } from './lib/workspace.mjs';

try {
  ensureInstalled((text) => console.error(text));
  ensureBuilt();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const demo = spawn('node', ['examples/demo/main.ts', ...process.argv.slice(2)], {
  cwd: ROOT,
  env: toolEnvironment(),
  stdio: 'inherit',
});
// Ctrl-C reaches the demo by itself; it says goodbye and ends, and so do we.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => demo.kill('SIGTERM'));
demo.on('error', (error) => {
  console.error(`the demo does not start: ${error.message}`);
  process.exitCode = 1;
});
demo.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
