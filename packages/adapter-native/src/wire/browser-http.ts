import { chunksOf } from './bytes.ts';
import type { SendHttp } from './http.ts';

/** Asks by the platform's `fetch`. */
export const sendHttp: SendHttp = async ({ url, method, headers, body, signal }) => {
  const response = await fetch(url, {
    method,
    headers,
    signal,
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    ...(body === undefined ? {} : { body: new Blob([new Uint8Array(body)]) }),
  });
  const bytes = response.body ?? new Blob([]).stream();
  return {
    status: response.status,
    body: chunksOf(bytes),
    // One that broke has nothing to let go of.
    discard: () => void bytes.cancel().catch(() => undefined),
  };
};
