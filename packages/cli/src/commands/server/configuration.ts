import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationSources } from '@natter/server';
import type { CommandContext } from '../../context.ts';
import { serverFolder } from './data-folder.ts';

/** Options of the command line that are settings of the server. */
const textFlags = [
  'data',
  'name',
  'listen',
  'registration',
  'tls-cert',
  'tls-key',
  'admin-listen',
  'log-level',
  'log-format',
];

/** Name of the config file in the server's folder, read when nobody names another one. */
const defaultFile = 'server.toml';

/** Where the settings of a server come from: flags, then the environment, then the config file. */
export function configurationOf(context: CommandContext): ConfigurationSources {
  const { given, environment } = context;
  const flags: Record<string, string | undefined> = {};
  for (const name of textFlags) flags[name] = given.text(name);
  if (given.flag('allow-insecure')) flags['allow-insecure'] = 'true';
  const file = given.text('config') ?? (environment['NATTER_SERVER_CONFIG'] || undefined);
  const inFolder = join(serverFolder(context), defaultFile);
  const found = file ?? (existsSync(inFolder) ? inFolder : undefined);
  return {
    flags,
    environment,
    ...(found !== undefined && { file: found }),
    defaultData: serverFolder(context),
  };
}
