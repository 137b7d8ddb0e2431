import { SaxesParser } from 'saxes';
import type { Target } from './channel.ts';

/** What names a WebSocket in host metadata (XEP-0156 section 3). */
const RELATION = 'urn:xmpp:alt-connections:websocket';
/** Addresses that are tried, and characters that are read. */
const MOST_LINKS = 5;
export const MOST_HOST_META: number = 64 * 1024;

/**
 * Reads host metadata (XEP-0156, RFC 6415), as JSON or as XML, to the WebSocket addresses in it. It comes over https only, and
 * names only encrypted ones: anybody could have written it otherwise (CVE-2022-26491 was such a hint in DNS).
 */
export function readHostMeta(text: string): readonly Target[] {
  if (text.length > MOST_HOST_META) return [];
  const links = text.trimStart().startsWith('{') ? jsonLinks(text) : xmlLinks(text);
  return links
    .filter(({ rel, href }) => rel === RELATION && isSafe(href))
    .slice(0, MOST_LINKS)
    .map(({ href }): Target => ({ security: 'websocket', url: href }));
}

interface Link {
  readonly rel: string;
  readonly href: string;
}

function jsonLinks(text: string): Link[] {
  try {
    const document: unknown = JSON.parse(text);
    const links =
      typeof document === 'object' && document !== null && 'links' in document ? document.links : null;
    return Array.isArray(links) ? links.map(asLink).filter((link) => link !== null) : [];
  } catch {
    return []; // no host metadata is an answer too: there is no such address
  }
}

function asLink(value: unknown): Link | null {
  if (typeof value !== 'object' || value === null) return null;
  const { rel, href } = value as Partial<Record<keyof Link, unknown>>;
  return typeof rel === 'string' && typeof href === 'string' ? { rel, href } : null;
}

function xmlLinks(text: string): Link[] {
  const links: Link[] = [];
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, attributes }) => {
    const { rel, href } = attributes;
    if (local === 'Link' && rel !== undefined && href !== undefined)
      links.push({ rel: rel.value, href: href.value });
  });
  try {
    parser.write(text).close();
    return links;
  } catch {
    return []; // as above
  }
}

function isSafe(href: string): boolean {
  return URL.canParse(href) && new URL(href).protocol === 'wss:';
}
