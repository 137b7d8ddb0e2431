import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
/** Inside the clone, so that the packages are found as they are by a user who installed them. */
const FOLDER = join(ROOT, '.cache', 'readme');

interface Block {
  readonly code: string;
  /** The file the code is copied from, when a comment `<!-- example: path -->` stands above it. */
  readonly source: string | undefined;
}

function typeScriptBlocks(markdown: string): Block[] {
  const pattern = /(?:<!-- example: (\S+) -->\s*)?```ts\n([\s\S]*?)```/g;
  return [...markdown.matchAll(pattern)].map(([, source, code = '']) => ({ source, code }));
}

/** A file without its opening comment, which tells readers of the folder what readers of the README know. */
function withoutHeader(program: string): string {
  return program.replace(/^\/\*\*[\s\S]*?\*\/\n/, '').trim();
}

/** Type-checks programs together; gives the compiler's output, empty when all is well. */
function compile(programs: Readonly<Record<string, string>>): string {
  rmSync(FOLDER, { recursive: true, force: true });
  for (const [name, code] of Object.entries(programs)) {
    const path = join(FOLDER, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${code}\nexport {};\n`);
  }
  const config = {
    extends: '../../tsconfig.tests.json',
    compilerOptions: { incremental: false },
    files: Object.keys(programs),
  };
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module" }');
  return spawnSync('tsc', ['-p', FOLDER], { encoding: 'utf8' }).stdout;
}

const readmes = globSync(['README.md', 'packages/*/README.md', 'docs/guides/streams.md'], { cwd: ROOT });

describe('the code in READMEs', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  test('compiles', () => {
    const programs = Object.fromEntries(
      readmes.flatMap((file) =>
        typeScriptBlocks(readFileSync(join(ROOT, file), 'utf8')).map(({ code }, index) => [
          `${file.replaceAll(/\W/g, '-')}-${index}.ts`,
          code,
        ]),
      ),
    );
    expect(compile(programs)).toBe('');
  });

  test('would not compile if it were wrong', () => {
    expect(compile({ 'planted.ts': "import { nothing } from '@natter/core';" })).toContain('TS2305');
  });

  test('in the first README is an example that is run by a test', () => {
    const [block] = typeScriptBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'));
    expect(block?.source).toMatch(/^examples\//);
    expect(block?.code.split('\n').length).toBeLessThanOrEqual(25);
  });

  test.each(readmes)('%s shows its examples as they are', (file) => {
    for (const { source, code } of typeScriptBlocks(readFileSync(join(ROOT, file), 'utf8'))) {
      if (source === undefined) continue;
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(code.trim()).toBe(withoutHeader(readFileSync(join(ROOT, source), 'utf8')));
    }
  });
});
