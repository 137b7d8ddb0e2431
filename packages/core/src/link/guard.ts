/** What one message may cost before anything is made of it. */
export interface MessageLimits {
  /** The most characters of one message. */
  readonly maxLength: number;
  /** The deepest nesting of arrays and objects. */
  readonly maxDepth: number;
}

/** What a front end may send: calls, not data. */
export const requestLimits: MessageLimits = { maxLength: 1 << 20, maxDepth: 64 };

/** What the other side may answer: windows and pages of history. */
export const answerLimits: MessageLimits = { maxLength: 1 << 24, maxDepth: 64 };

/** A message that breaks the protocol; the connection ends with it. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** A message of the link: a JSON object. */
export type WireObject = { readonly [key: string]: unknown };

/** Whether a value is a JSON object and not an array or null. */
export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses one message within its limits; throws a {@link ProtocolViolation} for what is none. */
export function parseMessage(text: string, limits: MessageLimits): WireObject {
  if (text.length > limits.maxLength) {
    throw new ProtocolViolation(`A message of ${text.length} characters; ${limits.maxLength} are allowed.`);
  }
  if (nestsDeeper(text, limits.maxDepth)) {
    throw new ProtocolViolation(`A message nests deeper than ${limits.maxDepth}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolViolation('A message is not JSON.');
  }
  if (!isObject(value) || value['jsonrpc'] !== '2.0')
    throw new ProtocolViolation('A message is not JSON-RPC 2.0.');
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Looks at brackets outside of strings only, and before parsing: a parser would have built the nesting already. */
function nestsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}
