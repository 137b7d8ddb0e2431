/**
 * Holds a database as a process does that closes it or recovers its log: nobody else may even read. Arguments: the
 * database file, and for how many milliseconds.
 */
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const [file = '', time] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE counter SET value = value');
writeSync(1, 'held\n');
setTimeout(() => {
  database.exec('COMMIT');
  database.close();
}, Number(time));
