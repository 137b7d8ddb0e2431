import type { ConversationId, ContactId, Message, RemoteKey } from '@natter/core';
import { sample } from '@natter/testing/store';

/** A history to measure with: always the same one for the same size. */
export interface History {
  /** One of the conversations, whatever the number. */
  conversation(number: number): ConversationId;
  /** Message `number`, oldest first; they take turns among the conversations as people do. */
  message(number: number): Message;
  /** Stands in every hundredth message or so. */
  readonly common: readonly string[];
  /** Stands in one message. */
  readonly rare: string;
}

const start = 1_600_000_000_000;
const syllables = [
  'ka',
  'to',
  'mi',
  'ren',
  'sol',
  'ba',
  'vi',
  'ne',
  'dor',
  'lu',
  'pa',
  'shi',
  'gra',
  'te',
  'on',
  'ul',
];
const chinese = Array.from('我们今天在东京大学学习中文明天去北京看朋友吃饭喝茶说话工作');

/** Words by how often people use them: few very often, most hardly ever. */
function vocabulary(size: number): readonly string[] {
  const pick = (at: number): string => syllables[at % syllables.length] ?? '';
  return Array.from(
    { length: size },
    (_, at) => `${pick(at)}${pick(at >> 4)}${pick(at >> 8)}${pick(at >> 12)}`,
  );
}

/** Makes a history of so many messages in so many conversations. */
export function makeHistory(size: number, conversationCount: number): History {
  const words = vocabulary(30_000);
  const conversation = (number: number): ConversationId =>
    `c0000000000000000000${number % conversationCount}` as ConversationId;
  const rareAt = Math.floor(size * 0.4);
  return {
    conversation,
    common: words.slice(1, 4),
    rare: 'quicksilver',
    message(number) {
      const random = randomFrom(number + 1);
      const place = conversation(random(conversationCount));
      const text = number === rareAt ? 'a word that is said once: quicksilver' : say(random, words);
      const person = random(5);
      return sample.message(`m0000000000000000${number}`, place, `${start + number}0`, {
        stable: `stable-id-of-the-archive-${number}` as RemoteKey,
        claimed: `claimed-id-of-the-sender-${number}`,
        sender: {
          key: `person${person}@example.org/phone` as RemoteKey,
          self: person === 0,
          contact: `k00000000000000000${person}` as ContactId,
          name: `Person ${person}`,
          proof: 'account',
        },
        direction: person === 0 ? 'out' : 'in',
        content: { kind: 'text', text },
        sentAt: start + number * 60_000,
        receivedAt: start + number * 60_000 + 50,
      });
    },
  };
}

function say(random: (below: number) => number, words: readonly string[]): string {
  if (random(20) === 0)
    return Array.from({ length: 4 + random(12) }, () => chinese[random(chinese.length)]).join('');
  return Array.from(
    { length: 4 + random(14) },
    () => words[Math.floor((random(1e6) / 1e6) ** 4 * words.length)],
  ).join(' ');
}

/** A fixed sequence for each seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
