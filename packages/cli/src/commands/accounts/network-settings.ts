import type { ClientInfo, Json, JsonObject } from '@natter/core';
import type { Arguments } from '../../command-line/arguments.ts';

/** `--set KEY=VALUE`, each value of the type that the network's JSON Schema gives it. Throws a UsageError. */
export function parseSettings(given: Arguments, network: ClientInfo['networks'][number]): JsonObject {
  const properties = objectOf(network.configSchema['properties']);
  const settings: Record<string, Json> = {};
  for (const text of given.texts('set')) {
    const at = text.indexOf('=');
    if (at < 1) throw given.error(`--set takes KEY=VALUE, not '${text}'`);
    const key = text.slice(0, at);
    const schema = properties[key];
    if (schema === undefined)
      throw given.error(
        `${network.id} has no setting '${key}'; there are ${Object.keys(properties).join(', ')}`,
      );
    const value = valueOf(text.slice(at + 1), objectOf(schema)['type']);
    if (value === undefined)
      throw given.error(`--set ${key} takes a ${JSON.stringify(objectOf(schema)['type'])}`);
    settings[key] = value;
  }
  return settings;
}

function valueOf(text: string, type: Json | undefined): Json | undefined {
  switch (type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number':
    case 'integer': {
      const value = Number(text);
      return text.trim() !== '' && Number.isFinite(value) && (type === 'number' || Number.isInteger(value))
        ? value
        : undefined;
    }
    case 'array':
      return text.split(',').map((part) => part.trim());
    default:
      return text;
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
