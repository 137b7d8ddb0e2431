import { readFileSync } from 'node:fs';
import type { ServerOptions } from '@natter/server';
import type { CommandContext } from '../../context.ts';
import { exitCodes } from '../../output/exit-code.ts';
import { oneLine } from '../../output/sanitise.ts';
import { serverFolder } from './data-folder.ts';
import { asNatterError } from './failure.ts';

/** `natter server run`: until it is interrupted. */
export async function runServer(context: CommandContext): Promise<number> {
  const { given, output, signal } = context;
  const registration = given.choice('registration', ['open', 'invite', 'closed']);
  const name = given.text('name');
  const options: ServerOptions = {
    dataDirectory: serverFolder(context),
    ...listenAddress(context),
    ...(registration !== undefined && { registration }),
    ...(name !== undefined && { name }),
    ...tlsFiles(context),
    allowInsecure: given.flag('allow-insecure'),
    log: ({ level, event, ...data }) => {
      if (level !== 'debug') output.note(oneLine(`${level} ${event} ${JSON.stringify(data)}`));
    },
  };
  const { createServer } = await import('@natter/server');
  const server = await asNatterError(() => createServer(options));
  const item = {
    type: 'server',
    state: 'listening',
    url: server.url,
    port: server.port,
    name: server.name,
    pid: process.pid,
  };
  output.item(item, () => `natter server ${server.name} listens at ${server.url}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
  return exitCodes.done;
}

function listenAddress({ given }: CommandContext): Pick<ServerOptions, 'host' | 'port'> {
  const text = given.text('listen');
  if (text === undefined) return {};
  // HOST:PORT, [v6]:PORT, or a bare port.
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw given.error(`--listen takes HOST:PORT, not '${text}'`);
  const host = match[1] ?? match[2];
  return { port, ...(host !== undefined && { host }) };
}

function tlsFiles({ given }: CommandContext): Pick<ServerOptions, 'tls'> {
  const [certificate, key] = [given.text('tls-cert'), given.text('tls-key')];
  if (certificate === undefined && key === undefined) return {};
  if (certificate === undefined || key === undefined)
    throw given.error('--tls-cert and --tls-key go together');
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw given.error(
        `${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'})`,
      );
    }
  };
  return { tls: { certificate: read(certificate), key: read(key) } };
}
