import { afterEach, expect, test } from 'vitest';
import type { Element } from '@xmpp/xml';
import { EntityInfo } from '../../src/features/entity-info.ts';
import { isOf, verificationHash } from '../../src/mapping/disco.ts';
import { Memory } from '../../src/memory.ts';
import type { Runtime } from '../../src/runtime.ts';
import { stanza } from '../support/xml.ts';

const { signal } = new AbortController();
const describe = (identity: string): string =>
  `<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>${identity}<feature var='a'/></query></iq>`;
const PHONE = describe(`<identity category='client' type='phone'/>`);
const BOT = describe(`<identity category='client' type='bot'/>`);
let asked: string[] = [];
afterEach(() => {
  asked = [];
});

/** Entities that answer like this when they are asked. */
function network(answers: Readonly<Record<string, string>>): EntityInfo {
  const request = (_: string, to: string): Promise<Element> => {
    asked.push(to);
    return Promise.resolve(stanza(answers[to] ?? "<iq type='result'/>"));
  };
  return new EntityInfo({ stream: { request }, memory: new Memory() } as unknown as Runtime);
}
const presence = (from: string, ver: string): Element =>
  stanza(
    `<presence from='${from}'><c xmlns='http://jabber.org/protocol/caps' node='n' hash='sha-1' ver='${ver}'/></presence>`,
  );

test('who announces the same hash is asked once, all together (XEP-0115)', async () => {
  const entities = network({ 'a@x/1': PHONE, 'b@x/1': PHONE });
  const ver = (await verificationHash(stanza(PHONE), 'SHA-1')) ?? '';
  for (const from of ['a@x/1', 'b@x/1']) entities.lookAt(presence(from, ver));
  expect(isOf(await entities.of('a@x/1', signal), 'client', 'phone')).toBe(true);
  expect(isOf(await entities.of('b@x/1', signal), 'client', 'phone')).toBe(true);
  expect(asked).toEqual(['a@x/1']);
});

test('poisoned capabilities: who announces a hash that is not theirs speaks for nobody else (XEP-0115 section 8.1)', async () => {
  const entities = network({ 'eve@x/1': BOT, 'a@x/1': PHONE });
  const ver = (await verificationHash(stanza(PHONE), 'SHA-1')) ?? '';
  for (const from of ['eve@x/1', 'a@x/1']) entities.lookAt(presence(from, ver));
  expect(isOf(await entities.of('eve@x/1', signal), 'client', 'bot')).toBe(true);
  expect(isOf(await entities.of('a@x/1', signal), 'client', 'phone')).toBe(true);
  expect(asked).toEqual(['eve@x/1', 'a@x/1']);
});

test('who goes, or announces nothing any more, is asked for themselves', async () => {
  const entities = network({ 'a@x/1': PHONE });
  const ver = (await verificationHash(stanza(PHONE), 'SHA-1')) ?? '';
  entities.lookAt(presence('a@x/1', ver));
  await entities.of('a@x/1', signal);
  entities.lookAt(stanza(`<presence from='a@x/1'/>`));
  await entities.of('a@x/1', signal);
  expect(asked).toHaveLength(2);
});

test('a hash named like a property of every object is one that we do not know', async () => {
  const entities = network({ 'eve@x/1': BOT });
  for (const hash of ['constructor', '__proto__', 'toString']) {
    entities.lookAt(
      stanza(
        `<presence from='eve@x/1'><c xmlns='http://jabber.org/protocol/caps' node='n' hash='${hash}' ver='v'/></presence>`,
      ),
    );
    expect(isOf(await entities.of('eve@x/1', signal), 'client', 'bot')).toBe(true);
  }
});
