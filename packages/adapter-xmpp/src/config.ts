import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import type { TrustPolicy } from '@natter/wire';

/** The settings of an XMPP account, none of which is needed as a rule. */
export interface XmppConfig {
  /** `HOST`, `HOST:PORT` `xmpps://HOST:PORT` or `wss://HOST/PATH` in place of what DNS says; null for DNS. */
  readonly server: string | null;
  readonly trust: TrustPolicy;
  /** A client certificate in PEM, by which to sign in; its key is a secret. */
  readonly certificate: string | null;
  /** Goes on without encryption where a server that is not on this machine offers none. */
  readonly allowInsecure: boolean;
  /** Tells who asks which software runs here (XEP-0092). */
  readonly tellVersion: boolean;
}

/** JSON Schema of the settings: what `--set` and forms accept. */
export const CONFIG_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    server: {
      type: 'string',
      description:
        'HOST, HOST:PORT, xmpp://HOST:PORT (STARTTLS), xmpps://HOST:PORT (direct TLS) or wss://HOST/PATH (WebSocket); found by DNS if absent',
    },
    ca: { type: 'string', description: 'certificate authorities in PEM to trust in place of the system’s' },
    certificate: { type: 'string', description: 'client certificate in PEM, to sign in by it' },
    trusted: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9A-F]{2}(:[0-9A-F]{2}){31}$' },
      description: 'SHA-256 fingerprints of certificates that are trusted whatever they say',
    },
    allowInsecure: {
      type: 'boolean',
      description: 'goes on without encryption where the server offers none',
    },
    tellVersion: { type: 'boolean', description: 'tells who asks that natter runs here; off unless set' },
  },
};

/** Reads the settings. Throws NatterError `invalid` that names the one that is wrong. */
export function readConfig(config: JsonObject): XmppConfig {
  return {
    server: readText(config, 'server'),
    certificate: readCertificates(config, 'certificate'),
    trust: { authorities: readCertificates(config, 'ca'), pinned: readTexts(config, 'trusted') },
    allowInsecure: readFlag(config, 'allowInsecure'),
    tellVersion: readFlag(config, 'tellVersion'),
  };
}

function readText(config: JsonObject, name: string): string | null {
  const value = config[name] ?? null;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw invalid(name, 'a text');
  return value;
}

function readCertificates(config: JsonObject, name: string): string | null {
  const text = readText(config, name);
  if (text !== null && !text.includes('-----BEGIN CERTIFICATE-----'))
    throw invalid(name, 'certificates in PEM');
  return text;
}

function readTexts(config: JsonObject, name: string): readonly string[] {
  const value = config[name] ?? [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw invalid(name, 'a list of texts');
    return item;
  });
}

function readFlag(config: JsonObject, name: string): boolean {
  const value = config[name] ?? false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(name, 'true or false');
}

function invalid(name: string, expected: string): NatterError {
  return new NatterError(
    errorData('invalid', `the setting "${name}" must be ${expected}`, { scope: 'account' }),
  );
}
