/**
 * Every export says what it means. The name of every public property that is an Observable ends in `$`, no other does,
 * and its documentation says whether it is hot or cold, what it replays, and when it completes.
 */
const QUESTIONS = [
  ['whether it is hot or cold', /\b(hot|cold)\b/i],
  ['what it replays', /\breplay/i],
  ['when it completes', /\bcomplet/i],
];

/** TypeDoc's ReflectionKind, as far as it matters here. */
const KIND = { module: 2, reference: 4194304, property: 1024, accessor: 262144 };

/** What is wrong with the documentation in TypeDoc's JSON, one line each; empty when all is well. */
export function docFaults(project) {
  const modules = project.children.filter(({ kind }) => kind === KIND.module);
  const exported = modules.flatMap(({ name, children = [] }) =>
    children.filter(({ kind }) => kind !== KIND.reference).map((each) => [`${name}.${each.name}`, each]),
  );
  const faults = exported
    .filter(([, reflection]) => documentation(reflection).trim() === '')
    .map(([name]) => `${name} is exported without documentation`);
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

/** Functions that return an Observable are called by what they do. */
function isMember({ kind }) {
  return kind === KIND.property || kind === KIND.accessor;
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

function documentation({ comment, getSignature, signatures = [] }) {
  const comments = [comment, getSignature?.comment, ...signatures.map((each) => each.comment)];
  return comments.map(commentText).join(' ');
}

function commentText(comment) {
  const parts = [...(comment?.summary ?? []), ...(comment?.blockTags ?? []).flatMap((tag) => tag.content)];
  return parts.map((part) => part.text).join('');
}
