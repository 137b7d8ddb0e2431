import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createXmppAdapter } from '../../src/index.ts';
import { startPair, type Pair } from '../support/pair.ts';
import { Person } from '../support/recording-host.ts';

const MEBIBYTE = 1024 * 1024;
const program = fileURLToPath(new URL('../support/hostile-process.ts', import.meta.url));
let child: ChildProcess;
let other: Pair;
let person: Person;
afterEach(async () => {
  await person.stop();
  await other.close();
  child.kill('SIGKILL');
});

/** The most memory that this process has while something goes on, beyond what it has now. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 2);
  await work;
  clearInterval(timer);
  return Math.max(most, process.memoryUsage.rss()) - before;
}

test.each([
  ['garbage', 'UTF-8'],
  ['unclosed', 'larger than'],
  ['deep', 'nested deeper'],
  ['errors', 'not well-formed'],
  ['attributes', 'longer than'],
  ['elements', 'nodes'],
])(
  'a hostile server (%s) is left within a second and 64 MiB, and the other account notices nothing',
  { timeout: 60_000 },
  async (attack, message) => {
    other = await startPair();
    child = fork(program, [attack], { execArgv: ['--no-warnings'] });
    const [{ port, ca }] = (await once(child, 'message')) as [{ port: number; ca: string }];
    const config = { server: `127.0.0.1:${port}`, ca };
    person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
    await person.online();
    const used = process.cpuUsage();
    child.send('now');
    const growth = await growthDuring(person.ended);
    const { user, system } = process.cpuUsage(used);
    const ended = await person.ended;
    expect(ended).toMatchObject({ why: 'network' });
    expect(JSON.stringify(ended)).toContain(message);
    expect((user + system) / 1_000).toBeLessThan(1_000); // of our own time: how fast it is attacked is not ours to say
    expect(growth).toBeLessThan(64 * MEBIBYTE);
    other.peer.write(`<message from='friend@localhost/x'><body>still here</body></message>`);
    await other.person.host.until('message', () => other.person.host.texts().includes('still here'));
  },
);
