import type { Target } from './channel.ts';

/** RFC 6120 section 14.7. */
const DEFAULT_PORT = 5222;

/**
 * Where a server says that it is to be reached: `HOST`, `HOST:PORT` or `[IPv6]:PORT` (RFC 6120 section 4.9.3.19, XEP-0198 section
 * 3), or the address of a WebSocket (RFC 7395 section 3.6.1). Null for what is none, or for one without encryption.
 */
export function readLocation(text: string, security: 'direct' | 'starttls'): Target | null {
  if (text.startsWith('wss://')) return URL.canParse(text) ? { security: 'websocket', url: text } : null;
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? (/^[0-9A-Fa-f:.]+$/.test(text) ? text : undefined);
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  return host === undefined || port === 0 || port > 65_535 ? null : { host, port, security };
}
