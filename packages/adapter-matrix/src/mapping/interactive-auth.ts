import { get, getList, getMap, getText, isMap, type JsonMap } from '../wire/json.ts';

/** What a homeserver wants before it does something (Matrix 1.18, section "User-Interactive Authentication API"). */
export interface InteractiveAuth {
  readonly session: string | null;
  /** The next stage of the flow that we can best go; null when the server wants nothing more, or nothing that exists. */
  readonly stage: string | null;
  /** What is left of each flow. */
  readonly flows: readonly (readonly string[])[];
  /** What the server says of that stage. */
  readonly parameters: JsonMap | undefined;
  /** Why the last stage was not passed; null when it was. */
  readonly failure: string | null;
}

/** From the least to do for the user to the most; what is not in here is done on a page of the server. */
const EASE: readonly string[] = ['m.login.dummy', 'm.login.registration_token', 'm.login.terms'];

/** Reads a 401; null for one that asks for no authentication. */
export function readInteractiveAuth(answer: JsonMap): InteractiveAuth | null {
  const completed = getList(answer, 'completed');
  const flows = getList(answer, 'flows')
    .filter(isMap)
    .map((flow) => getList(flow, 'stages').filter((stage) => typeof stage === 'string'))
    .filter((stages) => stages.length > 0 && stages.length <= 20)
    .map((stages) => stages.filter((stage) => !completed.includes(stage)))
    .toSorted((a, b) => effort(a) - effort(b));
  if (getList(answer, 'flows').length === 0) return null;
  const stage = flows[0]?.[0] ?? null;
  return {
    session: getText(answer, 'session') ?? null,
    stage,
    flows,
    parameters: stage === null ? undefined : getMap(getMap(answer, 'params'), stage),
    failure: get(answer, 'errcode') === undefined ? null : (getText(answer, 'error') ?? 'the server said no'),
  };
}

function effort(stages: readonly string[]): number {
  const each = stages.map((stage) => (EASE.includes(stage) ? EASE.indexOf(stage) : 100));
  return each.reduce((sum, one) => sum + one, 0);
}

/** What the user has to agree to: a name and an address each (Matrix 1.11, section "Terms of service at registration"). */
export function readTerms(parameters: JsonMap | undefined): Readonly<Record<string, string>> {
  const policies = Object.entries(getMap(parameters, 'policies') ?? {}).slice(0, 20);
  const entries = policies.flatMap(([id, policy]): [string, string][] => {
    if (!isMap(policy)) return [];
    const translations = Object.entries(policy).filter(([, told]) => isMap(told));
    const told = getMap(policy, 'en') ?? getMap(policy, translations[0]?.[0] ?? '');
    const url = getText(told, 'url');
    return url === undefined ? [] : [[getText(told, 'name') ?? id, url]];
  });
  return Object.fromEntries(entries);
}
