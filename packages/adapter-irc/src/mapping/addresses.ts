import { errorData, NatterError } from '@natter/core/model';
import { isName } from './keys.ts';

/** The address of an account: `nick@host[:port]`. */
export interface AccountAddress {
  readonly nick: string;
  readonly host: string;
  readonly port: number | null;
}

/** Reads `nick@host[:port]`; an IPv6 host stands in brackets. Throws NatterError `invalid`. */
export function readAddress(text: string): AccountAddress {
  const [, nick = '', host = '', port] =
    /^([^@]+)@(\[[0-9A-Fa-f:.]+\]|[^\s@:/[\]]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (!isName(nick) || host === '' || Number(port ?? 1) > 65_535 || Number(port ?? 1) === 0) {
    throw new NatterError(
      errorData('invalid', `"${text}" is no IRC address; write nick@host or nick@host:port`, {
        scope: 'account',
        userAction: 'check-address',
      }),
    );
  }
  return { nick, host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? null : Number(port) };
}
