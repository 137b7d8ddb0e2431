import { errorData } from '@natter/core/error';
import { expect, it } from 'vitest';
import { Output } from '../src/output/output.ts';

function outputTo(json: boolean): { output: Output; stdout: string[]; stderr: string[] } {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const sink = (to: string[]) => ({ write: (text: string) => to.push(text) });
  return {
    output: new Output({ stdout: sink(stdout), stderr: () => sink(stderr) }, { json }),
    stdout,
    stderr,
  };
}

const url = { type: 'interaction', kind: 'open-url', url: 'https://sso.test/' };

it('leaves notes out with --json, and never what a person has to do', () => {
  const { output, stdout, stderr } = outputTo(true);
  output.note('nobody here');
  output.request(url, () => 'open it');
  expect([stdout, stderr]).toEqual([[], [`${JSON.stringify({ v: 1, ...url })}\n`]]);
  const forPeople = outputTo(false);
  forPeople.output.note('nobody here');
  forPeople.output.request(url, () => 'open it');
  expect(forPeople.stderr).toEqual(['nobody here\n', 'open it\n']);
});

it('says what to do where the message says only what is', () => {
  const { output, stderr } = outputTo(false);
  output.error(errorData('connection-refused', 'nothing listens at 127.0.0.1:1'));
  output.error(errorData('name-not-found', 'no address is known for nowhere.invalid'));
  expect(stderr).toEqual([
    'natter: nothing listens at 127.0.0.1:1; check the name and the port of the server, or try again later\n',
    'natter: no address is known for nowhere.invalid; check the name, and whether this machine is online\n',
  ]);
});

it('lets no terminal be steered by a line that somebody forgot to make harmless', () => {
  const { output, stdout, stderr } = outputTo(false);
  const hostile = '\u001b]0;owned\u0007\u001b[2Ja\rb\u009b31m\u202ec';
  output.item(url, () => `\u001b[1mbold\u001b[22m ${hostile}\n    more`);
  output.note(hostile);
  output.request(url, () => hostile);
  // oxlint-disable-next-line no-control-regex
  const active = /\u001b(?!\[(?:1|22)m)|[\u0000-\u0009\u000b-\u001a\u007f-\u009f\u202a-\u202e]/;
  for (const line of [...stdout, ...stderr]) expect(line).not.toMatch(active);
  expect(stdout[0]).toMatch(/^\u001b\[1mbold\u001b\[22m .*c\n {4}more\n$/); // oxlint-disable-line no-control-regex
});
