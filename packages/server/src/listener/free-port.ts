import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from '../start-error.ts';

/**
 * That one can listen there, which is found out before any data are touched. Somebody else may still take the port before we
 * do; then it is said later. `what` ends the sentence. @throws StartError
 */
export async function requireFreePort(host: string, port: number, what = ''): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  probe.listen({ host, port, exclusive: true });
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw cannotListen(host, port, error, what);
  }
  probe.close();
  await once(probe, 'close');
}

const whatToDo: Readonly<Partial<Record<string, string>>> = {
  EADDRINUSE: 'another program listens there (EADDRINUSE); end it, or choose another port',
  EACCES: 'this user may not listen there (EACCES); choose a port from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address (EADDRNOTAVAIL); choose one that it has',
};

/** Says so in one line. */
export function cannotListen(host: string, port: number, error: unknown, what = ''): StartError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' ? whatToDo[code] : undefined;
  const reason = known ?? (error instanceof Error ? error.message : String(error));
  return new StartError('listen', `cannot listen on ${host}:${port}${what}: ${reason}`, { cause: error });
}
