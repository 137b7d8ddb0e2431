import { readFileSync } from 'node:fs';

/** The version of natter, as its package says. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  return typeof version === 'string' ? version : '0.0.0';
}

/**
 * Negative when `a` is older than `b`: SemVer 2.0.0, section 11, as far as two releases need it. A pre-release is older
 * than its release; two pre-releases of one release count as the same.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(right.preRelease) - Number(left.preRelease);
}

function parse(version: string): { numbers: readonly number[]; preRelease: boolean } {
  const [release = '', ...suffix] = (version.split('+', 1)[0] ?? '').split('-');
  const parts = release.split('.');
  return {
    numbers: [0, 1, 2].map((index) => Number.parseInt(parts[index] ?? '', 10) || 0),
    preRelease: suffix.length > 0,
  };
}
