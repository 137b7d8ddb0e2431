import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeClientFrame } from '../src/codec/client-frame.ts';
import { decodeResult, decodeServerFrame } from '../src/codec/server-frame.ts';
import { isRequestType, requestSchemas, resultSchemas } from '../src/requests.ts';
import { serverFrameSchemas } from '../src/pushes.ts';

/** Frames as the first `natter.1` peers wrote them. Lines are added, never changed: each must be understood for ever. */
const lines = readFileSync(new URL('fixtures/natter-1.ndjson', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

interface Line {
  from: 'client' | 'server' | 'result';
  type?: string;
  frame: Record<string, unknown>;
}
const frozen = lines.map((line) => JSON.parse(line) as Line);

describe('frames of the first version', () => {
  it.each(frozen.map((line) => [`${line.from} ${String(line.type ?? line.frame['type'])}`, line] as const))(
    '%s is understood',
    (_name, line) => {
      const text = JSON.stringify(line.frame);
      if (line.from === 'client') expect(decodeClientFrame(text)).toEqual({ ok: true, frame: line.frame });
      else if (line.from === 'server')
        expect(decodeServerFrame(text)).toEqual({ ok: true, frame: line.frame });
      else if (line.type !== undefined && isRequestType(line.type))
        expect(decodeResult(line.type, line.frame)).toEqual({ ok: true, frame: line.frame });
      else expect.unreachable(`unknown request ${line.type}`);
    },
  );

  it('every type has a frozen frame', () => {
    const of = (from: Line['from']): Set<unknown> =>
      new Set(frozen.filter((line) => line.from === from).map((line) => line.type ?? line.frame['type']));
    expect(of('client')).toEqual(new Set([...Object.keys(requestSchemas), 'ack', 'typing']));
    expect(of('result')).toEqual(new Set(Object.keys(resultSchemas)));
    expect(of('server')).toEqual(new Set(Object.keys(serverFrameSchemas)));
  });
});
