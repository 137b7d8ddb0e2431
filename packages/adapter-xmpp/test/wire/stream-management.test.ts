import { describe, expect, test } from 'vitest';
import { Element } from '@xmpp/xml';
import { WireError } from '../../src/wire/error.ts';
import { StreamManagement } from '../../src/wire/stream-management.ts';

const NS = 'urn:xmpp:sm:3';

function managed(): StreamManagement {
  const management = new StreamManagement();
  management.enable();
  management.onEnabled(new Element('enabled', { xmlns: NS, id: 's1', resume: 'true' }), 'a@b/c');
  return management;
}
const acknowledged = (h: number | string): Element => new Element('a', { xmlns: NS, h: String(h) });

describe('inbound: only what is stored is acknowledged', () => {
  test('counts a prefix without holes', () => {
    const management = managed();
    for (let number = 1; number <= 3; number += 1) expect(management.received()).toBe(number);
    management.finish(3);
    management.finish(1);
    expect(management.done).toBe(1);
    management.storedUpTo(3);
    expect(management.acknowledgement(true)?.attrs).toMatchObject({ h: 1 });
    management.finish(2);
    expect(management.done).toBe(3);
    expect(management.unstored).toBe(true);
    expect(management.acknowledgement(true)?.attrs).toMatchObject({ h: 1 });
    management.storedUpTo(3);
    expect(management.acknowledgement(false)?.attrs).toMatchObject({ h: 3 });
    expect(management.acknowledgement(false)).toBeNull();
  });
  test('tells a resumable state that wraps at 2^32', () => {
    const management = new StreamManagement();
    const state = { id: 's1', address: 'a@b/c', location: null, handled: 2 ** 32 - 1 };
    management.onResumed(new Element('resumed', { xmlns: NS, previd: 's1', h: '7' }), state);
    const number = management.received();
    management.finish(number);
    management.storedUpTo(number);
    expect(management.resumeState()?.handled).toBe(0);
    expect(management.acknowledgement(true)?.attrs).toMatchObject({ h: 0 });
  });
});

describe('outbound', () => {
  test('a send settles with the server’s count, and not before', async () => {
    const management = managed();
    const settled: number[] = [];
    for (const number of [1, 2, 3]) void management.send().acknowledged.then(() => settled.push(number));
    management.onAcknowledged(acknowledged(2));
    await Promise.resolve();
    expect(settled).toEqual([1, 2]);
    expect(management.outstanding).toBe(1);
  });
  test('the count may wrap around', async () => {
    const management = new StreamManagement();
    const state = { id: 's1', address: 'a@b/c', location: null, handled: 0 };
    management.onResumed(new Element('resumed', { xmlns: NS, previd: 's1', h: String(2 ** 32 - 1) }), state);
    const sent = [management.send(), management.send()];
    management.onAcknowledged(acknowledged(1));
    await Promise.all(sent.map(({ acknowledged }) => acknowledged));
    expect(management.outstanding).toBe(0);
  });
  test.each([4, 2 ** 32 - 1, 'x', '', -1])('an h of %s that is too high or none ends the session', (h) => {
    const management = managed();
    management.send();
    expect(() => management.onAcknowledged(acknowledged(h))).toThrow(WireError);
    expect(management.resumeState()).toBeNull();
  });
  test('what was not acknowledged rejects when the stream is lost', async () => {
    const management = managed();
    const { acknowledged } = management.send();
    management.lost(new WireError('disconnected', 'gone'));
    await expect(acknowledged).rejects.toThrow('gone');
  });
  test('another session than the one asked for is not taken up', () => {
    const state = { id: 's1', address: 'a@b/c', location: null, handled: 0 };
    const resumed = new Element('resumed', { xmlns: NS, previd: 'other', h: '0' });
    expect(() => new StreamManagement().onResumed(resumed, state)).toThrow('another session');
  });
});
