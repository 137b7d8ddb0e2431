import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildFailure, Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const FOR_BROWSERS = /^(core|native-protocol|wire|adapter-.+)$/;

/** Bundles as a web application would; anything of Node that is reached has no meaning there and is an error. */
async function bundle(program: string): Promise<Metafile> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: ROOT, loader: 'js' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    conditions: ['browser'],
    logLevel: 'silent',
  });
  return metafile;
}

function entriesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, unknown>;
  };
  return Object.keys(manifest.exports).map((entry) => manifest.name + entry.slice(1));
}

const entries = readdirSync(join(ROOT, 'packages'))
  .filter((folder) => FOR_BROWSERS.test(folder))
  .flatMap(entriesOf)
  .filter((entry) => !entry.endsWith('/node'));

describe('browser bundles', () => {
  test.each(entries)('%s bundles without Node', async (entry) => {
    await bundle(`export * from '${entry}'`);
  });

  test('an import of Node is found', async () => {
    const attempt = bundle(`export * from '@natter/core'; import 'node:fs';`);
    await expect(attempt).rejects.toSatisfy((failure: BuildFailure) =>
      failure.errors.some(({ text }) => text.includes('node:fs')),
    );
  });

  test.each(['@natter/core/link', '@natter/core/link/connect', '@natter/core/error', '@natter/core/model'])(
    '%s brings no rxjs along, so that a one-shot command starts fast',
    async (entry) => {
      expect(entries).toContain(entry);
      const { inputs } = await bundle(`export * from '${entry}'`);
      expect(Object.keys(inputs).filter((path) => path.includes('node_modules/rxjs/'))).toEqual([]);
    },
  );
});
