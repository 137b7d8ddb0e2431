import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Services } from '../services.ts';

/** The process answers; and: it can serve, which a proxy or supervisor asks before it sends anybody here. */
const paths = ['/health', '/ready'] as const;

/** Answers who asks whether the server is well, without telling anything else. `false`: that was not the question. */
export function answerHealth(
  { storage, log, lifecycle }: Services,
  { url, method }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const path = paths.find((known) => known === url);
  if (path === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  const answer = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`${text}\n`);
  };
  if (path === '/health') answer(200, 'ok');
  else if (lifecycle.draining) answer(503, 'shutting down');
  else
    Promise.resolve()
      .then(() => storage.directory.accounts.byId(0))
      .then(
        () => answer(200, 'ready'),
        (error: unknown) => {
          log({ level: 'warn', event: 'not-ready', error: String(error) });
          answer(503, 'not ready');
        },
      );
  return true;
}
