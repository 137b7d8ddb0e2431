import type { CommandContext } from '../../context.ts';
import { oneLine } from '../../output/sanitise.ts';

/** `natter person suggest`. */
export async function suggestLinks(context: CommandContext): Promise<void> {
  const { output } = context;
  const link = await context.link();
  for (const suggestion of await link.call('person.suggest', {})) {
    const [a, b] = await Promise.all([
      link.call('person.get', { person: suggestion.a }),
      link.call('person.get', { person: suggestion.b }),
    ]);
    const { reason, confidence } = suggestion;
    const item = { type: 'suggestion', a: a.id, b: b.id, names: [a.name, b.name], reason, confidence };
    output.item(item, () => {
      const [left, right] = [a, b].map(
        ({ name, contacts }) => `${oneLine(name)} (${oneLine(contacts[0]?.address ?? '')})`,
      );
      return `${left} and ${right}: ${reason}, ${Math.round(confidence * 100)} %  natter person link ${a.id} ${b.id}`;
    });
  }
}
