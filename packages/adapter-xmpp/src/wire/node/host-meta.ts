import type { TrustPolicy } from '@natter/wire';
import type { Target } from '../channel.ts';
import { MOST_HOST_META, readHostMeta } from '../host-meta.ts';
import { fetchFile } from './http.ts';

/** How long a web server may be silent before it is taken to have nothing to say (milliseconds). */
const PATIENCE = 3_000;

/** Where a domain says on the web that it can be reached (XEP-0156); nothing where it says nothing. */
export async function askHostMeta(
  domain: string,
  { authorities }: TrustPolicy,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const site = `https://${domain}/.well-known`;
  const [modern = [], old = []] = await Promise.all(
    [`${site}/host-meta.json`, `${site}/host-meta`].map(async (url) =>
      readHostMeta(await read(url, authorities, signal)),
    ),
  );
  return modern.length > 0 ? modern : old;
}

/** Redirections that are followed: a domain often leads to its `www.`, and from there no further. */
const MOST_REDIRECTIONS = 3;

/** RFC 6415 section 2: redirections count, but only from one verified server to another. */
async function read(
  url: string,
  authorities: string | null,
  signal: AbortSignal,
  redirections: number = MOST_REDIRECTIONS,
): Promise<string> {
  try {
    const request = { url, method: 'GET', headers: {}, authorities, patience: PATIENCE } as const;
    const answer = await fetchFile({
      ...request,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (answer.status !== 200) {
      answer.discard();
      const { location = '' } = answer.headers;
      const moved = [301, 302, 303, 307, 308].includes(answer.status) && URL.canParse(location, url);
      if (!moved || redirections === 0) return '';
      return await read(new URL(location, url).href, authorities, signal, redirections - 1);
    }
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MOST_HOST_META) {
        answer.discard();
        return '';
      }
    }
    return text;
  } catch (error) {
    if (signal.aborted) throw error;
    return ''; // no web server, no such document: what was tried before says what is wrong
  }
}
