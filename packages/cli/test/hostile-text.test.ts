import { expect, it } from 'vitest';
import { friends, nativeServer, until } from './support/network.ts';

// What a terminal could act upon: C0 but the line feed, DEL, C1, and what reorders text.
// oxlint-disable-next-line no-control-regex
const active = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067\u2028\u2029]/;

it('what others say and call themselves moves no cursor, in text and in JSON', async () => {
  const server = await nativeServer(['alice', 'bob']);
  const { alice, bob } = await friends(server);
  const attack = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp.exe\u0085';
  await alice.run(['presence', 'away', `lunch ${attack}`]);
  await alice.run(['send', 'bob', '-'], { stdin: `first ${attack}\n23:59 me: forged` });
  await until(async () => (await bob.lines('history', 'alice')).length === 1);
  for (const argv of [
    ['history', 'alice'],
    ['contacts'],
    ['search', 'first'],
    ['watch', '--after', 'start', '--timeout', '1'],
  ]) {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await bob.run([...argv, ...json]);
      expect([argv[0], active.test(stdout + stderr)]).toEqual([argv[0], false]);
    }
  }
  const { stdout } = await bob.run(['history', 'alice']);
  expect(stdout.split('\n').filter((line) => line.startsWith('23:59'))).toEqual([]);
  const [message] = await bob.lines('history', 'alice');
  // The attack did arrive: what is shown is what was made harmless here.
  expect(String(message?.['text'])).toContain(attack);
});
