import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createServer } from '../../src/server.ts';
import type { NatterServer } from '../../src/server.ts';
import type { ServerOptions } from '../../src/options.ts';
import { TestClient, testCost } from './client.ts';

/** A folder that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'natter-server-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A server on a free port that is closed after the test. Faults fail the test. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<NatterServer> {
  const faults: unknown[] = [];
  const server = await createServer({
    dataDirectory: options.dataDirectory ?? temporaryDirectory(),
    port: 0,
    passwordCost: testCost,
    presenceCoalescing: 5,
    log: (entry) => {
      if (entry.event === 'fault') faults.push(entry);
    },
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
    if (faults.length > 0) throw new Error(`the server had faults: ${JSON.stringify(faults)}`);
  });
  return server;
}

/** Two people with accounts. */
export async function aliceAndBob(server: NatterServer): Promise<{ alice: TestClient; bob: TestClient }> {
  return {
    alice: await TestClient.register(server.url, 'alice'),
    bob: await TestClient.register(server.url, 'bob'),
  };
}

/** Makes the two contacts of each other. */
export async function befriend(alice: TestClient, bob: TestClient): Promise<void> {
  await alice.request({ type: 'contact-request', address: bob.address });
  await bob.request({ type: 'contact-accept', address: alice.address });
}
