import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Update } from '@natter/native-protocol';
import { openAdministration } from '../../src/administration/administration.ts';
import type { ServerOptions } from '../../src/options.ts';
import { TestClient, password, testCost } from './client.ts';

/** A message that a client has tried to send. */
export interface Attempt {
  readonly sender: 'alice' | 'bob';
  readonly clientId: string;
  readonly text: string;
  /** Set when the server has acknowledged it. */
  seq?: number;
}

/** What the clients know at the moment of the crash. */
export interface Evidence {
  readonly attempts: readonly Attempt[];
  /** What bob's device was told, in order. */
  readonly seen: readonly Update[];
  /** How the server ended. */
  readonly signal: string | null;
}

/** Makes the accounts, without a server. */
export async function prepare(dataDirectory: string): Promise<void> {
  const administration = openAdministration({ dataDirectory, passwordCost: testCost });
  await administration.addUser('alice', password);
  await administration.addUser('bob', password);
  administration.close();
}

/** Runs a server that is to die at a point, and keeps it busy until it does. */
export async function crash(
  dataDirectory: string,
  killAt: string,
  options: Partial<ServerOptions> = {},
): Promise<Evidence> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('crash-child.ts', import.meta.url)), dataDirectory, JSON.stringify(options)],
    {
      env: { ...process.env, NATTER_KILL_AT: killAt },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exit = once(child, 'exit');
  const attempts: Attempt[] = [];
  const seen: Update[] = [];
  try {
    const url = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
      exit.then(() => null),
    ]);
    if (url !== null) await keepBusy(url, attempts, seen).catch(() => undefined);
  } finally {
    // Only when the point was never passed: the caller sees it by the signal.
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  }
  await exit;
  return { attempts, seen, signal: child.signalCode };
}

/** Both send without waiting; bob follows the log. Ends when the server does, or after far more than any test needs. */
async function keepBusy(url: string, attempts: Attempt[], seen: Update[]): Promise<void> {
  const alice = await TestClient.signIn(url, 'alice');
  const bob = await TestClient.signIn(url, 'bob');
  try {
    seen.push(...(await bob.sync()));
    for (let round = 0; round < 100; round += 1) {
      await Promise.all([
        burst(alice, 'alice', 'bob', round, attempts),
        burst(bob, 'bob', 'alice', round, attempts),
      ]);
    }
  } finally {
    seen.push(...bob.pushed());
  }
}

async function burst(
  client: TestClient,
  sender: 'alice' | 'bob',
  peer: string,
  round: number,
  attempts: Attempt[],
): Promise<void> {
  const sent = Array.from({ length: 5 }, async (_, index) => {
    const attempt: Attempt = {
      sender,
      clientId: `${sender}-${round}-${index}`,
      text: `${sender} ${round}.${index}`,
    };
    attempts.push(attempt);
    const { seq } = await client.request({
      type: 'send',
      clientId: attempt.clientId,
      peer,
      body: { text: attempt.text },
    });
    attempt.seq = seq;
  });
  await Promise.all(sent);
}
