import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run, type Running } from '../support/online.ts';
import { offering, ScriptedServer } from '../support/scripted-server.ts';

/** Class 16: lines of the kind that crashed other clients. */
const crashers: readonly string[] = [
  ':s 324', // CVE-2020-8955: channel modes without parameters
  ':s 324 me',
  ':s 324 me #c',
  ':s 324 me #c +k',
  ':s 005 me PREFIX=', // CVE-2020-9760: a prefix that is none
  ':s 005 me PREFIX=(ov :x',
  ':s 005 me PREFIX=(ovhaq)@ :x',
  ':s 005 me PREFIX=() CHANTYPES= CHANMODES= CASEMAPPING= MONITOR=x :x',
  ':s 005 me',
  ':s 005',
  ':s 352', // WHO without parameters
  ':s 352 me #c',
  ':s 353',
  ':s 353 me = #c',
  ':s 353 me = #c :',
  ':s 353 me = #c :@ + @+ !@ ~',
  ':s 366',
  ':s 332 me',
  ':s 303',
  ':s 302 me :',
  ':s 302 me :==+-',
  ':s 730',
  ':s 730 me :,,!@,',
  ':s 730 me :!u@h',
  ':s 734 me 100',
  ':s 734 me 5 :,,',
  ':s 354',
  ':s 354 me 176 #c',
  ':s 354 me 176 #c u h other',
  ':s 352 me #c u h s other',
  'MARKREAD',
  ':s MARKREAD me',
  ':s MARKREAD #c timestamp=never',
  ':s MARKREAD #c *',
  'BATCH +m draft/multiline',
  '@batch=m PRIVMSG',
  'BATCH -m',
  'BATCH +n netsplit',
  '@batch=n :a!b@c QUIT',
  'BATCH -n',
  ':s CHATHISTORY TARGETS',
  ':s FAIL',
  ':s FAIL BATCH',
  ':s NOTE',
  ':s WARN * X',
  'PRIVMSG', // CVE-2017-9468: no source
  'PRIVMSG me :\x01DCC SEND file 0 0 0\x01',
  ':a!b@c PRIVMSG',
  ':a!b@c PRIVMSG me',
  ':a!b@c PRIVMSG me :\x01\x01', // eggdrop
  ':a!b@c PRIVMSG me :\x01',
  ':a!b@c PRIVMSG me :\x01UTC\x01', // ircII
  ':a!b@c PRIVMSG me :\x01DCC\x01',
  ':a!b@c PRIVMSG me :\x03', // CVE-2012-5854: colours
  ':a!b@c PRIVMSG me :\x0399,99\x03,\x03,9\x04zz\x04123456,',
  ':a!b@c NOTICE me :\x01PING\x01',
  ':a!b@c WALLOPS', // CVE-2009-1959
  ':a!b@c WALLOPS :',
  'AUTHENTICATE', // CVE-2019-13045
  'AUTHENTICATE +',
  ':s 903 me',
  ':s 904',
  'CAP', // a second, unasked-for negotiation
  'CAP * LS',
  ':s CAP me LS :x=y sasl',
  ':s CAP me NEW :',
  ':s CAP me DEL :multi-prefix',
  ':s CAP me ACK :',
  ':s CAP me NAK :x',
  ':a!b@c JOIN',
  ':a!b@c JOIN :',
  ':me!b@c JOIN #new',
  ':me!b@c PART #never',
  ':a!b@c KICK #c',
  ':a!b@c KICK #c me',
  ':a!b@c MODE #c +ooooo',
  ':a!b@c MODE #c',
  ':a!b@c MODE',
  ':a!b@c NICK',
  ':a!b@c NICK :',
  ':a!b@c INVITE me',
  ':a!b@c INVITE me #x',
  ':a!b@c QUIT',
  ':a!b@c AWAY',
  ':a!b@c ACCOUNT',
  ':a!b@c CHGHOST x',
  ':a!b@c REDACT me',
  '@+typing TAGMSG',
  '@+draft/react=x;+draft/reply=y :a!b@c TAGMSG me',
  '@+draft/react=;+draft/reply= :a!b@c TAGMSG me',
  '@label=n1 :s ACK',
  '@batch=none :a!b@c PRIVMSG me :orphan',
  'BATCH',
  'BATCH +',
  'BATCH -none',
  'BATCH +x chathistory',
  'BATCH -x',
  '@time=never;msgid= :a!b@c PRIVMSG me :x',
  '@',
  '@ ',
  ':',
  ': ',
  ':s',
  ' ',
  '   PRIVMSG me :x',
  '000',
  '99999 x',
];

describe('class 16: no line of a server harms a session', () => {
  let server: ScriptedServer;
  let running: Running;

  beforeEach(async () => {
    server = await ScriptedServer.start(
      offering('batch message-tags server-time draft/chathistory draft/multiline draft/read-marker'),
      'WHOX MONITOR=5 CHATHISTORY=10',
    );
    running = run(server.port, { config: { join: ['#c'] } });
    expect(await running.online).toBeNull();
  });
  afterEach(async () => {
    await running.stop();
    await server.close();
  });

  /** A message that comes after all else. What was looked through once is not looked through again. */
  const last = (text: string, timeout = 10_000): Promise<void> => {
    let at = 0;
    const told = (): boolean => {
      const fresh = running.batches.slice(at);
      at += fresh.length;
      return fresh.some((batch) => JSON.stringify(batch).includes(text));
    };
    return expect.poll(told, { timeout }).toBe(true);
  };

  test('each that crashed a client before', async () => {
    for (const line of crashers) server.push(line);
    server.push(':friend!u@h PRIVMSG me :still here');
    await last('still here');
    expect(running.over()).toBe(false);
    expect(server.heard.filter((line) => /^NOTICE|DCC|VERSION/.test(line))).toEqual([]);
  });

  test('any line of the grammar', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'me',
        'a',
        '#c',
        '#x',
        '*',
        '+o',
        '-b',
        '=',
        '@me',
        '+',
        '',
        ',',
        'x,y',
        'chathistory',
        'draft/multiline',
        'netsplit',
        'netjoin',
        '+x',
        '-x',
        'timestamp=2030-01-01T00:00:00.000Z',
        '176',
        'LS',
      ),
      fc.string({ maxLength: 8 }).map((text) => text.replace(/[\r\n\0 ]/g, '_')),
    );
    const commands =
      'PRIVMSG NOTICE TAGMSG JOIN PART KICK QUIT NICK MODE TOPIC INVITE CAP BATCH AWAY ACCOUNT CHGHOST REDACT FAIL ' +
      'PONG WALLOPS AUTHENTICATE MARKREAD CHATHISTORY NOTE WARN SETNAME RENAME';
    const command = fc.oneof(
      fc.constantFrom(...commands.split(' ')),
      fc.integer({ min: 1, max: 999 }).map((number) => String(number).padStart(3, '0')),
    );
    const tag = fc.constantFrom(
      'batch=x',
      'label=n1',
      'msgid=m',
      'time=x',
      '+typing=active',
      'account=a',
      '+draft/reply=m',
    );
    const line = fc
      .record({
        tags: fc.array(tag, { maxLength: 3 }),
        source: fc.constantFrom('', ':s ', ':a!b@c ', ':b!b@c ', ': ', ':!@ '),
        command,
        params: fc.array(word, { maxLength: 6 }),
        last: fc.option(fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n\0]/g, '_'))),
      })
      // What ends a session by right is not what is looked for here.
      .map(({ tags, source, command, params, last }) =>
        [
          tags.length > 0 ? `@${tags.join(';')} ` : '',
          source,
          [command, ...params, ...(last === null ? [] : [`:${last}`])].join(' '),
        ].join(''),
      );
    const count = process.env['NATTER_LONG'] === '1' ? 1_000_000 : 30_000;
    const lines = fc.sample(line, { numRuns: count });
    for (let at = 0; at < lines.length; at += 1000)
      server.push(
        new TextEncoder().encode(
          lines
            .slice(at, at + 1000)
            .map((each) => `${each}\r\n`)
            .join(''),
        ),
      );
    server.push('@msgid=last :friend!u@h PRIVMSG friends :to nobody');
    server.push(':zz!u@h NOTICE zz :the very last');
    await last('the very last', 10_000 + count / 10);
    expect(running.over()).toBe(false);
  });

  test('bytes that are not UTF-8 are read by the fallback encoding, wherever they are cut', async () => {
    const line = [...new TextEncoder().encode(':a!b@c PRIVMSG me :caf'), 0xe9, 13, 10];
    for (const byte of line) server.push(new Uint8Array([byte]));
    server.push(':a!b@c PRIVMSG me :é€😀');
    await last('é€😀');
    expect(JSON.stringify(running.batches)).toContain('café');
  });

  test('D11: a line without an end is cut off before it is long', async () => {
    const piece = new Uint8Array(64 * 1024).fill(120);
    server.push(piece);
    const ended = await running.ended;
    expect(ended.why).toBe('network');
  });
});
