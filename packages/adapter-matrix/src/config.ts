import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import type { TrustPolicy } from '@natter/wire';

/** How an account proves who it is. */
export type SignInMethod = 'password' | 'token' | 'sso' | 'oauth' | 'device';

const METHODS: readonly string[] = ['password', 'token', 'sso', 'oauth', 'device'];

/** The settings of a Matrix account, none of which is needed as a rule. */
export interface MatrixConfig {
  /** The homeserver's address; null for what the server's name leads to. Sign-in fills it in. */
  readonly server: string | null;
  readonly trust: TrustPolicy;
  /** Goes on without encryption to a server that is not on this machine. */
  readonly allowInsecure: boolean;
  /** Null: by what the homeserver offers, a password first. */
  readonly signIn: SignInMethod | null;
  /** Others are not told how far we have read. */
  readonly privateReceipts: boolean;
  /** Synchronises by a window over the rooms, where the homeserver offers that. */
  readonly slidingSync: boolean;
  /** What a server that is not open to all wants of who registers. */
  readonly registrationToken: string | null;
  /** Encrypted messages go to verified devices alone. */
  readonly verifiedOnly: boolean;
}

const text = (description: string): JsonObject => ({ type: 'string', description });

/** JSON Schema of the settings: what `--set` and forms accept. */
export const CONFIG_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    server: text('HOST, HOST:PORT or https://HOST of the homeserver; found by .well-known if absent'),
    ca: text('certificate authorities in PEM to trust in place of the system’s'),
    trusted: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9A-F]{2}(:[0-9A-F]{2}){31}$' },
      description: 'SHA-256 fingerprints of certificates that are trusted whatever they say',
    },
    allowInsecure: {
      type: 'boolean',
      description: 'goes on without encryption to a server elsewhere',
    },
    signIn: {
      type: 'string',
      enum: [...METHODS],
      description:
        'password, token (an access token that was made elsewhere), sso or oauth (in a browser here), or device (in a browser anywhere)',
    },
    privateReceipts: { type: 'boolean', description: 'tells others nothing of how far you have read' },
    slidingSync: {
      type: 'boolean',
      description: 'synchronises the rooms with the newest messages first, where the server offers it',
    },
    registrationToken: text('what the operator gave you to register with (with --register)'),
    verifiedOnly: {
      type: 'boolean',
      description:
        'encrypts for verified devices alone; others see that there is a message, and cannot read it',
    },
  },
};

/** Reads the settings. Throws NatterError `invalid` that names the one that is wrong. */
export function readConfig(config: JsonObject): MatrixConfig {
  return {
    server: readText(config, 'server'),
    trust: { authorities: readCertificates(config, 'ca'), pinned: readTexts(config, 'trusted') },
    allowInsecure: readFlag(config, 'allowInsecure'),
    signIn: readMethod(config),
    privateReceipts: readFlag(config, 'privateReceipts'),
    slidingSync: readFlag(config, 'slidingSync'),
    registrationToken: readText(config, 'registrationToken'),
    verifiedOnly: readFlag(config, 'verifiedOnly'),
  };
}

function readText(config: JsonObject, name: string): string | null {
  const value = config[name] ?? null;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw invalid(name, 'a text');
  return value;
}

function readCertificates(config: JsonObject, name: string): string | null {
  const value = readText(config, name);
  if (value !== null && !value.includes('-----BEGIN CERTIFICATE-----'))
    throw invalid(name, 'certificates in PEM');
  return value;
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

function readMethod(config: JsonObject): SignInMethod | null {
  const value = readText(config, 'signIn');
  if (value === null || isMethod(value)) return value;
  throw invalid('signIn', METHODS.join(', '));
}

function isMethod(value: string): value is SignInMethod {
  return METHODS.includes(value);
}

function invalid(name: string, expected: string): NatterError {
  return new NatterError(
    errorData('invalid', `the setting "${name}" must be ${expected}`, { scope: 'account' }),
  );
}
