import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatNode } from '@natter/core/model';
import { readHtml } from '../../src/mapping/html/read.ts';
import { writeHtml } from '../../src/mapping/html/write.ts';

const bold = (...children: FormatNode[]): FormatNode => ({ type: 'bold', children });

describe('reading HTML', () => {
  test.each<[string, string, readonly FormatNode[]]>([
    ['text', 'a &lt;b&gt; &amp; c', ['a <b> & c']],
    ['bold', '<b>x</b><strong>y</strong>', [bold('x'), bold('y')]],
    ['nesting', '<b>x<i>y</i></b>', [bold('x', { type: 'italic', children: ['y'] })]],
    ['what is not closed', '<b>x', [bold('x')]],
    ['unknown elements', '<blink><marquee>x</marquee></blink>', ['x']],
    ['names of Object', '<constructor>x</constructor><hasownproperty>y</hasownproperty>', ['x', 'y']],
    ['scripts', 'a<script>alert(1)</script><style>*{}</style>b', ['ab']],
    ['handlers', '<b onclick="alert(1)" style="x">y</b>', [bold('y')]],
    ['pictures', '<img src="https://tracker/x.png" onerror="x" alt="cat">', ['cat']],
    ['links that run', '<a href="javascript:alert(1)">x</a>', ['x']],
    ['links that run, disguised', '<a href=" jav&#x61;script:alert(1)">x</a>', ['x']],
    ['links to files', '<a href="file:///etc/passwd">x</a>', ['x']],
    ['links', '<a href="https://x.test/">x</a>', [{ type: 'link', url: 'https://x.test/', children: ['x'] }]],
    [
      'mentions',
      '<a href="https://matrix.to/#/%40a%3Ab">A</a>',
      [{ type: 'mention', participant: '@a:b' as never, text: 'A' }],
    ],
    [
      'code',
      '<pre><code class="language-ts">a &lt; b\n</code></pre>',
      [{ type: 'code-block', text: 'a < b\n', language: 'ts' }],
    ],
    ['reply fallbacks', '<mx-reply><blockquote>old</blockquote></mx-reply>new', ['new']],
    [
      'colours',
      '<font data-mx-color="#FF0000">x</font>',
      [{ type: 'color', foreground: '#ff0000', children: ['x'] }],
    ],
    ['colours that are none', '<font color="url(x)">x</font>', ['x']],
    ['spoilers', '<span data-mx-spoiler>x</span>', [{ type: 'spoiler', children: ['x'] }]],
  ])('%s', (_, html, expected) => {
    expect(readHtml(html)).toEqual(expected);
  });

  test('is no deeper than a hundred, and loses no text', () => {
    const tree = readHtml(`${'<b>'.repeat(5000)}x${'</b>'.repeat(5000)}`);
    const text = JSON.stringify(tree);
    expect(text).toContain('"x"');
    expect(text.split('bold').length - 1).toBeLessThanOrEqual(100);
  });

  test('never throws, and gives nothing but known nodes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '/', 'a', 'b', '"', '=', '&', ';', '#', ' ', '!', '-') }),
        (html) => {
          for (const node of readHtml(html)) expect(typeof node === 'string' || 'type' in node).toBe(true);
        },
      ),
    );
  });
});

describe('writing HTML', () => {
  test('escapes whatever a text says', () => {
    expect(writeHtml(['<script>"&\''])).toBe('&lt;script&gt;&quot;&amp;&#39;');
    expect(writeHtml([{ type: 'link', url: '"><script>', children: ['x'] }])).toBe(
      '<a href="&quot;&gt;&lt;script&gt;">x</a>',
    );
  });

  test('is read back as it was', () => {
    const tree: readonly FormatNode[] = [
      'a',
      bold('b', { type: 'italic', children: ['c'] }),
      { type: 'code', children: ['d'] },
      { type: 'code-block', text: 'e\n', language: 'ts' },
      { type: 'list', children: [{ type: 'item', children: ['f'] }] },
      { type: 'spoiler', children: ['g'] },
      { type: 'mention', participant: '@a:b' as never, text: 'A' },
      { type: 'break' },
      { type: 'color', foreground: '#ff0000', background: '#00ff00', children: ['h'] },
    ];
    expect(readHtml(writeHtml(tree))).toEqual(tree);
  });
});
