import { malformed } from './xml-text.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** The prefixes that are bound where an element stands, by prefix. */
type Scope = ReadonlyMap<string, string>;

const OUTERMOST: Scope = new Map([['xml', XML]]);

/** Which prefixes are bound (Namespaces in XML 1.0), from the outermost element to the innermost. */
export class NamespaceScopes {
  readonly #scopes: Scope[] = [];

  /** An element begins. Throws WireError for a prefix that stands for nothing, or for two attributes that are one. */
  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const outer = this.#scopes.at(-1) ?? OUTERMOST;
    const qualified = Object.keys(attributes).filter((each) => each.includes(':') || each === 'xmlns');
    const scope = qualified.length === 0 ? outer : declare(outer, qualified, attributes);
    this.#scopes.push(scope);
    const colon = name.indexOf(':');
    if (colon > 0) resolve(scope, name.slice(0, colon));
    if (qualified.length > 0) checkAttributes(scope, qualified);
  }

  /** The innermost element ends. */
  close(): void {
    this.#scopes.pop();
  }
}

function declare(
  outer: Scope,
  qualified: readonly string[],
  attributes: Readonly<Record<string, string>>,
): Scope {
  let scope: Map<string, string> | null = null;
  for (const name of qualified) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    const prefix = name.slice('xmlns:'.length);
    const namespace = attributes[name] ?? '';
    if (prefix === 'xmlns' || namespace === XMLNS || (namespace === XML) !== (prefix === 'xml'))
      throw malformed('a namespace that belongs to XML');
    if (prefix === '') continue; // the default namespace, which @xmpp/xml looks up by itself
    if (namespace === '') throw malformed('a prefix that is taken back');
    scope ??= new Map(outer);
    scope.set(prefix, namespace);
  }
  return scope ?? outer;
}

function checkAttributes(scope: Scope, qualified: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of qualified) {
    const colon = name.indexOf(':');
    if (colon < 0 || name.startsWith('xmlns:')) continue;
    const expanded = `${resolve(scope, name.slice(0, colon))} ${name.slice(colon + 1)}`;
    if (seen.has(expanded)) throw malformed('an attribute twice');
    seen.add(expanded);
  }
}

function resolve(scope: Scope, prefix: string): string {
  const namespace = scope.get(prefix);
  if (namespace === undefined)
    throw malformed(`the prefix ${JSON.stringify(prefix.slice(0, 50))} is not bound`);
  return namespace;
}
