import assert from 'node:assert/strict';
import { supports } from '@natter/core';
import { mintId } from '@natter/core/model';
import type { ConformanceCase } from '../case.ts';
import { textBody } from '../driver.ts';
import { withDriver } from '../with-driver.ts';

const hard = [
  'é€😀 ｆｕｌｌ',
  'עברית ثم عربي',
  '👩‍👩‍👧 family',
  'a b',
  '<b>&amp;</b>',
  '{"json":"\\u0000"}',
  ' spaces  kept ',
];

/** Direct messages, both ways. */
export const messageCases: readonly ConformanceCase[] = [
  {
    name: 'messages: one that comes in is stored once, from its sender',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      await driver.hear('hello');
      const rows = driver.ledger.withText('hello');
      assert.equal(rows.length, 1, 'it is stored more than once');
      assert.equal(rows[0]?.sender.key, peer.key);
      assert.equal(rows[0]?.sender.self, false);
      assert.equal(rows[0]?.operation, null);
    }),
  },
  {
    name: 'messages: one that goes out reaches the peer once, with the outcome that the network can give',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { adapter, peer }) => {
      const outcome = await driver.say('good morning');
      const { resend } = adapter.capabilities;
      assert.ok(
        outcome.result === 'accepted' || (outcome.result === 'unconfirmed' && resend === 'never'),
        outcome.result,
      );
      await driver.until('the peer gets it', async () => (await peer.received()).length > 0);
      const texts = (await peer.received()).map(({ text }) => text);
      assert.deepEqual(texts, ['good morning']);
    }),
  },
  {
    name: 'messages: text arrives as it was written, both ways',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      for (const text of hard) await driver.hear(text);
      for (const text of hard) await driver.say(text);
      await driver.until('the peer gets all', async () => (await peer.received()).length >= hard.length);
      assert.deepEqual(
        (await peer.received()).map(({ text }) => text),
        hard,
      );
    }),
  },
  {
    name: 'messages: those of one sender keep their order',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      const texts = Array.from({ length: 12 }, (_, index) => `number ${index}`);
      for (const text of texts) await driver.hear(text);
      const arrived = driver.ledger.texts(false);
      assert.deepEqual(
        arrived.filter((text, index) => arrived.indexOf(text) === index),
        texts,
      );
      for (const text of texts) await driver.say(text);
      await driver.until('the peer gets all', async () => (await peer.received()).length >= texts.length);
      assert.deepEqual(
        (await peer.received()).map(({ text }) => text),
        texts,
      );
    }),
  },
  {
    name: 'messages: the longest text that is declared arrives whole, a longer one is refused as too large',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { adapter, peer }) => {
      const limit = adapter.capabilities.limits.textBytes;
      if (limit === undefined) return;
      const longest = 'é'.repeat(Math.floor(limit / 2));
      await driver.say(longest);
      const whole = async (): Promise<string> => (await peer.received()).map(({ text }) => text).join('');
      await driver.until('the peer gets all of it', async () => (await whole()).length >= longest.length);
      assert.equal(await whole(), longest);
      const outcome = await driver.perform(textBody('x'.repeat(limit + 1)));
      assert.equal(outcome.result, 'refused');
      assert.equal('error' in outcome && outcome.error.code, 'too-large');
    }),
  },
  {
    name: 'messages: one to nobody is refused, not lost',
    needs: { support: ['direct'] },
    run: withDriver(async (driver, { adapter }) => {
      if (adapter.capabilities.resend === 'never') return;
      const body = textBody('is this on?');
      const conversation = { direct: 'nobody-of-that-name' as never };
      const id = mintId('operation');
      const { outcome } = await driver.carry({ id, conversation, attempt: 0, memo: null, body });
      // A server may take it, and find out behind that there is nobody.
      if (outcome.result !== 'accepted') return assert.equal(outcome.result, 'refused', 'sending to nobody');
      await driver.until('it is told to be refused after all', () =>
        driver.ledger.events.some(
          (event) =>
            event.type === 'operation' && event.operation === id && event.outcome.result === 'refused',
        ),
      );
    }),
  },
  {
    name: 'messages: own ones come back as ours, and name the operation',
    needs: { support: ['direct', 'own-echo'] },
    run: withDriver(async (driver) => {
      await driver.say('mine');
      await driver.until('the echo', () => driver.ledger.withText('mine').length > 0);
      const [row] = driver.ledger.withText('mine');
      assert.equal(row?.sender.self, true);
      assert.equal(row?.sender.contact, null);
    }),
  },
  {
    name: 'messages: what another device of ours sends reaches this one as ours',
    needs: { support: ['direct', 'own-echo'] },
    run: withDriver(async (driver, setup) => {
      await withDriver(async (other) => void (await other.say('from my other device')), {
        deviceId: 'other',
      })(setup);
      await driver.until('it arrives', () => driver.ledger.withText('from my other device').length > 0);
      const [row] = driver.ledger.withText('from my other device');
      assert.equal(row?.sender.self, true);
    }),
  },
  {
    name: 'messages: a reply names what it answers, both ways',
    needs: { support: ['direct', 'reply'], peer: ['look'] },
    run: withDriver(async (driver, { peer }) => {
      const asked = await peer.send('who is it?');
      await driver.until('the question', () => driver.ledger.withText('who is it?').length > 0);
      const [question] = driver.ledger.withText('who is it?');
      await driver.hear('hello?', () => peer.send('hello?', { replyTo: asked }));
      const target = driver.ledger.withText('hello?')[0]?.replyTo?.target;
      assert.ok(question !== undefined && target !== undefined, 'the reply names nothing');
      if ('stable' in target) assert.equal(target.stable, question.stable);
      else assert.equal(target.claimed, question.claimed);
      await driver.perform({ ...textBody('it is me'), replyTo: { target, quote: 'who is it?' } });
      await driver.until('the peer gets the answer', async () => (await peer.received()).length > 0);
      const [answer] = await peer.received();
      assert.equal((await peer.look?.(answer?.id ?? ''))?.replyTo, asked);
    }),
  },
  {
    name: 'messages: a mention of us is seen',
    needs: { support: ['direct', 'mention'] },
    run: withDriver(async (driver, { adapter, peer }) => {
      if (!supports(adapter.capabilities, 'mention')) return;
      await driver.hear('hey you', () => peer.send('hey you', { mention: true }));
      assert.equal(driver.ledger.withText('hey you')[0]?.mentioned, true);
    }),
  },
];
