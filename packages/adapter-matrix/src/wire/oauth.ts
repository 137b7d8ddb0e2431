import { WireError } from './error.ts';
import type { HttpClient } from './http.ts';
import { getList, getText, parseJson, readBody, type JsonMap } from './json.ts';
import type { WireLimits } from './limits.ts';
import { baseOf } from './target.ts';

/** The server that signs users in for a homeserver, as it describes itself (RFC 8414). */
export interface AuthorizationServer {
  readonly token: string;
  /** Null for what it has not got. */
  readonly authorization: string | null;
  readonly registration: string | null;
  readonly revocation: string | null;
  readonly device: string | null;
  /** Whether it can be asked for its page that makes accounts. */
  readonly creates: boolean;
}

/** With what it is reached. */
export interface OAuthParts {
  readonly http: HttpClient;
  readonly limits: WireLimits;
}

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const MOST_BYTES = 256 * 1024;

/**
 * Reads the description (Matrix 1.18, section "Server metadata discovery"). Null for what signs nobody in. Throws
 * WireError `tls-required` where tokens would go out in the clear.
 */
export function readAuthorizationServer(
  metadata: JsonMap,
  allowInsecure: boolean,
): AuthorizationServer | null {
  const endpoint = (name: string): string | null => {
    const told = getText(metadata, name);
    if (told === undefined || !/^https?:\/\//i.test(told) || !URL.canParse(told)) return null;
    baseOf(new URL(told).origin, allowInsecure);
    return told;
  };
  const token = endpoint('token_endpoint');
  if (token === null) return null;
  const grants = getList(metadata, 'grant_types_supported');
  return {
    token,
    authorization: endpoint('authorization_endpoint'),
    registration: endpoint('registration_endpoint'),
    revocation: endpoint('revocation_endpoint'),
    device: grants.includes(DEVICE_GRANT) ? endpoint('device_authorization_endpoint') : null,
    creates: getList(metadata, 'prompt_values_supported').includes('create'),
  };
}

/** Sends a form (RFC 6749 section 4.1.3). Rejects with WireError, whose `errcode` is the OAuth error. */
export function postForm(
  parts: OAuthParts,
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<JsonMap> {
  const body = new URLSearchParams(form).toString();
  return post(parts, { url, body, mediaType: 'application/x-www-form-urlencoded' }, signal);
}

/** Sends JSON (RFC 7591 section 3.1). Rejects like {@link postForm}. */
export function postJson(
  parts: OAuthParts,
  url: string,
  value: JsonMap,
  signal: AbortSignal,
): Promise<JsonMap> {
  return post(parts, { url, body: JSON.stringify(value), mediaType: 'application/json' }, signal);
}

async function post(
  { http, limits }: OAuthParts,
  { url, body, mediaType }: { url: string; body: string; mediaType: string },
  signal: AbortSignal,
): Promise<JsonMap> {
  const answer = await http.send({
    url: new URL(url),
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': mediaType },
    body,
    silence: limits.silence,
    signal,
  });
  const text = await readBody(answer, MOST_BYTES);
  const { status } = answer;
  // RFC 7009 section 2.2: nothing is said about a token that is revoked.
  if (status >= 200 && status < 300) return text.trim() === '' ? {} : parseJson(text, 20);
  const said = safely(text);
  const code = getText(said, 'error');
  const why = getText(said, 'error_description') ?? code ?? `the sign-in server answered ${status}`;
  throw new WireError('refused', why, { status, ...(code === undefined ? {} : { errcode: code }) });
}

function safely(text: string): JsonMap {
  try {
    return parseJson(text, 20);
  } catch {
    return {}; // not its own words; the status says it
  }
}
