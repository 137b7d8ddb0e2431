import { readFileSync } from 'node:fs';
import { NatterError, errorData } from '@natter/core/error';
import { isMissing } from '../profile/private-files.ts';
import { configKeys, resolveSettings } from './settings.ts';
import type { ConfigValues, Settings } from './settings.ts';
import type { Environment, ProfilePaths } from '../profile/paths.ts';

/**
 * The settings of a profile. A config file that cannot be understood is left as it is, and the error says file and line:
 * NatterError of code `storage`.
 */
export async function loadSettings(
  paths: Pick<ProfilePaths, 'configFile'>,
  environment: Environment,
): Promise<Settings> {
  const text = readConfig(paths.configFile);
  return resolveSettings(environment, text === null ? new Map() : await configValues(paths.configFile, text));
}

function readConfig(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw broken(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The values of a config file by dotted key. The TOML parser is loaded only for profiles that have such a file. */
async function configValues(file: string, text: string): Promise<ConfigValues> {
  const { parse, TomlError } = await import('smol-toml');
  const values = new Map<string, { text: string; place: string }>();
  const visit = (prefix: string, table: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(table)) {
      const key = prefix === '' ? name : `${prefix}.${name}`;
      const place = `${file}:${lineOf(text, key)}`;
      if (isTable(value) && configKeys.some((known) => known.startsWith(`${key}.`))) visit(key, value);
      else if (!configKeys.includes(key))
        throw broken(`${place}: unknown setting "${key}"; there are ${configKeys.join(', ')}`);
      else if (typeof value === 'string' || typeof value === 'number')
        values.set(key, { text: String(value), place });
      else throw broken(`${place}: ${key} must be a text or a number`);
    }
  };
  try {
    visit('', parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw broken(`${file}:${error.line}:${error.column}: ${reason}`);
  }
  return values;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The line on which a key stands: the parser does not tell it for what parsed well. 1 when it cannot be found. */
function lineOf(text: string, key: string): number {
  let table = '';
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) table = unquote(header);
    const name = header === undefined ? /^\s*([^=#]+?)\s*=/.exec(line)?.[1] : undefined;
    const full = name === undefined ? table : table === '' ? unquote(name) : `${table}.${unquote(name)}`;
    if ((header !== undefined || name !== undefined) && (full === key || full.startsWith(`${key}.`)))
      return index + 1;
  }
  return 1;
}

function unquote(name: string): string {
  return name.replace(/["'\s]/g, '');
}

function broken(text: string): NatterError {
  return new NatterError(errorData('storage', text, { userAction: 'repair-profile' }));
}
