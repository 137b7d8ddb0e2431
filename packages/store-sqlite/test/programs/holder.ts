/** Opens a store for writing and holds it until it is killed. Arguments: the database file. */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/index.ts';

await openSqliteStore({ file: process.argv[2] ?? '' });
writeSync(1, 'open\n');
setInterval(() => {}, 60_000);
