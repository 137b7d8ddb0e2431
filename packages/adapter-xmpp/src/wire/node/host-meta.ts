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
  const [modern = [], old = []] = await Promise.all(
    ['host-meta.json', 'host-meta'].map(async (name) =>
      readHostMeta(await read(`https://${domain}/.well-known/${name}`, authorities, signal)),
    ),
  );
  return modern.length > 0 ? modern : old;
}

async function read(url: string, authorities: string | null, signal: AbortSignal): Promise<string> {
  try {
    const request = { url, method: 'GET', headers: {}, authorities, patience: PATIENCE } as const;
    const answer = await fetchFile({
      ...request,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (answer.status !== 200) {
      answer.discard();
      return '';
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
