const text = (content) => () => content;
const append = (content) => (before) => before + content;
const manifest = (change) => (before) => {
  const value = JSON.parse(before);
  change(value);
  return `${JSON.stringify(value, null, 2)}\n`;
};

const lint = (what, file, content, message) => ({
  gate: 'lint',
  what,
  plant: { [file]: text(content) },
  message,
});

/** One fault for each thing a gate is there to notice: what is changed in which file, and what the gate then says. */
export const PLANTED_FAULTS = [
  {
    gate: 'types',
    what: 'a wrong type in a source',
    plant: { 'packages/native-protocol/src/planted.ts': text('export const planted: number = "one";\n') },
    message: /planted\.ts.*TS2322/,
  },
  {
    gate: 'types',
    what: 'a wrong type in a test',
    plant: {
      'packages/core/test/planted.test.ts': text('export const planted: number = "one";\n'),
    },
    message: /planted\.test\.ts.*TS2322/,
  },
  lint(
    'an adapter that imports another',
    'packages/adapter-xmpp/src/planted-1.ts',
    "export * from '@natter/adapter-native';\n",
    /never each other/,
  ),
  lint(
    'an adapter that loads another lazily',
    'packages/adapter-xmpp/src/planted-2.ts',
    "export const planted: Promise<unknown> = import('@natter/adapter-native');\n",
    /never each other/,
  ),
  lint(
    'wire/ that knows core',
    'packages/adapter-xmpp/src/wire/planted-3.ts',
    "export * from '@natter/core';\n",
    /knows nothing of core/,
  ),
  lint(
    'wire/ that knows mapping/',
    'packages/adapter-xmpp/src/wire/planted-4.ts',
    "export * from '../mapping/planted.ts';\n",
    /knows nothing of mapping/,
  ),
  lint(
    'core that imports Node',
    'packages/core/src/planted-5.ts',
    "export { readFileSync } from 'node:fs';\n",
    /core depends on rxjs only/,
  ),
  lint(
    'a link that imports rxjs',
    'packages/core/src/link/planted-6.ts',
    "export { of } from 'rxjs';\n",
    /free of rxjs/,
  ),
  lint(
    'a native protocol that imports one of ours',
    'packages/native-protocol/src/planted-7.ts',
    "export * from '@natter/core';\n",
    /imports none of our packages/,
  ),
  lint(
    'a server that imports core',
    'packages/server/src/planted-8.ts',
    "export * from '@natter/core';\n",
    /imports native-protocol only/,
  ),
  lint(
    'a store that imports the daemon',
    'packages/store-sqlite/src/planted-9.ts',
    "export * from '@natter/daemon';\n",
    /imports core only/,
  ),
  lint(
    'a reach into a package',
    'packages/daemon/src/planted-10.ts',
    "export * from '@natter/core/dist/index.js';\n",
    /not its inside/,
  ),
  lint(
    'a path into a package',
    'packages/daemon/src/planted-11.ts',
    "export * from '../../core/src/index.ts';\n",
    /by its name/,
  ),
  lint(
    'a link that imports what is built on rxjs',
    'packages/core/src/link/planted-16.ts',
    "export * from '../streams/index.ts';\n",
    /and so of what is built on it/,
  ),
  lint(
    'testing that imports an adapter',
    'packages/testing/src/planted-17.ts',
    "export * from '@natter/adapter-xmpp';\n",
    /testing imports core only/,
  ),
  lint(
    'a native protocol that needs Node',
    'packages/native-protocol/src/planted-18.ts',
    "export { readFileSync } from 'node:fs';\n",
    /also runs in browsers/,
  ),
  lint(
    'wire that imports core',
    'packages/wire/src/planted-19.ts',
    "export * from '@natter/core';\n",
    /wire imports none of our packages/,
  ),
  lint(
    'a native adapter that imports wire',
    'packages/adapter-native/src/planted-20.ts',
    "export * from '@natter/wire';\n",
    /adapter-native imports core and native-protocol only/,
  ),
  lint(
    'a mapping that reads files',
    'packages/adapter-xmpp/src/mapping/planted-21.ts',
    "export { readFileSync } from 'node:fs';\n",
    /mapping\/ is pure/,
  ),
  lint(
    'a daemon that imports the server',
    'packages/daemon/src/planted-22.ts',
    "export * from '@natter/server';\n",
    /daemon imports core, store-sqlite and adapters only/,
  ),
  lint(
    'a command that imports an adapter',
    'packages/cli/src/planted-23.ts',
    "export * from '@natter/adapter-irc';\n",
    /cli imports core, daemon and server only/,
  ),
  {
    gate: 'lint',
    what: 'an import cycle',
    plant: {
      'packages/core/src/planted-a.ts': text("export { b } from './planted-b.ts';\nexport const a = 1;\n"),
      'packages/core/src/planted-b.ts': text(
        "import { a } from './planted-a.ts';\nexport const b: number = a;\n",
      ),
    },
    message: /no-cycle/,
  },
  lint('any', 'packages/core/src/planted-12.ts', 'export const planted: any = 1;\n', /no-explicit-any/),
  lint(
    'a promise nobody waits for',
    'packages/core/src/planted-13.ts',
    'export function planted(): void {\n  Promise.resolve(1);\n}\n',
    /no-floating-promises/,
  ),
  lint(
    'a library that prints',
    'packages/core/src/planted-14.ts',
    "console.log('planted');\nexport {};\n",
    /no-console/,
  ),
  lint(
    'a file of more than 300 lines',
    'packages/core/src/planted-15.ts',
    `${'// line\n'.repeat(301)}export {};\n`,
    /max-lines/,
  ),
  {
    gate: 'format',
    what: 'double quotes',
    plant: { 'packages/core/src/planted.ts': text('export const planted = "double";\n') },
    message: /planted\.ts/,
  },
  {
    gate: 'knip',
    what: 'a file that nothing uses',
    plant: { 'packages/core/src/planted.ts': text('export const planted = 1;\n') },
    message: /planted\.ts/,
  },
  {
    gate: 'knip',
    what: 'a dependency that nothing uses',
    plant: { 'packages/core/package.json': manifest((value) => (value.dependencies = { ws: '*' })) },
    message: /ws +packages\/core\/package\.json/,
  },
  {
    gate: 'packages',
    what: 'an entry whose file is missing',
    plant: {
      'packages/core/package.json': manifest(
        (value) => (value.exports['./planted'] = { default: './dist/planted.js' }),
      ),
    },
    message: /planted\.js but the file does not exist/,
  },
  {
    gate: 'packages',
    what: 'types that do not resolve',
    plant: {
      'packages/core/package.json': manifest(
        (value) => (value.exports['./untyped'] = { default: './dist/index.js', types: './dist/index.js' }),
      ),
    },
    message: /untyped/,
  },
  {
    gate: 'packages',
    what: 'an import that only the workspace can satisfy',
    round: 2,
    plant: { 'packages/native-protocol/dist/index.js': append("\nimport 'publint';\n") },
    message: /import '@natter\/native-protocol' fails once installed/,
  },
  {
    gate: 'docs',
    what: 'an export without documentation',
    plant: { 'packages/native-protocol/src/index.ts': append('export const planted = 1;\n') },
    message: /planted is exported without documentation/,
  },
  {
    gate: 'docs',
    what: 'a stream that does not say when it completes',
    plant: {
      'packages/core/src/index.ts': append(
        "import type { Observable } from 'rxjs';\n/** Planted. */\nexport interface Planted {\n  /** Hot; replays nothing. */\n  readonly planted$: Observable<number>;\n}\n",
      ),
    },
    message: /planted\$ does not say when it completes/,
  },
  {
    gate: 'docs',
    what: 'a stream without $',
    plant: {
      'packages/testing/src/index.ts': append(
        "import type { Observable } from 'rxjs';\n/** Planted. */\nexport interface Planted {\n  /** Hot; replays nothing; completes never. */\n  readonly planted: Observable<number>;\n}\n",
      ),
    },
    message: /Planted\.planted is an Observable/,
  },
  {
    gate: 'tests',
    what: 'a test that fails',
    plant: {
      'vitest.config.ts': text("export default { test: { include: ['planted-*.test.ts'] } };\n"),
      'planted-failing.test.ts': text(
        "import { expect, test } from 'vitest';\ntest('planted', () => expect(1).toBe(2));\n",
      ),
    },
    message: /^0 passed, 2 failed/m,
  },
  {
    gate: 'tests',
    what: 'a test file that does not load',
    plant: {
      'vitest.config.ts': text("export default { test: { include: ['planted-*.test.ts'] } };\n"),
      'planted-unloadable.test.ts': text("import './does-not-exist.ts';\n"),
    },
    message: /^0 passed, 2 failed/m,
  },
];
