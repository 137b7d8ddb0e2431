import { readFileSync } from 'node:fs';
import { TomlError, parse } from 'smol-toml';
import { StartError } from '../start-error.ts';
import { rules } from './rules.ts';

/** Values by dotted key, each as text with the place that it stands at. */
export type Configured = ReadonlyMap<string, { readonly text: string; readonly place: string }>;

const keys: readonly string[] = Object.values(rules).map(({ key }) => key);

/** Reads a config file in TOML. @throws StartError that names file and line; the file is left as it is. */
export function readConfigFile(file: string): Configured {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw broken(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return valuesOf(file, source, parse(source));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw broken(`${file}:${error.line}:${error.column}: ${reason}`);
  }
}

function valuesOf(file: string, source: string, document: Readonly<Record<string, unknown>>): Configured {
  const values = new Map<string, { text: string; place: string }>();
  const visit = (prefix: string, table: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(table)) {
      const key = `${prefix}${name}`;
      const place = `${file}:${lineOf(source, key)}`;
      if (isTable(value) && keys.some((known) => known.startsWith(`${key}.`))) visit(`${key}.`, value);
      else if (!keys.includes(key))
        throw broken(`${place}: there is no setting '${key}'; there are ${keys.join(', ')}`);
      else values.set(key, { text: textOf(value, key, place), place });
    }
  };
  visit('', document);
  return values;
}

function textOf(value: unknown, key: string, place: string): string {
  if (Array.isArray(value)) return value.map((item) => textOf(item, key, place)).join(',');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw broken(`${place}: ${key} must be a text, a number, true or false, or a list of texts`);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The line on which a key stands, which the parser does not tell; 1 when it is written in a way not looked for. */
function lineOf(source: string, key: string): number {
  let table = '';
  for (const [index, line] of source.split('\n').entries()) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) table = `${bare(header)}.`;
    const name = header === undefined ? /^\s*([^=#]+?)\s*=/.exec(line)?.[1] : undefined;
    const here = name === undefined ? table.slice(0, -1) : `${table}${bare(name)}`;
    if ((header !== undefined || name !== undefined) && (here === key || here.startsWith(`${key}.`)))
      return index + 1;
  }
  return 1;
}

function bare(name: string): string {
  return name.replace(/["'\s]/g, '');
}

function broken(message: string): StartError {
  return new StartError('configuration', message);
}
