import type { ConformanceCase } from '../case.ts';
import { capabilityCases } from './capabilities.ts';
import { changeCases } from './changes.ts';
import { contactCases } from './contacts.ts';
import { declaredCases } from './declared.ts';
import { deliveryCases } from './delivery.ts';
import { groupCases } from './groups.ts';
import { historyCases } from './history.ts';
import { identityCases } from './identity.ts';
import { lifecycleCases } from './lifecycle.ts';
import { messageCases } from './messages.ts';
import { recoveryCases } from './recovery.ts';
import { roomCases } from './rooms.ts';
import { settingsCases } from './settings.ts';
import { signInCases } from './sign-in.ts';

/** Everything the suite asks of an adapter, as data. */
export const adapterCases: readonly ConformanceCase[] = [
  ...capabilityCases,
  ...signInCases,
  ...lifecycleCases,
  ...messageCases,
  ...changeCases,
  ...deliveryCases,
  ...recoveryCases,
  ...identityCases,
  ...contactCases,
  ...roomCases,
  ...groupCases,
  ...settingsCases,
  ...declaredCases,
  ...historyCases,
];
