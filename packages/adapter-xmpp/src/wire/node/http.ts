import type { HttpAnswer, HttpRequest } from '@natter/wire';
import { fetchFile as fetchOverHttps } from '@natter/wire/node';
import { asWireError } from '../error.ts';

/** Asks a web server, see `@natter/wire`. Rejects with WireError. */
export async function fetchFile(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await fetchOverHttps(request);
  } catch (error) {
    throw asWireError(error);
  }
}
