import { describeKills } from './matrix-rehearsals.ts';

describeKills(['keys-before:20', 'keys-after:27', 'perform-after:4']);
