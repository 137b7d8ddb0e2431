import type { Entry } from './entry.ts';

/** One entry as a line of NDJSON, newline included. Write it with one `write` call: a killed process tears at most its last line. */
export function formatEntry(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** A line in the middle of a log that is no entry. */
export class MalformedHistoryError extends Error {
  override readonly name = 'MalformedHistoryError';
  /** 1 for the first line. */
  readonly line: number;

  constructor(line: number, why: string) {
    super(`line ${line} of the history is no entry: ${why}`);
    this.line = line;
  }
}

/**
 * Reads one process's log. A last line without its newline is what a killed process leaves: it is dropped. Any other
 * line that is no entry throws {@link MalformedHistoryError}, since a checker that skips lines proves nothing.
 */
export function parseHistory(text: string): Entry[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, index) => parseLine(line, index + 1));
}

type FieldKind = 'string' | 'number' | 'boolean' | 'strings' | 'rows';

const row = { message: 'string', conversation: 'string' } as const;

/** The fields each entry must have; TypeScript checks that no entry and no field is forgotten. */
const shapes: {
  [Type in Entry['type']]: Record<Exclude<keyof Extract<Entry, { type: Type }>, 'type'>, FieldKind>;
} = {
  conversation: { conversation: 'string', order: 'string', history: 'boolean' },
  device: { device: 'string', account: 'string', conversations: 'strings' },
  invoke: { ...row, sender: 'string', n: 'number' },
  ok: { message: 'string' },
  fail: { message: 'string' },
  info: { message: 'string' },
  emitted: { ...row, device: 'string' },
  outcome: { device: 'string', message: 'string', delivery: 'string' },
  stored: { device: 'string', conversation: 'string', rows: 'rows' },
  server: { conversation: 'string', rows: 'rows' },
  fault: { account: 'string', active: 'boolean' },
  incident: { account: 'string', what: 'string' },
  resource: { owner: 'string', name: 'string', value: 'number', bound: 'number' },
};

function parseLine(line: string, number: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new MalformedHistoryError(number, error instanceof Error ? error.message : String(error));
  }
  const wrong = whyNotAnEntry(value);
  if (wrong !== null) throw new MalformedHistoryError(number, wrong);
  return value as Entry;
}

function whyNotAnEntry(value: unknown): string | null {
  if (!isRecord(value)) return 'not an object';
  const type = value['type'];
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return `unknown type ${JSON.stringify(type)}`;
  for (const [field, kind] of Object.entries(shapes[type as Entry['type']])) {
    if (!hasKind(value[field], kind)) return `${type}.${field} is not of kind ${kind}`;
  }
  return null;
}

function hasKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'rows':
      return Array.isArray(value) && value.every(isRow);
    default:
      return typeof value === kind;
  }
}

function isRow(value: unknown): boolean {
  return isRecord(value) && typeof value['message'] === 'string' && typeof value['sender'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
