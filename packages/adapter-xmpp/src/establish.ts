import type { AccountSpec, SessionHost } from '@natter/core';
import type { HashedToken } from '@natter/wire';
import { RESUME_KEY } from './commits.ts';
import { readConfig } from './config.ts';
import {
  AGENT,
  clientCertificate,
  MECHANISM,
  readIdentity,
  storedCredentials,
  TOKEN,
  type Identity,
} from './credentials.ts';
import type { Memory } from './memory.ts';
import { readResumeState } from './resume-state.ts';
import type { Platform } from './wire/channel.ts';
import { connect } from './wire/connect.ts';
import type { WireLimits } from './wire/limits.ts';
import { logIn, secureStream, type Binding } from './wire/login.ts';
import type { ResumeState } from './wire/stream-management.ts';
import type { XmppStream } from './wire/stream.ts';

/** What a session is made with. */
export interface SessionParts {
  readonly account: AccountSpec;
  readonly host: SessionHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

/** A signed-in stream, whose session begins. */
export interface Established {
  readonly stream: XmppStream;
  readonly binding: Binding;
  readonly identity: Identity;
}

/**
 * Connects, encrypts, signs in, and takes up the earlier session or begins a new one. What the next sign-in needs is stored
 * before this resolves. Rejects with WireError, or with NatterError for settings that are wrong.
 */
export async function establish(
  parts: SessionParts,
  memory: Memory,
  signal: AbortSignal,
): Promise<Established> {
  const { account, host, platform, limits } = parts;
  const identity = readIdentity(account.address);
  const config = readConfig(account.config);
  const { server, allowInsecure } = config;
  const trust = { ...config.trust, client: await clientCertificate(config, host) };
  const resume = readResumeState((await host.state(RESUME_KEY))[RESUME_KEY], identity.bare);
  // XEP-0198 section 3: a server may prefer another address for a resumption, but the user's choice stands as long as it serves.
  const preferred = memory.elsewhere ?? (server === null ? (resume?.location ?? null) : null);
  memory.elsewhere = null;
  host.phase('connecting');
  const { stream, result } = await connect(
    { platform, domain: identity.domain, server, trust, limits, preferred },
    async (stream, signal) => {
      const features = await secureStream(stream, identity.bare, allowInsecure, signal);
      host.phase('authenticating');
      return signIn(stream, features, { identity, parts, memory, resume });
    },
    signal,
  );
  return { stream, binding: result, identity };
}

interface SignInParts {
  readonly identity: Identity;
  readonly parts: SessionParts;
  readonly memory: Memory;
  readonly resume: ResumeState | null;
}

async function signIn(
  stream: XmppStream,
  features: Parameters<typeof logIn>[1],
  { identity, parts, memory, resume }: SignInParts,
): Promise<Binding> {
  const { account, host } = parts;
  const pinned = await host.secret(MECHANISM);
  const token = readToken(await host.secret(TOKEN));
  const login = await logIn(stream, features, {
    account: identity.bare,
    credentials: storedCredentials(identity, host),
    pinned,
    resource: `natter.${account.deviceId}`,
    resume,
    agent: await agentOf(host),
    token,
  });
  if (login.mechanism !== null && login.mechanism !== pinned)
    await host.setSecret(MECHANISM, login.mechanism);
  await keepToken(host, token, login);
  if (resume !== null && login.binding.handledBefore !== null)
    memory.endedSession(resume.id, login.binding.handledBefore);
  return login.binding;
}

/** A new token takes the place of the old one, which the server forgets; one that the password had to stand in for is void. */
async function keepToken(
  host: SessionHost,
  before: HashedToken | null,
  { token, mechanism }: Awaited<ReturnType<typeof logIn>>,
): Promise<void> {
  if (token !== null) await host.setSecret(TOKEN, JSON.stringify(token));
  else if (mechanism !== null && before !== null) await host.setSecret(TOKEN, null);
}

/** XEP-0388 section 2.4: the same from sign-in to sign-in, and of no meaning to anybody else. */
async function agentOf(host: SessionHost): Promise<string> {
  const known = await host.secret(AGENT);
  if (known !== null) return known;
  const agent = crypto.randomUUID();
  await host.setSecret(AGENT, agent);
  return agent;
}

function readToken(text: string | null): HashedToken | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const { mechanism, token } = value as Partial<Record<keyof HashedToken, unknown>>;
    return typeof mechanism === 'string' && typeof token === 'string' ? { mechanism, token } : null;
  } catch {
    return null; // a token of another version: the password does, and brings a new one
  }
}
