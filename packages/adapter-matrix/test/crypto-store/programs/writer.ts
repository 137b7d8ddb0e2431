/**
 * Opens a store and writes groups of three transactions without end, each group together; prints the number of each group
 * that a barrier has confirmed. For tests that kill it. Arguments: the file.
 */
import { writeSync } from 'node:fs';
import { openCryptoStore } from '../../../src/crypto-store/crypto-store.ts';
import { openDatabase, put, read } from '../use-database.ts';

const store = openCryptoStore({
  file: process.argv[2] ?? '',
  failed(error) {
    writeSync(1, `failed ${error.message}\n`);
    process.exit(1);
  },
});
const database = await openDatabase(store.prefix);
const last = await read(database, 'numbers', 'last');
writeSync(1, 'open\n');
for (let number = Number(last ?? 0) + 1; ; number += 1) {
  await store.together(async () => {
    await put(database, 'numbers', 'last', number);
    await put(database, 'sessions', `s${number}`, { number, pickle: 'x'.repeat(500) });
    await put(database, 'keys', `k${number}`, { number });
  });
  writeSync(1, `${number}\n`);
}
