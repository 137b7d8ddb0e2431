import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const quoted = /<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g;

it('the guide quotes the adapter as it is', async () => {
  const guide = await readFile(new URL('docs/guides/writing-an-adapter.md', root), 'utf8');
  const quotes = [...guide.matchAll(quoted)];
  expect(quotes.length).toBeGreaterThan(4);
  for (const [, file = '', excerpt = ''] of quotes) {
    expect(await readFile(new URL(file, root), 'utf8'), `what the guide quotes of ${file}`).toContain(
      excerpt,
    );
  }
});
