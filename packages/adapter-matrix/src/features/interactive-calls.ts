import { errorData, NatterError } from '@natter/core/model';
import { readInteractiveAuth, type InteractiveAuth } from '../mapping/interactive-auth.ts';
import type { Runtime } from '../runtime.ts';
import { refusal, type Call } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import { parseJson, readBody, type JsonMap } from '../wire/json.ts';

/** A call that the server may want more than our token for. */
export type InteractiveCall = Pick<Call, 'method' | 'path'> & { readonly body: JsonMap };

/** What a call that changes the account came to. */
export type Attempted =
  | { readonly done: true }
  /** The password of the account is wanted; `wrong` when the one that was given is not it. */
  | { readonly done: false; readonly wrong: boolean };

/**
 * Asks the server for something that it wants the user for, and not only the device (Matrix 1.18, section
 * "User-Interactive Authentication API"). Without a password it is tried by our token alone, which servers take soon after a
 * sign-in. Rejects with WireError, or with NatterError where the server has another way than a password.
 */
export async function attempt(
  { api, limits }: Runtime,
  call: InteractiveCall,
  password: string | null,
  signal: AbortSignal,
): Promise<Attempted> {
  const ask = async (auth: JsonMap): Promise<InteractiveAuth | null> => {
    const answer = await api.send({ ...call, body: { ...call.body, ...auth }, signal });
    const text = await readBody(answer, limits.answerBytes);
    if (answer.status >= 200 && answer.status < 300) return null;
    const wanted = answer.status === 401 ? readInteractiveAuth(parseJson(text, 20)) : null;
    if (wanted === null) throw refusal(answer, text);
    return wanted;
  };
  let wanted = await ask({});
  for (let stages = 0; wanted !== null && stages < MOST_STAGES; stages += 1) {
    const stage = wanted.flows.find((flow) => flow.length > 0 && flow.every(isOurs))?.[0];
    if (stage === undefined) throw elsewhere(api.base);
    if (stage === PASSWORD && password === null) return { done: false, wrong: false };
    const identifier = { type: 'm.id.user', user: api.userId };
    const proof = stage === PASSWORD ? { identifier, password } : {};
    const session = wanted.session === null ? {} : { session: wanted.session };
    wanted = await ask({ auth: { type: stage, ...proof, ...session } });
    if (wanted !== null && wanted.failure !== null) return { done: false, wrong: true };
  }
  if (wanted === null) return { done: true };
  throw new WireError('protocol', 'the server never has enough of questions');
}

const PASSWORD = 'm.login.password';
/** More stages than a password and one without meaning are a circle. */
const MOST_STAGES = 4;

/** Whether natter can pass a stage of the account's. */
function isOurs(stage: string): boolean {
  return stage === PASSWORD || stage === 'm.login.dummy';
}

function elsewhere(base: string): NatterError {
  const message = `the server does this for nobody with a password: look for it in the settings of your account, on the pages of ${base}`;
  return new NatterError(errorData('unsupported', message.slice(0, 300), { scope: 'account' }));
}
