import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settleConfiguration } from '../src/configuration/configuration.ts';
import { environmentName, rules } from '../src/configuration/rules.ts';

const unit = new URL('../deploy/natter-server.service', import.meta.url);
const read = (url: URL): string => readFileSync(url, 'utf8');

/** What a line that runs the server gives it: `--listen 127.0.0.1:80`. */
function flagsOf(words: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const [index, word] of words.entries())
    if (word.startsWith('--')) flags[word.slice(2)] = words[index + 1] ?? '';
  return flags;
}

function settled(flags: Record<string, string>): ReturnType<typeof settleConfiguration> {
  const known = Object.values(rules).flatMap(({ flag }) => flag ?? []);
  for (const flag of Object.keys(flags)) expect([...known, 'config']).toContain(flag);
  return settleConfiguration({ flags, environment: {}, defaultData: '/data' });
}

describe('the files that run a server', () => {
  it('give it settings that there are: the unit of systemd', () => {
    const [, line = ''] = /^ExecStart=(.*)$/mu.exec(read(unit)) ?? [];
    expect(settled(flagsOf(line.split(' '))).server).toMatchObject({ dataDirectory: '/var/lib/natter' });
    expect(read(unit)).toContain('StateDirectory=natter\n');
  });

  it('are what systemd takes for a unit', (context) => {
    const found = spawnSync('systemd-analyze', ['verify', fileURLToPath(unit)], { encoding: 'utf8' });
    if (found.error !== undefined) context.skip('systemd-analyze is not installed');
    expect(found.stderr.split('\n').filter((line) => line.includes('natter-server.service'))).toEqual([]);
  });

  it('give it settings that there are: the container file', () => {
    const text = read(new URL('../deploy/Containerfile', import.meta.url));
    const words = JSON.parse(/^ENTRYPOINT (.*)$/mu.exec(text)?.[1] ?? '[]') as string[];
    const { server, log } = settled(flagsOf(words));
    expect(server).toMatchObject({ host: '0.0.0.0', port: 5280, administration: { port: 5281 } });
    expect(log.format).toBe('json');
    expect(text).toContain(`${environmentName(rules.data)}=/data`);
  });
});
