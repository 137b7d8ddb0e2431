import { describe, expect, test } from 'vitest';
import { readEvent } from '../../src/mapping/room-event.ts';
import type { Json } from '../../src/wire/json.ts';

const event = {
  event_id: '$1',
  type: 'm.room.message',
  sender: '@a:b',
  origin_server_ts: 5,
  content: { body: 'x' },
};

function nested(levels: number): Json {
  return JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as Json;
}

describe('an event', () => {
  test('is read', () => {
    expect(readEvent(event)).toMatchObject({ id: '$1', sender: '@a:b', at: 5, content: { body: 'x' } });
    const { event_id: _id, ...state } = event;
    expect(readEvent(state)?.id).toBeNull();
  });

  test.each<[string, Json]>([
    ['no object', []],
    ['without a sender', { ...event, sender: 'nobody' }],
    ['without a type', { ...event, type: 5 }],
    ['of a type without end', { ...event, type: 'x'.repeat(256) }],
    ['with an id of another kind', { ...event, event_id: '!1' }],
    ['with an id that is a number', { ...event, event_id: 1 }],
  ])('%s is none', (_, value) => {
    expect(readEvent(value)).toBeNull();
  });

  test.each([-1, 8.64e15 + 1, 2 ** 63, '5', null])('with a time of %j has none', (at) => {
    expect(readEvent({ ...event, origin_server_ts: at })?.at).toBeNull();
  });

  test('that is nested without end says nothing', () => {
    expect(readEvent({ ...event, content: nested(10) })?.content).toEqual(nested(10));
    expect(readEvent({ ...event, content: nested(1000) })?.content).toEqual({});
  });

  test('takes back only what has an id of an event', () => {
    expect(readEvent({ ...event, redacts: '$2' })?.redacts).toBe('$2');
    for (const redacts of ['@a:b', 5, '']) expect(readEvent({ ...event, redacts })?.redacts).toBeUndefined();
  });
});
