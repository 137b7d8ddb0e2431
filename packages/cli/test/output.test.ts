import { errorData } from '@natter/core/error';
import { expect, it } from 'vitest';
import { countOf } from '../src/output/count.ts';
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
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const active = /\u001b(?!\[(?:1|22)m)|[\u0000-\u0009\u000b-\u001a\u007f-\u009f\u202a-\u202e]/;
  for (const line of [...stdout, ...stderr]) expect(line).not.toMatch(active);
  expect(stdout[0]).toMatch(/^\u001b\[1mbold\u001b\[22m .*c\n {4}more\n$/); // oxlint-disable-line no-control-regex -- control characters are what is looked for
});

it('repeats no more of what was typed than a person reads', () => {
  const { output, stderr } = outputTo(false);
  output.error(errorData('not-found', `nobody is called '${'x'.repeat(100_000)}'`));
  expect(stderr[0]?.length).toBeLessThan(600);
  expect(stderr[0]).toMatch(/^natter: nobody is called 'x+\.\.\.\n$/);
  const whole = outputTo(true);
  whole.output.error(errorData('not-found', 'x'.repeat(1000)));
  expect(whole.stderr[0]).toContain('x'.repeat(1000));
});

it('says which command helps an account that is offline', () => {
  const { output, stderr } = outputTo(false);
  const condition = { account: 'a1' };
  output.error(errorData('offline', 'a@b is not online: gone', { userAction: 'sign-in', condition }));
  output.error(errorData('offline', 'a@b is not online: disabled', { condition }));
  output.error(errorData('offline', 'a@b is not online yet', { userAction: 'wait', condition }));
  expect(stderr).toEqual([
    'natter: a@b is not online: gone; sign in again with natter account login a1\n',
    'natter: a@b is not online: disabled; natter account enable a1 connects it\n',
    'natter: a@b is not online yet\n',
  ]);
});

it('counts one and several', () => {
  expect([countOf(1, 'account'), countOf(0, 'account'), countOf(2, 'person', 'people')]).toEqual([
    '1 account',
    '0 accounts',
    '2 people',
  ]);
});

it('shows progress to a person at a terminal, and to nobody else', () => {
  const shown = (terminal: object, environment: Record<string, string> = {}, json = false): string => {
    let text = '';
    const stderr = { write: (more: string) => (text += more), ...terminal };
    const output = new Output({ stdout: stderr, stderr: () => stderr }, { json });
    const progress = output.progress(environment);
    progress.show('menu\u001b[2J.pdf', 3_000_000, 12_000_000);
    progress.show('menu.pdf', 3_000_001, 12_000_000); // too soon to be read
    progress.clear();
    return text;
  };
  const line = '3.0 of 12.0 MB  25 %  menu\ufffd[2J.pdf';
  expect(shown({ isTTY: true, columns: 80 })).toBe(`\r\u001b[K${line}\r\u001b[K`);
  expect(shown({ isTTY: true, columns: 20 })).toBe(`\r\u001b[K${line.slice(0, 19)}\r\u001b[K`);
  expect(shown({ isTTY: false })).toBe('');
  expect(shown({ isTTY: true }, { TERM: 'dumb' })).toBe('');
  expect(shown({ isTTY: true }, {}, true)).toBe('');
});
