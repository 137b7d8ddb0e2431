import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { matchesTerms, searchTerms, searchWords } from '../../src/search/index.ts';

describe('search words', () => {
  it.each([
    [
      'plain text is cut at everything but letters and digits',
      'Hello, World-wide 42!',
      ['hello', 'world', 'wide', '42'],
    ],
    ['accents are left out', 'Crème BRÛLÉE Łódź', ['creme', 'brulee', 'łodz']],
    ['both sigmas are one', 'ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
    ['the Turkish capital I', 'İstanbul', ['istanbul']],
    ['full-width Latin is Latin', 'ＡＢＣ', ['abc']],
    ['Chinese is cut in pairs and ends with its last character', '东京大学', ['东京', '京大', '大学', '学']],
    ['voiced kana stay one character', 'ガギ', ['ガギ', 'ギ']],
    ['Hangul is cut in pairs', '안녕하', ['안녕', '녕하', '하']],
    ['mixed scripts', 'iPhone手机壳x', ['iphone', '手机', '机壳', '壳', 'x']],
    ['Arabic vowels are left out', 'مُحَمَّد', ['محمد']],
    ['nothing to find', ' \u0000"*-\ud800 ', []],
  ])('%s', (_, text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  it.each([
    ['a word', 'see you in Berlin', 'berlin', true],
    ['every word must occur', 'see you in Berlin', 'you paris', false],
    ['the last word may be a beginning', 'see you in Berlin', 'you ber', true],
    ['one letter is no beginning', 'see you in Berlin', 'you b', false],
    ['the others may not', 'see you in Berlin', 'ber you', false],
    ['two Chinese characters inside a run', '我在东京大学读书', '京大', true],
    ['three Chinese characters', '我在东京大学读书', '东京大', true],
    ['a single Chinese character inside and at the end', '我在东京', '京', true],
    ['Chinese characters that do not stand side by side', '我在东方北京', '东京', false],
    ['Chinese joined to Latin', '新iPhone手机壳x到了', 'iphone手机壳x', true],
    ['operators are words like others', 'this AND that NOT those', '"and" -not*', true],
  ])('finds %s', (_, text, query, found) => {
    expect(matchesTerms(searchWords(text), searchTerms(query))).toBe(found);
  });

  it('finds every text by any stretch of its own words, and bounds what a query costs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const terms = searchTerms(text);
        expect(matchesTerms(searchWords(text), terms)).toBe(true);
      }),
    );
    expect(searchTerms('word '.repeat(100_000)).length).toBeLessThanOrEqual(32);
    expect(searchWords('x'.repeat(100)).at(0)?.length).toBe(64);
  });
});
