import { isLoopback } from '@natter/wire';
import { WireError } from './error.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import { getList, getMap, getText, parseJson, readBody, type JsonMap } from './json.ts';
import type { WireLimits } from './limits.ts';
import { MOST_REDIRECTS, redirectOf } from './redirects.ts';
import { baseOf } from './target.ts';

const MOST_BYTES = 64 * 1024;

/** With what a homeserver is looked for. */
export interface DiscoveryParts {
  readonly http: HttpClient;
  readonly limits: WireLimits;
  readonly allowInsecure: boolean;
}

/**
 * Finds the homeserver of a server name by its `.well-known` file (Matrix 1.18, section "Well-known URIs"). Where there
 * is none, the name itself is the homeserver; where it cannot be used, the user has to say which one is meant. Rejects
 * with WireError.
 */
export async function discover(
  serverName: string,
  parts: DiscoveryParts,
  signal: AbortSignal,
): Promise<string> {
  const itself = baseOf(serverName, parts.allowInsecure);
  if (isLoopback(new URL(itself).hostname)) return itself;
  // The file is asked for at the name alone, whatever port stands behind it in user ids.
  const url = new URL(`https://${new URL(itself).hostname}/.well-known/matrix/client`);
  const answer = await follow(url, parts, signal);
  if (answer.status === 404) {
    answer.discard();
    return itself;
  }
  const base = readBase(serverName, answer.status, await readBody(answer, MOST_BYTES));
  const homeserver = baseOf(base, parts.allowInsecure);
  // Loopback goes without TLS where the user names it. A file of somebody else's must not lead a password there.
  if (!parts.allowInsecure && !homeserver.startsWith('https:'))
    throw failed(serverName, 'its .well-known file leads to where nothing is encrypted');
  await validate(serverName, homeserver, parts, signal);
  return homeserver;
}

/** Redirects are followed, and never out of the encryption. */
async function follow(url: URL, parts: DiscoveryParts, signal: AbortSignal): Promise<HttpAnswer> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await ask(at, parts, signal);
    const next = redirectOf(answer, at);
    if (next === undefined) return answer;
    answer.discard();
    if (next === null)
      throw failed(url.hostname, 'its .well-known file is said to be where nothing is encrypted');
    at = next;
  }
  throw failed(url.hostname, 'its .well-known file is always somewhere else');
}

function ask(url: URL, { http, limits }: DiscoveryParts, signal: AbortSignal): Promise<HttpAnswer> {
  const headers = { accept: 'application/json' };
  return http.send({ url, method: 'GET', headers, silence: limits.silence, signal });
}

function readBase(serverName: string, status: number, text: string): string {
  if (status !== 200)
    throw failed(serverName, `the question for its .well-known file was answered ${status}`);
  const base = getText(getMap(parse(serverName, text), 'm.homeserver'), 'base_url');
  if (base === undefined) throw failed(serverName, 'its .well-known file names no homeserver');
  return base;
}

function parse(serverName: string, text: string): JsonMap {
  try {
    return parseJson(text, 20);
  } catch {
    throw failed(serverName, 'its .well-known file is not JSON');
  }
}

/** Whether a homeserver answers there; a page that says anything else is a mistake of who wrote the file. */
async function validate(
  serverName: string,
  base: string,
  parts: DiscoveryParts,
  signal: AbortSignal,
): Promise<void> {
  const answer = await ask(new URL(`${base}/_matrix/client/versions`), parts, signal);
  const text = await readBody(answer, MOST_BYTES);
  if (answer.status === 200 && getList(parse(serverName, text), 'versions').length > 0) return;
  throw failed(serverName, `no homeserver answers at ${base}, which its .well-known file names`);
}

function failed(serverName: string, why: string): WireError {
  return new WireError(
    'discovery',
    `the homeserver of ${serverName} was not found: ${why}; name it with --server`,
  );
}
