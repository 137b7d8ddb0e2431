import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** Who may depend on whom. The layers of ARCHITECTURE.md, as a machine reads them. */
const MAY_DEPEND_ON: Readonly<Record<string, readonly string[]>> = {
  '@natter/core': [],
  '@natter/testing': ['@natter/core'],
  '@natter/store-sqlite': ['@natter/core'],
  '@natter/native-protocol': [],
  '@natter/server': ['@natter/native-protocol'],
  '@natter/wire': [],
  '@natter/adapter-native': ['@natter/core', '@natter/native-protocol'],
  '@natter/adapter-xmpp': ['@natter/core', '@natter/wire'],
  '@natter/adapter-irc': ['@natter/core', '@natter/wire'],
  '@natter/adapter-matrix': ['@natter/core', '@natter/wire'],
  '@natter/daemon': [
    '@natter/core',
    '@natter/store-sqlite',
    '@natter/adapter-native',
    '@natter/adapter-xmpp',
    '@natter/adapter-irc',
    '@natter/adapter-matrix',
  ],
  natter: ['@natter/core', '@natter/daemon', '@natter/server'],
};

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

const packages: readonly Package[] = readdirSync(join(ROOT, 'packages')).map((name) => {
  const folder = join(ROOT, 'packages', name);
  return { folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest };
});

function ours(dependencies: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(dependencies).filter((name) => name in MAY_DEPEND_ON);
}

/** Every module named in an import, an export from, an import() or an import type, by the file that names it. */
function importsOf(folder: string): [file: string, specifier: string][] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(pattern)].map(
        ([, specifier = '']): [string, string] => [file, specifier],
      ),
    );
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the package graph', () => {
  test('every package has its place in it', () => {
    expect(packages.map(({ manifest }) => manifest.name).toSorted()).toEqual(
      Object.keys(MAY_DEPEND_ON).toSorted(),
    );
  });

  describe.each(packages.map(({ manifest, folder }) => [manifest.name, manifest, folder] as const))(
    '%s',
    (name, manifest, folder) => {
      const allowed = MAY_DEPEND_ON[name] ?? [];
      const declared = [...ours(manifest.dependencies), ...ours(manifest.peerDependencies)];

      test('depends on what it may', () => {
        expect(declared.filter((dependency) => !allowed.includes(dependency))).toEqual([]);
      });

      test('imports what it declares, lazily or not', () => {
        const undeclared = importsOf(join(folder, 'src')).filter(([, specifier]) => {
          const target = packageName(specifier);
          return target in MAY_DEPEND_ON && target !== name && !declared.includes(target);
        });
        expect(undeclared).toEqual([]);
      });

      test('is built after what it imports', () => {
        const config = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as {
          references: readonly { path: string }[];
        };
        const referenced = config.references.map(
          ({ path }) =>
            (JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as Manifest).name,
        );
        const imported = importsOf(join(folder, 'src')).map(([, specifier]) => packageName(specifier));
        const needed = [...new Set(imported)].filter((target) => target in MAY_DEPEND_ON && target !== name);
        expect(needed.filter((target) => !referenced.includes(target))).toEqual([]);
      });
    },
  );

  test('adapters know no other adapter, not even in tests', () => {
    const adapters = packages.filter(({ manifest }) => manifest.name.startsWith('@natter/adapter-'));
    const strangers = adapters.flatMap(({ folder, manifest }) =>
      [...importsOf(join(folder, 'src')), ...importsOf(join(folder, 'test'))].filter(
        ([, specifier]) =>
          specifier.startsWith('@natter/adapter-') && packageName(specifier) !== manifest.name,
      ),
    );
    expect(strangers).toEqual([]);
  });
});
