import type { OpBody } from '@natter/core';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { joinParts, multilineOf, readMultilineLimits } from '../src/mapping/multiline.ts';
import { byteLength } from '../src/wire/format-line.ts';
import { run } from './support/online.ts';
import { offering, ScriptedServer, type Script } from './support/scripted-server.ts';

let server: ScriptedServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const say = (text: string): OpBody => ({
  type: 'send',
  content: { kind: 'text', text },
  replyTo: null,
  thread: null,
  mentions: [],
});

describe('a text in parts', () => {
  test('is the text again when it is put together, in lines that fit', () => {
    const word = fc.constantFrom('a', ' ', 'é', '👩‍👩‍👧', 'word ', '\n');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), fc.integer({ min: 40, max: 90 }), (words, limit) => {
        const text = words.join('');
        const parts = multilineOf(text, limit, { bytes: 1e6, lines: 1e6 });
        if (parts === null) return;
        expect(joinParts(parts)).toBe(text);
        for (const part of parts) expect(byteLength(part.text)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('is not one message where the server takes less', () => {
    expect(multilineOf('one\ntwo', 400, { bytes: 6, lines: 9 })).toBeNull();
    expect(multilineOf('one\ntwo', 400, { bytes: 7, lines: 1 })).toBeNull();
    expect(multilineOf('one\ntwo', 400, { bytes: 7, lines: 2 })).toHaveLength(2);
    expect(readMultilineLimits('max-lines=3,max-bytes=40')).toEqual({ bytes: 40, lines: 3 });
    expect(readMultilineLimits('')).toBeNull();
  });
});

const capabilities =
  'batch message-tags echo-message labeled-response draft/multiline=max-bytes=4096,max-lines=9';

/** Takes batches as a server does, or refuses them. */
function batches(refuse: boolean): Script {
  let label = '';
  let lines: string[] = [];
  return offering(capabilities, (line, tell) => {
    const [, tags = '', rest = ''] = /^(?:@(\S+) )?(.*)$/.exec(line) ?? [];
    const own = /label=([^;]+)/.exec(tags)?.[1] ?? '';
    if (rest.startsWith('BATCH +')) [label, lines] = [own, []];
    else if (rest.startsWith('BATCH -') && refuse)
      tell(`@label=${label} :s FAIL BATCH MULTILINE_INVALID :not here`);
    else if (rest.startsWith('BATCH -')) {
      tell(`@label=${label};msgid=whole :me!u@h BATCH +x draft/multiline bob`);
      for (const each of lines) tell(`@batch=x :me!u@h ${each}`);
      tell('BATCH -x');
    } else if (tags.includes('batch=')) lines.push(rest);
    else if (rest.startsWith('PRIVMSG')) tell(`@label=${own};msgid=${own} :me!u@h ${rest}`);
    else return false;
    return true;
  });
}

test('what is said in a batch is one message with one id, and nothing comes between its lines', async () => {
  server = await ScriptedServer.start(batches(false));
  const running = run(server.port);
  expect(await running.online).toBeNull();
  const both = await Promise.all([
    running.perform(say('one\ntwo'), 'bob'),
    running.perform(say('three\nfour'), 'bob'),
  ]);
  expect(both).toEqual([
    { result: 'accepted', refs: ['whole'] },
    { result: 'accepted', refs: ['whole'] },
  ]);
  const said = server.heard.filter((line) => /BATCH|PRIVMSG/.test(line));
  expect(said.map((line) => line.replace(/^@\S+ /, ''))).toEqual([
    'BATCH +m1 draft/multiline bob',
    'PRIVMSG bob one',
    'PRIVMSG bob two',
    'BATCH -m1',
    'BATCH +m2 draft/multiline bob',
    'PRIVMSG bob three',
    'PRIVMSG bob four',
    'BATCH -m2',
  ]);
  await running.stop();
});

test('what the server refuses as one message leaves as several', async () => {
  server = await ScriptedServer.start(batches(true));
  const running = run(server.port);
  expect(await running.online).toBeNull();
  const outcome = await running.perform(say('one\ntwo'), 'bob');
  expect(outcome.result).toBe('accepted');
  if (outcome.result === 'accepted') expect(outcome.refs).toHaveLength(2);
  await running.stop();
});
