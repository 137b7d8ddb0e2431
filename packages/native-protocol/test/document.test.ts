import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { frameReference } from './support/document.ts';

const page = new URL('../../../docs/native-protocol.md', import.meta.url);
const [begin, end] = ['<!-- frames: made from the schemas -->', '<!-- /frames -->'];

it('docs/native-protocol.md has the frames as the schemas have them; NATTER_WRITE_DOCS=1 writes them anew', () => {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const [found = '', after = ''] = rest.split(end);
  const wanted = `\n\n${frameReference()}\n\n`;
  if (process.env['NATTER_WRITE_DOCS'] === '1') writeFileSync(page, before + begin + wanted + end + after);
  else expect(found).toBe(wanted);
});
