/** Takes the profile of the folder in its first argument, says how that went, and holds it until its input ends. */
import { lockProfile } from '../../src/profile/lock.ts';
import { profilePaths } from '../../src/profile/paths.ts';

const lock = await lockProfile(profilePaths({ NATTER_HOME: process.argv[2] }));
process.stdout.write(lock === null ? 'busy\n' : 'held\n');
process.stdin.resume().on('end', () => process.exit(0));
