import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { lockProfile } from '../src/profile/lock.ts';
import { temporaryHome } from './home.ts';

const program = fileURLToPath(new URL('programs/hold-lock.ts', import.meta.url));

async function hold(home: string): Promise<{ child: ChildProcess; answer: string }> {
  const child = spawn(process.execPath, [program, home], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, answer: chunk.toString().trim() };
}

it('gives a profile to exactly one of several processes', async () => {
  const { home } = temporaryHome();
  const answers = await Promise.all([hold(home), hold(home), hold(home)]);
  expect(answers.map(({ answer }) => answer).sort()).toEqual(['busy', 'busy', 'held']);
});

it('is free again when its process was killed', async () => {
  const { home, paths } = temporaryHome();
  const { child, answer } = await hold(home);
  expect(answer).toBe('held');
  expect(await lockProfile(paths)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockProfile(paths);
  expect(lock).not.toBeNull();
  lock?.release();
});

it('is free again when it was released', async () => {
  const { paths } = temporaryHome();
  const first = await lockProfile(paths);
  first?.release();
  const second = await lockProfile(paths);
  expect(second).not.toBeNull();
  second?.release();
});
