import { openBrowserSocket } from './browser-socket.ts';
import { chunksOf, type HttpAnswer, type HttpRequest } from '@natter/wire';
import type { Channel, Platform, Target } from './channel.ts';
import { collectingDigest } from './digest.ts';
import { WireError } from './error.ts';
import { MOST_HOST_META, readHostMeta } from './host-meta.ts';
import { WebSocketChannel } from './websocket-channel.ts';

/** Browsers reach XMPP servers by WebSocket (RFC 7395), which they find by host metadata (XEP-0156). */
export const browserPlatform: Platform = {
  async resolve(domain, server, signal): Promise<readonly Target[]> {
    if (server !== null) return [readServer(server)];
    for (const name of ['host-meta.json', 'host-meta']) {
      const targets = await lookUp(`https://${domain}/.well-known/${name}`, signal);
      if (targets.length > 0) return targets;
    }
    throw new WireError('name-not-found', `${domain} does not say at which WebSocket it is to be reached`);
  },
  elsewhere: () => Promise.resolve([]),
  async connect(target, _domain, _trust, limits, signal): Promise<Channel> {
    if (target.security !== 'websocket')
      throw new WireError('connect-failed', 'a browser reaches servers by WebSocket only');
    return new WebSocketChannel(await openBrowserSocket(target.url, limits.connectTime, signal), limits);
  },
  sha256: collectingDigest,
  fetch: fetchFile,
};

function readServer(server: string): Target {
  const url = server.trim();
  if (URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol)) return { security: 'websocket', url };
  throw new WireError(
    'bad-address',
    `${JSON.stringify(server)} is no WebSocket address; in a browser write wss://HOST/PATH`,
  );
}

async function lookUp(url: string, signal: AbortSignal): Promise<readonly Target[]> {
  try {
    const answer = await fetch(url, { signal, credentials: 'omit' });
    if (!answer.ok || !answer.url.startsWith('https://')) return [];
    if (Number(answer.headers.get('content-length') ?? 0) > MOST_HOST_META) return [];
    return readHostMeta(await answer.text());
  } catch (error) {
    if (signal.aborted) throw new WireError('aborted', 'the name lookup was given up', { cause: error });
    return []; // no such document, or none that a page of another origin may read
  }
}

async function fetchFile({ url, method, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
  if (!url.startsWith('https://')) throw new WireError('connect-failed', 'only https is safe');
  try {
    const bytes = body === undefined ? null : await collect(body);
    // The browser counts the bytes by itself and lets nobody else say how many there are.
    const { 'content-length': _, ...allowed } = headers;
    const answer = await fetch(url, {
      method,
      headers: allowed,
      body: bytes,
      signal,
      redirect: 'error',
      credentials: 'omit',
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: answer.body === null ? empty() : chunksOf(answer.body),
      discard: () => void answer.body?.cancel(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WireError(signal.aborted ? 'aborted' : 'connect-failed', `${url.slice(0, 200)}: ${why}`, {
      cause: error,
    });
  }
}

/** A page cannot stream what it sends over HTTP/1.1: the bytes are taken together first. */
async function collect(body: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const part of body) parts.push(new Uint8Array(part));
  return new Blob(parts);
}

async function* empty(): AsyncGenerator<Uint8Array> {}
