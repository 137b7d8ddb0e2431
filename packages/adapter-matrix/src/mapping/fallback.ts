import { get, getList, getMap, getText, isMap, type JsonMap } from '../wire/json.ts';

/** Longest text that is shown of an event that natter has no word for. */
const MOST_TEXT = 4000;
/** What clients tell each other and nobody else. */
const SILENT =
  /^m\.(?:reaction|room\.redaction|room\.encrypted|key\.|call\.(?!invite$)|dummy$|poll\.response$)/;

/**
 * What an event of a type without a word in natter says to people: a poll, a call, or whatever comes with a text for
 * clients that do not know it (MSC1767). Null for what says nothing.
 */
export function readFallback(type: string, content: JsonMap): string | null {
  if (SILENT.test(type)) return null;
  if (type === 'm.call.invite') return 'a call';
  const poll = getMap(content, 'm.poll') ?? getMap(content, 'm.poll.start') ?? getMap(content, UNSTABLE_POLL);
  const text = readText(content) ?? (poll === undefined ? null : pollText(poll)) ?? getText(content, 'body');
  return text === null || text === undefined || text.trim() === ''
    ? null
    : text.slice(0, MOST_TEXT).toWellFormed();
}

const UNSTABLE_POLL = 'org.matrix.msc3381.poll.start';

/** `m.text`, which is a list of representations, and what it was called and how it was before. */
function readText(content: JsonMap): string | null {
  for (const name of ['m.text', 'org.matrix.msc1767.text']) {
    const value = get(content, name);
    if (typeof value === 'string') return value;
    const plain = getList(content, name)
      .filter(isMap)
      .find((each) => (getText(each, 'mimetype') ?? 'text/plain') === 'text/plain');
    const text = getText(plain, 'body');
    if (text !== undefined) return text;
  }
  const message = getList(content, 'org.matrix.msc1767.message').filter(isMap);
  return message.map((each) => getText(each, 'body')).find((text) => text !== undefined) ?? null;
}

function pollText(poll: JsonMap): string {
  const answers = getList(poll, 'answers').filter(isMap).slice(0, 20);
  const lines = [
    readText(getMap(poll, 'question') ?? {}) ?? 'a poll',
    ...answers.map((each) => readText(each) ?? ''),
  ];
  return lines.filter((line) => line !== '').join('\n');
}
