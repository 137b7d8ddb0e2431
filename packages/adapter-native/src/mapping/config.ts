import { errorData, NatterError, type JsonObject } from '@natter/core';

/** The settings of an account. */
export interface NativeConfig {
  /** Where the server is, when the address does not say it. */
  readonly server?: string;
  /** Certificate authorities in PEM, in place of the system's. */
  readonly ca?: string;
  /** Allows plain text over a network. */
  readonly allowInsecure?: boolean;
  /** Lets register where that needs an invitation. */
  readonly invite?: string;
}

/** JSON Schema of {@link NativeConfig}. */
export const configSchema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  properties: {
    server: {
      type: 'string',
      title: 'Server',
      description:
        'URL of the server (ws://, wss://, http:// or https://), when the address does not say where it is.',
      pattern: '^(?:wss?|https?)://',
    },
    ca: {
      type: 'string',
      title: 'Certificate authority',
      description: 'Certificates in PEM that are trusted for this account, in place of those of the system.',
    },
    allowInsecure: {
      type: 'boolean',
      title: 'Allow plain text',
      description: 'Allows a connection without encryption to a server that is not on this machine.',
      default: false,
    },
    invite: {
      type: 'string',
      title: 'Invitation',
      description: 'For registration, where the server wants one. Good for one account.',
      maxLength: 128,
    },
  },
};

/** Checks what a front end or the store gave; it may be older than this code. Throws a NatterError of code `invalid`. */
export function parseConfig(config: JsonObject): NativeConfig {
  const { server, ca, allowInsecure, invite } = config;
  if (server !== undefined && typeof server !== 'string') throw invalid('server', 'a URL');
  if (ca !== undefined && (typeof ca !== 'string' || !ca.includes('-----BEGIN CERTIFICATE-----'))) {
    throw invalid('ca', 'a certificate in PEM');
  }
  if (allowInsecure !== undefined && typeof allowInsecure !== 'boolean')
    throw invalid('allowInsecure', 'true or false');
  if (invite !== undefined && typeof invite !== 'string') throw invalid('invite', 'a text');
  return {
    ...(server === undefined ? {} : { server }),
    ...(ca === undefined ? {} : { ca }),
    ...(allowInsecure === undefined ? {} : { allowInsecure }),
    ...(invite === undefined ? {} : { invite }),
  };
}

function invalid(name: string, wanted: string): NatterError {
  return new NatterError(
    errorData('invalid', `the setting ${name} of a native account is ${wanted}`, { scope: 'account' }),
  );
}
