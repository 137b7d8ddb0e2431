import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProsody } from '@natter/e2e';
import { Home } from './home.ts';

/** A network that both sides are on. */
export interface Network {
  /** As `--account` names it. */
  readonly name: 'native' | 'xmpp';
  /** What stands behind the @. */
  readonly domain: string;
  /** Options of `account add`. */
  readonly options: readonly string[];
}

/** Passwords are never in argv: commands read them from standard input. */
export const passwordOf = (user: string): string => `the password of ${user}`;

/** The bundled server, run and administered by the command itself. */
export async function startNative(
  users: readonly string[],
  cleaning: AsyncDisposableStack,
): Promise<Network> {
  const home = cleaning.use(new Home('the server'));
  const domain = 'native.test';
  const data = ['--data', join(home.folder, 'server'), '--name', domain];
  for (const user of users)
    await home.natter(['server', 'user', 'add', user, '--password-stdin', ...data], passwordOf(user));
  const server = home.start(['server', 'run', '--listen', '127.0.0.1:0', ...data]);
  await server.prints(1);
  return { name: 'native', domain, options: ['--server', String(server.lines[0]?.['url'])] };
}

/** A Prosody whose authority the accounts are told to trust. */
export async function startXmpp(users: readonly string[], cleaning: AsyncDisposableStack): Promise<Network> {
  const prosody = await startProsody({
    users: users.map((name) => ({ name, password: passwordOf(name) })),
  });
  cleaning.defer(() => prosody.stop());
  const authority = join(cleaning.use(new Home('the authority')).folder, 'ca.pem');
  writeFileSync(authority, prosody.ca.certificate);
  const options = ['--server', `${prosody.host}:${prosody.port}`, '--ca', authority];
  return { name: 'xmpp', domain: prosody.domain, options };
}
