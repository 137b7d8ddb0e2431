import type { Content } from '../../model/index.ts';

/** Deeper than anybody formats text; far from where writing JSON runs out of stack. */
const depthLimit = 100;

/**
 * Content as it may be stored and sent on. A tree that is too deep to be written as JSON is left out: the plain text says
 * it all, and a message of a stranger must not end the run of the account that it came to.
 */
export function safeContent(content: Content): Content {
  if ('formatted' in content && tooDeep(content.formatted, 0))
    return { kind: content.kind, text: content.text };
  if ('data' in content && tooDeep(content.data, 0)) return { ...content, data: {} };
  return content;
}

function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth >= depthLimit || Object.values(value).some((inner) => tooDeep(inner, depth + 1));
}
