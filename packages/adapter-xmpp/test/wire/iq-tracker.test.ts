import { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { IqTracker } from '../../src/wire/iq-tracker.ts';
import { WireError } from '../../src/wire/error.ts';

const OWN = 'alice@example.org/phone';

/** A request, and what sends it: who answers is up to the test. */
function asking(to: string | null, address: string | null = OWN) {
  const sent: Element[] = [];
  const tracker = new IqTracker((iq) => sent.push(iq), 'example.org');
  tracker.address = address;
  const answered = tracker.request('get', to, new Element('ping', { xmlns: 'urn:xmpp:ping' }), 60_000);
  answered.catch(() => {});
  const id = String(sent[0]?.attrs['id']);
  const answer = (attributes: Record<string, string>): boolean =>
    tracker.answer(new Element('iq', { type: 'result', id, ...attributes }));
  return { tracker, answered, answer, id, sent };
}

describe('an answer counts when it comes from whom we asked (RFC 6120 section 8.2.3)', () => {
  test.each([
    ['bob@example.net', 'bob@example.net', true],
    ['bob@example.net', 'BOB@Example.NET', true],
    ['bob@example.net/desk', 'bob@example.net/desk', true],
    ['bob@example.net/desk', 'bob@example.net', false],
    ['bob@example.net', 'bob@example.net/desk', false],
    ['bob@example.net', 'eve@example.net', false],
    ['bob@example.net', 'example.net', false],
    ['bob@example.net', 'example.org', false],
    ['bob@example.net', 'alice@example.org', false],
    ['bob@example.net', OWN, false],
    ['bob@example.net', null, false],
    [null, null, true],
    [null, 'example.org', true],
    [null, 'alice@example.org', true],
    [null, OWN, true],
    [null, 'bob@example.net', false],
    [null, 'alice@example.org/other', false],
    ['alice@example.org', null, true],
    ['alice@example.org', 'alice@example.org', true],
    ['alice@example.org', OWN, true],
    ['alice@example.org', 'example.org', false],
    ['alice@example.org', 'eve@example.org', false],
    ['example.org', 'example.org', true],
    ['example.org', null, false],
  ])('asked %s, from %s: %s', async (to, from, counts) => {
    const { answer, answered, tracker } = asking(to);
    expect(answer(from === null ? {} : { from })).toBe(counts);
    // The right one is still waited for after a wrong one.
    if (!counts) expect(answer(to === null ? {} : { from: to })).toBe(true);
    expect((await answered).attrs['type']).toBe('result');
    tracker.rejectAll(new WireError('aborted', 'over'));
  });

  test('before an address is bound, from our server alone', () => {
    expect(asking(null, null).answer({ from: 'bob@example.net' })).toBe(false);
    expect(asking(null, null).answer({ from: 'alice@example.org' })).toBe(true);
  });

  test('by a request id that nobody can guess, and once', async () => {
    const { answer, answered, tracker, id, sent } = asking(null);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(sent[0]?.attrs['to']).toBeUndefined();
    expect(tracker.answer(new Element('iq', { type: 'result', id: 'other' }))).toBe(false);
    for (const type of ['get', 'set']) expect(answer({ type })).toBe(false);
    expect([answer({}), answer({})]).toEqual([true, false]);
    await answered;
  });

  test('an error rejects, and nothing is asked of a stream that is over', async () => {
    const { answer, answered, tracker, sent } = asking(null);
    expect(answer({ type: 'error' })).toBe(true);
    await expect(answered).rejects.toMatchObject({ code: 'stanza-error' });
    tracker.rejectAll(new WireError('disconnected', 'over'));
    const late = tracker.request('get', null, new Element('ping'), 60_000);
    await expect(late).rejects.toMatchObject({ code: 'disconnected' });
    expect(sent).toHaveLength(1);
    const given = asking(null).tracker.request('get', null, new Element('ping'), 60_000, AbortSignal.abort());
    await expect(given).rejects.toMatchObject({ code: 'aborted' });
  });
});
