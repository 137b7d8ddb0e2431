import { readFileSync } from 'node:fs';
import { errorCodes } from '@natter/native-protocol';
import { expect, it } from 'vitest';
import { parseTranscript, replay } from './support/transcript.ts';
import { startServer } from './support/server.ts';

const page = readFileSync(new URL('../../../docs/native-protocol.md', import.meta.url), 'utf8');

it('knows the errors that docs/native-protocol.md lists', () => {
  const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  expect(page).toContain(rows.join('\n'));
});

it('says what the transcript in docs/native-protocol.md says', async () => {
  const lines = parseTranscript(page);
  expect(lines.length).toBeGreaterThan(20);
  const server = await startServer({ name: 'chat.example', clock: () => 1_750_000_000_000 });
  const played = await replay(server.url, lines);
  const show = ({ who, direction, text }: (typeof lines)[number]): string => `${who} ${direction} ${text}`;
  expect(played.map(show).join('\n')).toBe(lines.map(show).join('\n'));
});
