import { WireError } from './error.ts';
import type { HttpClient } from './http.ts';
import { getMap, getText, parseJson, readBody } from './json.ts';
import type { WireLimits } from './limits.ts';
import { baseOf, isLoopback } from './target.ts';

const MOST_BYTES = 64 * 1024;

/**
 * Finds the homeserver of a server name by its `.well-known` file (Matrix 1.16, section "Server discovery"). Where there
 * is none, the name itself is the homeserver. Rejects with WireError.
 */
export async function discover(
  serverName: string,
  { http, limits, allowInsecure }: { http: HttpClient; limits: WireLimits; allowInsecure: boolean },
  signal: AbortSignal,
): Promise<string> {
  const itself = baseOf(serverName, allowInsecure);
  if (isLoopback(new URL(itself).hostname)) return itself;
  // The file is asked for at the name alone, whatever port stands behind it in user ids.
  const url = new URL(`https://${new URL(itself).hostname}/.well-known/matrix/client`);
  const answer = await http.send({
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    silence: limits.silence,
    signal,
  });
  if (answer.status !== 200) {
    answer.discard();
    return itself;
  }
  const base = getText(getMap(parse(await readBody(answer, MOST_BYTES)), 'm.homeserver'), 'base_url');
  if (base === undefined) throw failed(serverName, 'its .well-known file names no homeserver');
  return baseOf(base, allowInsecure);

  function parse(text: string): ReturnType<typeof parseJson> {
    try {
      return parseJson(text, 20);
    } catch {
      throw failed(serverName, 'its .well-known file is not JSON');
    }
  }
}

function failed(serverName: string, why: string): WireError {
  return new WireError(
    'discovery',
    `the homeserver of ${serverName} was not found: ${why}; name it with --server`,
  );
}
