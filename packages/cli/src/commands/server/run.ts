import type { NatterServer, ServerConfiguration } from '@natter/server';
import type { CommandContext } from '../../context.ts';
import { exitCodes } from '../../output/exit-code.ts';
import { configurationOf } from './configuration.ts';
import { asNatterError } from './failure.ts';

/** What ending takes beside the drain, in milliseconds. */
const closingTime = 5_000;

/** `natter server run`: until it is interrupted. */
export async function runServer(context: CommandContext): Promise<number> {
  const { output, signal } = context;
  const { structuredLog, createServer } = await import('@natter/server');
  const configuration = await settled(context);
  const { level, format } = configuration.log;
  const log = structuredLog({ level, format: format ?? output.logFormat }, (line) => output.log(line));
  const server = await asNatterError(() => createServer({ ...configuration.server, log }));
  context.allowTimeToEnd(configuration.drain + closingTime);
  const item = {
    type: 'server',
    state: 'listening',
    url: server.url,
    port: server.port,
    name: server.name,
    administration: server.administrationUrl,
    pid: process.pid,
  };
  output.item(item, () => `natter server ${server.name} listens at ${server.url}`);
  const reload = (): void => server.reload();
  process.on('SIGHUP', reload);
  await aborted(signal);
  await end(server, configuration);
  process.off('SIGHUP', reload);
  return exitCodes.done;
}

/** Settings that cannot be are a matter of usage. */
async function settled(context: CommandContext): Promise<ServerConfiguration> {
  const { StartError, settleConfiguration } = await import('@natter/server');
  try {
    return settleConfiguration(configurationOf(context));
  } catch (error) {
    throw error instanceof StartError ? context.given.error(error.message) : error;
  }
}

/** In order: a second signal ends the process at once. */
async function end(server: NatterServer, { drain }: ServerConfiguration): Promise<void> {
  await server.drain(drain);
  await server.close();
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
