import { createServer } from '@natter/server';
import type { NatterServer, ServerOptions } from '@natter/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Home } from './cli.ts';

/** A native server of this test's own, with accounts whose passwords are `password-NAME`. */
export async function nativeServer(
  users: readonly string[],
  options: Partial<ServerOptions> = {},
): Promise<NatterServer> {
  const dataDirectory = options.dataDirectory ?? temporaryFolder();
  // Cheap hashes: what is tested is not the hash.
  const passwordCost = { memory: 1024, passes: 1 };
  const server = await createServer({ port: 0, passwordCost, ...options, dataDirectory });
  onTestFinished(() => server.close());
  for (const user of users) await server.administration.addUser(user, passwordOf(user));
  return server;
}

/** A folder for a server that is started twice. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'natter-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function passwordOf(user: string): string {
  return `password-${user}`;
}

/** A home that is signed in to a server. */
export async function homeOf(
  user: string,
  server: NatterServer,
  environment?: Record<string, string>,
): Promise<Home> {
  const home = new Home(environment);
  const { code, stderr } = await home.run(
    ['account', 'add', 'native', `${user}@${server.name}`, '--server', server.url, '--password-stdin'],
    { stdin: `${passwordOf(user)}\n` },
  );
  if (code !== 0) throw new Error(`${user} cannot sign in: ${stderr}`);
  return home;
}

/** Two homes whose users are each other's contacts. */
export async function friends(server: NatterServer): Promise<{ alice: Home; bob: Home }> {
  const [alice, bob] = await Promise.all([homeOf('alice', server), homeOf('bob', server)]);
  await alice.lines('contact', 'add', `bob@${server.name}`);
  await until(async () => (await bob.lines('contacts')).length > 0);
  await bob.lines('contact', 'accept', `alice@${server.name}`);
  await bob.lines('contact', 'add', `alice@${server.name}`);
  return { alice, bob };
}

/** Tries until something holds; the test's own time-out ends it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
