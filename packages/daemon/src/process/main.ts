/** The daemon as a process of its own: what `ensureDaemon` starts. It tells its parent how it went and stays alone. */
import { toErrorData } from '@natter/core/error';
import { profilePaths } from '../profile/paths.ts';
import type { AskPassphrase } from '../secrets/passphrase.ts';
import type { PassphraseAnswer, StartReport } from './messages.ts';
import { runDaemon } from './run-daemon.ts';
import { logCrashes, stopOnSignals } from './signals.ts';

process.umask(0o077);
process.title = 'natter daemon';

function tell(report: StartReport, then: () => void = () => {}): void {
  if (process.connected) process.send?.(report, then);
  else then();
}

/** Through the parent, which may have a terminal. */
const ask: AskPassphrase = (purpose, attempt) =>
  new Promise((resolve) => {
    if (!process.connected) return resolve(null);
    process.once('message', (message) => resolve((message as PassphraseAnswer).passphrase));
    process.once('disconnect', () => resolve(null));
    tell({ report: 'passphrase', purpose, attempt });
  });

/** The parent is told last, and then left alone: its terminal may go. */
function leaveParent(): void {
  process.removeAllListeners('message');
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}

async function main(): Promise<void> {
  const environment = process.env;
  const daemon = await runDaemon({
    paths: profilePaths(environment),
    environment,
    stay: process.argv.includes('--stay'),
    ask,
  });
  tell({ report: daemon === null ? 'busy' : 'ready' });
  leaveParent();
  if (daemon === null) return;
  stopOnSignals(daemon);
  logCrashes(daemon);
  await daemon.ended;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    tell({ report: 'failed', error: toErrorData(error) }, () => process.exit(1));
  },
);
