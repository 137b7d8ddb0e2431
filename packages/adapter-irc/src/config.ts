import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import { PASSWORD_MECHANISMS } from './wire/select-mechanism.ts';
import { DEFAULT_FLOOD, type FloodLimits } from './wire/send-queue.ts';
import type { TrustPolicy } from '@natter/wire';

/** How an account proves who it is. */
export type SignInMethod = 'sasl' | 'external' | 'server' | 'none';

/** The settings of an IRC account. */
export interface IrcConfig {
  /** `HOST:PORT`, `ircs://HOST:PORT` or `irc://HOST:PORT` in place of what the address says. */
  readonly server: string | null;
  readonly trust: TrustPolicy;
  readonly allowInsecure: boolean;
  /** Null: by SASL if there is a password, else not at all. */
  readonly signIn: SignInMethod | null;
  /** The only SASL mechanism that may be used with a password; null for the best that the server has. */
  readonly mechanism: string | null;
  /** The account's name with SASL; null for the nick. */
  readonly username: string | null;
  readonly realName: string | null;
  /** The client certificate in PEM; its key is the secret `key`. */
  readonly certificate: string | null;
  /** Channels that are entered at every sign-in, beside those that were entered by hand. */
  readonly join: readonly string[];
  /** The encoding of what is not UTF-8. */
  readonly encoding: string;
  /** Whether the server is told that this is a program and no person (bot mode). */
  readonly bot: boolean;
  /** Whether questions of programs (VERSION, PING, TIME) are answered. */
  readonly ctcp: boolean;
  readonly flood: FloodLimits;
  /** How often contacts are asked for where the server has no MONITOR, in milliseconds. */
  readonly pollTime: number;
}

const text = (description: string): JsonObject => ({ type: 'string', description });

/** JSON Schema of the settings: what `--set` and forms accept. */
export const CONFIG_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    server: text('HOST:PORT, ircs://HOST:PORT (TLS) or irc://HOST:PORT; what the address says if absent'),
    ca: text('certificate authorities in PEM to trust in place of the system’s'),
    trusted: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9A-F]{2}(:[0-9A-F]{2}){31}$' },
      description: 'SHA-256 fingerprints of certificates that are trusted whatever they say',
    },
    allowInsecure: { type: 'boolean', description: 'goes on without encryption to a server elsewhere' },
    signIn: {
      type: 'string',
      enum: ['sasl', 'external', 'server', 'none'],
      description:
        'sasl (account and password), external (client certificate), server (server password), none',
    },
    mechanism: {
      type: 'string',
      enum: [...PASSWORD_MECHANISMS],
      description:
        'the only mechanism of SASL to use with a password; the best that the server has if absent',
    },
    username: text('the account’s name where it is not the nick'),
    realName: text('the name that others see beside the nick'),
    certificate: text('client certificate in PEM'),
    join: { type: 'array', items: { type: 'string' }, description: 'channels to enter at every sign-in' },
    encoding: text('the encoding of lines that are not UTF-8; windows-1252 if absent'),
    bot: { type: 'boolean', description: 'tells the server that this is a program and no person' },
    ctcp: { type: 'boolean', description: 'answers VERSION, PING and TIME of others; off unless set' },
    floodBurst: { type: 'number', minimum: 1, description: 'lines that may leave at once' },
    floodPerSecond: { type: 'number', exclusiveMinimum: 0, description: 'lines a second after that' },
    pollSeconds: {
      type: 'number',
      minimum: 1,
      description: 'how often contacts are asked for without MONITOR',
    },
  },
};

/** Reads the settings. Throws NatterError `invalid` that names the one that is wrong. */
export function readConfig(config: JsonObject): IrcConfig {
  return {
    server: readText(config, 'server'),
    trust: { authorities: readPem(config, 'ca'), pinned: readTexts(config, 'trusted') },
    allowInsecure: readFlag(config, 'allowInsecure'),
    signIn: readMethod(config),
    mechanism: readMechanism(config),
    username: readText(config, 'username'),
    realName: readText(config, 'realName'),
    certificate: readPem(config, 'certificate'),
    join: readTexts(config, 'join'),
    encoding: readEncoding(config),
    bot: readFlag(config, 'bot'),
    ctcp: readFlag(config, 'ctcp'),
    flood: {
      burst: readNumber(config, 'floodBurst', DEFAULT_FLOOD.burst),
      perSecond: readNumber(config, 'floodPerSecond', DEFAULT_FLOOD.perSecond),
    },
    pollTime: readNumber(config, 'pollSeconds', 30) * 1000,
  };
}

function readText(config: JsonObject, name: string): string | null {
  const value = config[name] ?? null;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw invalid(name, 'a text');
  return value;
}

function readPem(config: JsonObject, name: string): string | null {
  const value = readText(config, name);
  if (value !== null && !value.includes('-----BEGIN CERTIFICATE-----'))
    throw invalid(name, 'certificates in PEM');
  return value;
}

/** A list, or texts with commas between them, as one types them on a command line. */
function readTexts(config: JsonObject, name: string): readonly string[] {
  const value = config[name] ?? [];
  const list: readonly unknown[] =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [value];
  return list.flatMap((item) => {
    if (typeof item !== 'string') throw invalid(name, 'a list of texts');
    return item.trim() === '' ? [] : [item.trim()];
  });
}

function readFlag(config: JsonObject, name: string): boolean {
  const value = config[name] ?? false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(name, 'true or false');
}

function readNumber(config: JsonObject, name: string, otherwise: number): number {
  const value = config[name];
  if (value === undefined || value === null) return otherwise;
  const number = Number(value);
  if (!(number > 0 && number < 1e6)) throw invalid(name, 'a number above 0');
  return number;
}

function readMethod(config: JsonObject): SignInMethod | null {
  const value = readText(config, 'signIn');
  if (value === null || value === 'sasl' || value === 'external' || value === 'server' || value === 'none')
    return value;
  throw invalid('signIn', 'sasl, external, server or none');
}

function readMechanism(config: JsonObject): string | null {
  const value = readText(config, 'mechanism')?.toUpperCase() ?? null;
  if (value === null || PASSWORD_MECHANISMS.includes(value)) return value;
  throw invalid('mechanism', PASSWORD_MECHANISMS.join(', '));
}

function readEncoding(config: JsonObject): string {
  const value = readText(config, 'encoding') ?? 'windows-1252';
  try {
    return new TextDecoder(value).encoding;
  } catch {
    throw invalid('encoding', 'the name of a text encoding such as iso-8859-15');
  }
}

function invalid(name: string, expected: string): NatterError {
  return new NatterError(
    errorData('invalid', `the setting "${name}" must be ${expected}`, { scope: 'account' }),
  );
}
