import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { subprotocols } from '@natter/native-protocol';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { password } from './support/client.ts';
import { prepare } from './support/crash.ts';
import { temporaryDirectory } from './support/server.ts';

const frames = 1_000_000;
const lanes = 8;
/** Frames of one connection, of which ten that break the schema would end it. */
const perConnection = 120;
const mostBroken = 9;

const templates = [
  '{"type":"send","id":1,"clientId":"k","peer":"bob","body":{"text":"hello"}}',
  '{"type":"send","id":2,"clientId":"k","conversation":"c1","body":{"text":"x","formatting":[{"start":0,"length":1,"style":"bold"}]}}',
  '{"type":"edit","id":3,"conversation":"c1","seq":1,"body":{"text":"other"}}',
  '{"type":"history","id":4,"conversation":"c1","before":9}',
  '{"type":"sync","id":5,"after":0,"limit":3}',
  '{"type":"mark","id":6,"kind":"read","marks":[{"conversation":"c1","seq":1}]}',
  '{"type":"roster","id":7,"version":0}',
  '{"type":"contact-request","id":8,"address":"bob","text":"hi"}',
  '{"type":"ack","cursor":3}',
  '{"type":"typing","conversation":"c1","active":true}',
  '{"type":"search","id":9,"query":"hello"}',
  '{"type":"group-create","id":10,"clientId":"g","title":"G","invite":["bob"]}',
  '{"type":"presence-set","id":11,"availability":"away"}',
];
const splices = [
  '__proto__',
  '\\ud800',
  '\u0000',
  '1e400',
  '-0',
  '[[[[[[[[[[[[[[[[[[',
  '{"a":',
  '","',
  '"type":"ping"',
  '9007199254740993',
  'null',
  '😀',
  '\u202e',
  "'; DROP TABLE message; --",
  '"c999999"',
  '-1',
];

/** A small generator with a seed, so that a run can be had again. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function broken(pick: (below: number) => number): string {
  let text = templates[pick(templates.length)] ?? '';
  for (let change = 0; change <= pick(3); change += 1) {
    const at = pick(text.length);
    const end = pick(3) === 0 ? at : at + pick(8);
    text = text.slice(0, at) + (splices[pick(splices.length)] ?? '') + text.slice(end);
  }
  return text;
}

/** A frame of the schema with other values. */
function odd(pick: (below: number) => number): string {
  const text = templates[pick(templates.length)] ?? '';
  return text.replace(/:(\d+)/gu, () => `:${pick(1000)}`).replace(/"c1"/u, `"c${1 + pick(4)}"`);
}

const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

it('a million fuzzed frames end no server, and leave its memory flat', async () => {
  const dataDirectory = temporaryDirectory();
  await prepare(dataDirectory);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('support/crash-child.ts', import.meta.url)), dataDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = String((await once(createInterface(child.stdout), 'line'))[0]);
  const seed = Date.now() & 0xffff;
  let sent = 0;
  let warm = 0;
  const lane = async (number: number): Promise<void> => {
    const pick = generator(seed + number * 7919);
    while (sent < frames) {
      const socket = new WebSocket(url, [...subprotocols]);
      await once(socket, 'open');
      let answers = 0;
      socket.on('message', () => (answers += 1));
      const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      // Every other connection never signs in.
      if (pick(2) === 0)
        socket.send(`{"type":"sign-in","id":0,"address":"alice","password":"${password}","device":"d1"}`);
      let bad = 0;
      for (let count = 0; count < perConnection && socket.readyState === socket.OPEN; count += 1) {
        const isBroken = pick(4) === 0 && bad < mostBroken;
        if (isBroken) bad += 1;
        socket.send(isBroken ? broken(pick) : odd(pick));
        sent += 1;
        if (warm === 0 && sent > frames * 0.6) warm = memoryOf(child.pid ?? 0);
      }
      socket.send('{"type":"ping","id":999}');
      await Promise.race([ended, sleep(40)]);
      expect(answers).toBeGreaterThanOrEqual(0);
      socket.close();
      await Promise.race([ended, sleep(1000)]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  expect(child.exitCode, `seed ${seed}`).toBeNull();
  const grown = memoryOf(child.pid ?? 0) - warm;
  expect(grown, `seed ${seed}`).toBeLessThan(60_000_000);
  const probe = new WebSocket(url, [...subprotocols]);
  await once(probe, 'open');
  probe.send('{"type":"ping","id":1}');
  expect(String((await once(probe, 'message'))[0])).toContain('"done":true');
  probe.terminate();
  child.kill('SIGTERM');
  await once(child, 'exit');
});
