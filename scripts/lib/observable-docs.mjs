/**
 * Every public property or function result that is an Observable ends its name in `$`, nothing else does, and its
 * documentation says whether it is hot or cold, what it replays, and when it completes.
 */
const QUESTIONS = [
  ['whether it is hot or cold', /\b(hot|cold)\b/i],
  ['what it replays', /\breplay/i],
  ['when it completes', /\bcomplet/i],
];

/** Faults found in TypeDoc's JSON, one line each; empty when all is well. */
export function observableFaults(project) {
  const faults = [];
  visit(project, [], faults);
  return faults;
}

function visit(reflection, path, faults) {
  const here = reflection.variant === 'project' ? path : [...path, reflection.name];
  if (isMember(reflection)) check(reflection, here.join('.'), faults);
  for (const child of children(reflection)) visit(child, here, faults);
}

function children(reflection) {
  const inline = reflection.type?.type === 'reflection' ? [reflection.type.declaration] : [];
  return [...(reflection.children ?? []), ...inline];
}

/** TypeDoc's ReflectionKind: Property and Accessor. Functions that return an Observable follow their verb's name. */
function isMember({ kind }) {
  return kind === 1024 || kind === 262144;
}

function check(reflection, name, faults) {
  const isStream = isObservable(reflection.type ?? reflection.getSignature?.type);
  const saysStream = reflection.name.endsWith('$');
  if (isStream && !saysStream) faults.push(`${name} is an Observable: its name ends in $`);
  if (saysStream && !isStream) faults.push(`${name} is no Observable: its name does not end in $`);
  if (!isStream || !saysStream) return;
  const text = documentation(reflection);
  for (const [question, answer] of QUESTIONS) {
    if (!answer.test(text)) faults.push(`${name} does not say ${question}`);
  }
}

function isObservable(type) {
  return type?.type === 'reference' && /^(Observable|Subject|BehaviorSubject|ReplaySubject)$/.test(type.name);
}

function documentation(reflection) {
  const { comment } = reflection.comment ? reflection : (reflection.getSignature ?? {});
  const parts = [...(comment?.summary ?? []), ...(comment?.blockTags ?? []).flatMap((tag) => tag.content)];
  return parts.map((part) => part.text).join('');
}
