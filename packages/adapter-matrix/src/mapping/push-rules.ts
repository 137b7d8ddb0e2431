import { get, getList, getMap, getText, isMap, type Json, type JsonMap } from '../wire/json.ts';
import { isRoomId } from './keys.ts';

/** Words that a user has told about; more are no words. */
const MOST_WORDS = 200;
const MOST_CHARACTERS = 100;

/** Rooms whose messages notify nobody: a rule of the room, or one that overrides all others (Matrix 1.18, section "Push rules"). */
export function mutedRooms(rules: JsonMap | undefined): string[] {
  const global = getMap(rules, 'global');
  return ['override', 'room'].flatMap((kind) =>
    getList(global, kind).flatMap((rule) => {
      if (!isMap(rule) || get(rule, 'enabled') === false) return [];
      const id = get(rule, 'rule_id');
      const silent = getList(rule, 'actions').every((action) => action === 'dont_notify');
      return isRoomId(id) && silent ? [id] : [];
    }),
  );
}

/** What in a text concerns the user: words of the user's own, and for senders who name nobody the user's name as well. */
export interface Keywords {
  readonly own: readonly RegExp[];
  readonly name: readonly RegExp[];
}

/** Reads the rules that look for a word and highlight what has it; without any, there is nothing to look for. */
export function readKeywords(rules: JsonMap | undefined): Keywords {
  const words: { own: RegExp[]; name: RegExp[] } = { own: [], name: [] };
  for (const rule of getList(getMap(rules, 'global'), 'content').slice(0, MOST_WORDS)) {
    if (!isMap(rule) || get(rule, 'enabled') === false || !getList(rule, 'actions').some(highlights))
      continue;
    const pattern = readPattern(getText(rule, 'pattern') ?? '');
    // Ignored where the sender says who is meant (Matrix 1.7, section "User and room mentions").
    const byName = get(rule, 'rule_id') === '.m.rule.contains_user_name';
    if (pattern !== null) words[byName ? 'name' : 'own'].push(pattern);
  }
  return words;
}

function highlights(action: Json): boolean {
  return isMap(action) && get(action, 'set_tweak') === 'highlight' && get(action, 'value') !== false;
}

/** A glob that matches whole words (Matrix 1.18, section "Push rules": `event_match` on `content.body`). */
function readPattern(glob: string): RegExp | null {
  const usable = glob !== '' && glob.length <= MOST_CHARACTERS && glob.split('*').length <= 3;
  if (!usable) return null;
  const escaped = glob.replace(/[\\^$.*+?()[\]{}|]/g, (sign) =>
    // Within a line, and not without end: a text of somebody else is matched with it.
    sign === '*' ? '.{0,100}?' : sign === '?' ? '.' : `\\${sign}`,
  );
  return new RegExp(`(?:^|[^\\p{L}\\p{N}_])${escaped}(?:$|[^\\p{L}\\p{N}_])`, 'iu');
}
