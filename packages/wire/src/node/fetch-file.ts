import { request as send } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import type { HttpAnswer, HttpRequest } from '../https.ts';
import { LinkError } from '../link-error.ts';

/**
 * Asks a web server by Node's own client, which verifies it before a byte of ours goes out. Follows no redirect. Rejects with
 * LinkError; an answer of any status resolves.
 */
export function fetchFile(request: HttpRequest): Promise<HttpAnswer> {
  const { url, method, headers, body, authorities, patience, signal } = request;
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const fail = (error: unknown): void => reject(describe(error, url, signal));
  if (!url.startsWith('https://')) {
    fail(new Error('only https is safe'));
    return promise;
  }
  try {
    const ca = authorities === null ? {} : { ca: [...rootCertificates, authorities] };
    const outgoing = send(url, { method, headers, signal, ...ca });
    outgoing.setTimeout(patience, () => outgoing.destroy(new Error('nothing moves')));
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: response,
        discard: () => void response.resume(),
      });
    });
    if (body === undefined) outgoing.end();
    else pipeline(Readable.from(body, { objectMode: false }), outgoing).catch(fail);
  } catch (error) {
    fail(error); // an address that is none
  }
  return promise;
}

function describe(error: unknown, url: string, signal: AbortSignal): LinkError {
  if (signal.aborted) return new LinkError('aborted', 'the transfer was given up');
  const why = error instanceof Error ? error.message : String(error);
  return new LinkError('connect-failed', `${url.slice(0, 200)}: ${why}`, { cause: error });
}
