import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const module = join(
  dirname(require.resolve('@matrix-org/matrix-sdk-crypto-wasm')),
  'pkg/matrix_sdk_crypto_wasm_bg.js',
);

/**
 * The names that the crypto module takes from IndexedDB and the like. A version that takes another one fails here, before
 * it fails in somebody's hands: see whether the store has it, and add it to both.
 */
const KNOWN =
  `abort add advance at bound clear close code commit continue count createIndex createObjectStore cursor delete
deleteObjectStore error get getAll getAllKeys index indexedDB item key length lowerBound message name newVersion objectStore
objectStoreNames oldVersion open openCursor put readyState request result set_onabort set_oncomplete set_onerror
set_onsuccess set_onupgradeneeded set_unique target transaction update upperBound value version`.split(/\s+/);

it('asks of IndexedDB what the store has', () => {
  const imports = new Set(
    [...readFileSync(module, 'utf8').matchAll(/export function __wbg_(\w+?)_[0-9a-f]{16}\(/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  const classes = [...readFileSync(module, 'utf8').matchAll(/\bIDB\w+/g)].map((match) => match[0]);
  const ofElsewhere =
    /^(instanceof_|new|static_accessor_|_|is|to|from|call|next|done|entries|values|then|resolve|process|versions|node|require|msCrypto|crypto|random|getRandom|prototype|subarray|push|parse|stringify|now|getTime|performance|debug|info|warn|stack|length|global|queueMicrotask|setTimeout|clearTimeout|iterator|set$|get_|String|Number|Error|Window|WorkerGlobalScope|wbindgen)/;
  const unknown = [...imports].filter(
    (name) => !KNOWN.includes(name) && !ofElsewhere.test(name) && !/_(new|unwrap)$/.test(name),
  );
  expect(unknown).toEqual([]);
  expect([...new Set(classes)].toSorted()).toEqual([
    'IDBCursor',
    'IDBCursorWithValue',
    'IDBDatabase',
    'IDBKeyRange',
    'IDBOpenDBRequest',
    'IDBRequest',
    'IDBVersionChangeEvent',
  ]);
});
