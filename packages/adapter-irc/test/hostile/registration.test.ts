import { afterEach, describe, expect, test } from 'vitest';
import { run } from '../support/online.ts';
import { offering, ScriptedServer, type Script } from '../support/scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

describe('sign-in never goes on unauthenticated', () => {
  const account = { config: { signIn: 'sasl' }, secrets: { password: 'secret' } };

  /** A server that would let anybody in: what must not happen is that we come in. */
  async function refusedBy(script: Script): Promise<{ code: string; heard: readonly string[] }> {
    server = await ScriptedServer.start(script);
    const ended = await run(server.port, account).ended;
    expect(ended.why).toBe('needsLogin');
    return { code: ended.why === 'needsLogin' ? ended.error.code : '', heard: server.heard };
  }

  test('where the server has no SASL', async () => {
    const { code, heard } = await refusedBy(offering('server-time'));
    expect(code).toBe('authentication');
    expect(heard.join('\n')).not.toContain('CAP END');
  });

  test('where no mechanism fits', async () => {
    const { heard } = await refusedBy(offering('sasl=ECDSA-NIST256P-CHALLENGE'));
    expect(heard.some((line) => line.startsWith('AUTHENTICATE'))).toBe(false);
  });

  test('where the capability is refused', async () => {
    const script = offering('sasl=PLAIN', (line, say) => {
      if (!line.includes('REQ')) return false;
      say(':s CAP * NAK :sasl');
      return true;
    });
    await refusedBy(script);
  });

  test('where the password is wrong', async () => {
    const script = offering('sasl=PLAIN', (line, say) => {
      if (line === 'AUTHENTICATE PLAIN') say('AUTHENTICATE +');
      else if (line.startsWith('AUTHENTICATE')) say(':s 904 me :SASL authentication failed');
      else return false;
      return true;
    });
    const { code, heard } = await refusedBy(script);
    expect(code).toBe('authentication');
    expect(heard).toContain(`AUTHENTICATE ${btoa('me\0me\0secret')}`);
  });

  test('where a SCRAM server cannot prove that it knows the password', async () => {
    const script = offering('sasl=SCRAM-SHA-256', (line, say) => {
      if (line === 'AUTHENTICATE SCRAM-SHA-256') say('AUTHENTICATE +');
      else if (line.startsWith('AUTHENTICATE')) say(':s 903 me :yes, yes');
      else return false;
      return true;
    });
    await refusedBy(script);
  });

  test('where a weaker mechanism is all that is left', async () => {
    server = await ScriptedServer.start(offering('sasl=PLAIN'));
    const secrets = { password: 'secret', mechanism: 'SCRAM-SHA-256' };
    const ended = await run(server.port, { config: { signIn: 'sasl' }, secrets }).ended;
    expect(ended).toMatchObject({ why: 'needsLogin', error: { code: 'downgrade' } });
    expect(server.heard.join('\n')).not.toContain(btoa('me\0me\0secret'));
  });

  test('where the password is not known, before a byte is sent', async () => {
    server = await ScriptedServer.start(offering('sasl=PLAIN'));
    const ended = await run(server.port, { config: { signIn: 'sasl' } }).ended;
    expect(ended.why).toBe('needsLogin');
    expect(server.heard).toEqual([]);
  });
});

describe('registration', () => {
  test('a refused capability costs itself and no other', async () => {
    const script = offering('away-notify batch chghost server-time', (line, say) => {
      if (!line.startsWith('CAP REQ')) return false;
      const names = line.replace(/^CAP REQ :?/, '');
      say(`:s CAP * ${names.includes('chghost') ? 'NAK' : 'ACK'} :${names}`);
      return true;
    });
    server = await ScriptedServer.start(script);
    const running = run(server.port);
    expect(await running.online).toBeNull();
    for (const name of ['away-notify', 'batch', 'server-time'])
      expect(server.heard).toContain(`CAP REQ ${name}`);
    expect(server.heard).toContain('CAP END');
    await running.stop();
  });

  test('F23: a taken nick leads to another, and back as soon as it is free', async () => {
    const script: Script = (line, say) => {
      if (line !== 'NICK me') return false;
      if (server.heard.filter((each) => each === 'NICK me').length === 1) say(':s 433 * me :in use');
      else say(':me_!u@h NICK me');
      return true;
    };
    server = await ScriptedServer.start(script);
    const running = run(server.port);
    expect(await running.online).toBeNull();
    expect(server.heard).toContain('NICK me_');
    server.push(':me!other@host QUIT :gone');
    const names = (): unknown[] =>
      running.batches.flatMap(({ events }) =>
        events.flatMap((event) => (event.type === 'self' ? [event.name] : [])),
      );
    await expect.poll(names).toEqual(['me_', 'me']);
    await running.stop();
  });

  test.each([
    ['465 me :You are banned', 'refused', 'suspended'],
    ['464 me :Password incorrect', 'needsLogin', 'authentication'],
    ['432 * me :Erroneous nickname', 'refused', 'invalid'],
  ])('%s ends the attempt with the numeric as data', async (numeric, why, code) => {
    const script: Script = (line, say) => {
      if (line.startsWith('USER')) say(`:s ${numeric}`);
      return line.startsWith('USER');
    };
    server = await ScriptedServer.start(script);
    const ended = await run(server.port).ended;
    expect(ended).toMatchObject({ why, error: { code, condition: { command: numeric.slice(0, 3) } } });
  });

  test.each([
    ['Closing Link: K-Lined', 'refused'],
    ['Closing Link: me[h] (D-lined)', 'refused'],
    ['Closing link: (u@h) [G-lined: spam]', 'refused'],
    ['Closing Link: h (X-Lined)', 'refused'],
    ['Closing Link: h (User has been banned from the network (spam))', 'refused'],
    ['Closing Link: h (AKILL ID: 1)', 'refused'],
    ['Closing Link: h (Connection rejected - not authorized)', 'needsLogin'],
    ['Trying to reconnect too fast.', 'network'],
    ['Closing Link: h (Too many connections from your IP)', 'network'],
    ['Closing Link: (Throttled: Reconnecting too fast)', 'network'],
  ])('ERROR :%s', async (text, why) => {
    const script: Script = (line, say) => {
      if (line.startsWith('USER')) say(`ERROR :${text}`);
      return line.startsWith('USER');
    };
    server = await ScriptedServer.start(script);
    const ended = await run(server.port).ended;
    expect(ended.why).toBe(why);
    if (ended.why === 'network') expect(ended.retryAfter).toBe(60_000);
  });

  test('a ban says its reason where only the ERROR behind the numeric has it', async () => {
    const script: Script = (line, say) => {
      if (!line.startsWith('USER')) return false;
      say(":s 465 me :You're banned!");
      say('ERROR :Closing link: (u@h) [K-lined: no shouting]');
      return true;
    };
    server = await ScriptedServer.start(script);
    expect(await run(server.port).ended).toMatchObject({
      why: 'refused',
      error: {
        code: 'suspended',
        message: expect.stringContaining('no shouting') as string,
        condition: { command: '465' },
      },
    });
  });

  test('a PING is answered before what waits for its turn, and a dead link is found', async () => {
    server = await ScriptedServer.start();
    const config = { floodBurst: 1, floodPerSecond: 0.1 };
    const running = run(server.port, { config, limits: { pingAfter: 300, pingTime: 200 } });
    expect(await running.online).toBeNull();
    const content = { kind: 'text', text: 'x' } as const;
    const sends = [1, 2, 3].map(() =>
      running.perform({ type: 'send', content, replyTo: null, thread: null, mentions: [] }, 'bob'),
    );
    server.push('PING :now');
    await expect.poll(() => server.heard).toContain('PONG now');
    expect(server.heard.filter((line) => line.startsWith('PRIVMSG')).length).toBeLessThan(3);
    await running.stop();
    const outcomes = await Promise.all(sends);
    for (const { result } of outcomes) expect(['not-sent', 'unknown']).toContain(result);
    expect(outcomes.some(({ result }) => result === 'not-sent')).toBe(true);
  });

  test('a server that falls silent is given up', async () => {
    server = await ScriptedServer.start((line) => line === 'PING natter-alive');
    const running = run(server.port, { limits: { pingAfter: 100, pingTime: 100 } });
    expect(await running.ended).toMatchObject({ why: 'network', error: { code: 'timeout' } });
  });
});
