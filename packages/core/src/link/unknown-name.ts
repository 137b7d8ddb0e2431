import { errorData } from '../model/error.ts';

/** What a caller hears of a stream or method that the manifest does not have. */
export function unknownName(what: 'method' | 'stream', name: string): ReturnType<typeof errorData> {
  return errorData('unsupported', `There is no ${what} ${JSON.stringify(name.slice(0, 64))}.`);
}
