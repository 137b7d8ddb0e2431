import { z } from 'zod';
import { contactSchema } from '../../src/frames/contact.ts';
import {
  conversationSchema,
  directConversationSchema,
  groupConversationSchema,
} from '../../src/frames/conversation.ts';
import { wireErrorSchema } from '../../src/frames/errors.ts';
import { groupMemberSchema } from '../../src/frames/group.ts';
import { messageBodySchema, messageSchema } from '../../src/frames/message.ts';
import { updateSchema, updateSchemas } from '../../src/frames/update.ts';
import { limitsSchema } from '../../src/limits.ts';
import { serverFrameSchemas } from '../../src/pushes.ts';
import { requestSchemas, resultSchemas, signalSchemas } from '../../src/requests.ts';

/** What stands in more than one frame, told once. */
const named = {
  Limits: limitsSchema,
  MessageBody: messageBodySchema,
  Message: messageSchema,
  Contact: contactSchema,
  GroupMember: groupMemberSchema,
  DirectConversation: directConversationSchema,
  GroupConversation: groupConversationSchema,
  Conversation: conversationSchema,
  Update: updateSchema,
  Error: wireErrorSchema,
};

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });

type Json = Readonly<Record<string, unknown>>;

/** The frames of the protocol as their schemas have them, in Markdown. */
export function frameReference(): string {
  const requests = Object.entries(requestSchemas).map(
    ([type, schema]) =>
      `- **${type}** ${fieldsOf(schema)}\n  → ${textOf(resultSchemas[type as keyof typeof resultSchemas])}`,
  );
  const list = (schemas: Readonly<Record<string, z.ZodType>>): string =>
    Object.entries(schemas)
      .map(([type, schema]) => `- **${type}** ${fieldsOf(schema)}`)
      .join('\n');
  const types = Object.entries(named)
    .filter(([name]) => name !== 'Update')
    .map(([name, schema]) => `- **${name}** ${textOf(schema, name)}`);
  return [
    '### Requests, and what their replies carry',
    requests.join('\n'),
    '### Signals',
    list(signalSchemas),
    '### Frames of a server',
    list(serverFrameSchemas),
    '### Updates, by their `kind`',
    list(updateSchemas),
    '### What these are made of',
    types.join('\n'),
  ].join('\n\n');
}

/** The fields of a frame without what every frame of its type has. */
function fieldsOf(schema: z.ZodType): string {
  return textOf(schema).replace(/(?:type|kind): '[a-z-]+'(?:, )?/u, '');
}

function textOf(schema: z.ZodType, self?: string): string {
  const json = z.toJSONSchema(schema, { metadata: registry, unrepresentable: 'any', io: 'input' }) as Json;
  const own = self === undefined ? undefined : ((json['$defs'] ?? {}) as Record<string, Json>)[self];
  return render(own ?? json);
}

function render(json: Json): string {
  if (typeof json['$ref'] === 'string') return json['$ref'].slice('#/$defs/'.length);
  const choices = (json['anyOf'] ?? json['oneOf']) as readonly Json[] | undefined;
  if (choices !== undefined) return [...new Set(choices.map(render))].join(' or ');
  const parts = json['allOf'] as readonly Json[] | undefined;
  if (parts !== undefined) return parts.map(render).join(' and ');
  if ('const' in json) return constant(json['const']);
  const values = json['enum'] as readonly unknown[] | undefined;
  if (values !== undefined) return values.map(constant).join(' or ');
  if (Array.isArray(json['type'])) return json['type'].map((type) => render({ ...json, type })).join(' or ');
  switch (json['type']) {
    case 'object':
      return object(json);
    case 'array':
      return `list${length(json['minItems'], json['maxItems'])} of ${render((json['items'] ?? {}) as Json)}`;
    case 'string':
      return json['pattern'] === undefined
        ? `text${length(json['minLength'], json['maxLength'])}`
        : 'text of a form';
    case 'integer':
      return `integer${range(json)}`;
    case 'number':
      return 'number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return 'anything';
  }
}

function object(json: Json): string {
  const required = new Set((json['required'] ?? []) as readonly string[]);
  const fields = Object.entries((json['properties'] ?? {}) as Readonly<Record<string, Json>>).map(
    ([name, value]) => `${name}${required.has(name) ? '' : '?'}: ${render(value)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

function constant(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** How long a text or list may be: ` (1 to 64)`, ` (from 1)`. */
function length(least: unknown, most: unknown): string {
  const from = typeof least === 'number' ? least : 0;
  if (typeof most === 'number') return ` (${from} to ${most})`;
  return from === 0 ? '' : ` (from ${from})`;
}

function range({ minimum, exclusiveMinimum, maximum }: Json): string {
  const least =
    typeof minimum === 'number' && Number.isSafeInteger(minimum) && minimum > Number.MIN_SAFE_INTEGER
      ? minimum
      : undefined;
  const from = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : least;
  const to = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return from === undefined ? to : ` from ${from}${to}`;
}
