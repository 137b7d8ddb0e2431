import type { Methods, Streams } from '../client/manifest.ts';
import { methodNames, streamKinds } from '../client/names.ts';

/** The four kinds of stream, each with its stated loss; see {@link StreamFrame}. */
export type StreamKind = 'state' | 'window' | 'log' | 'progress';

/** A table of methods: name -> [parameters, answer]. */
export type MethodTable<M> = { readonly [Name in keyof M]: readonly [unknown, unknown] };

/** A table of streams: name -> [parameters, kind, item]. */
export type StreamTable<S> = { readonly [Name in keyof S]: readonly [unknown, StreamKind, unknown] };

/** What a link knows at run time of the tables it carries: what is not in here is refused. */
export interface Manifest<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams> {
  readonly methods: readonly (keyof M & string)[];
  readonly streams: { readonly [Name in keyof S]: S[Name][1] };
}

/** The manifest of natter's client interface. */
export const clientManifest: Manifest = { methods: methodNames, streams: streamKinds };
