/** Opens a store and holds it until it is killed. Arguments: the file. */
import { writeSync } from 'node:fs';
import { openCryptoStore } from '../../../src/crypto-store/crypto-store.ts';

openCryptoStore({ file: process.argv[2] ?? '', failed: () => {} });
writeSync(1, 'open\n');
setInterval(() => {}, 60_000);
