/** A condition that objects carry, with its reasons. */
export interface ConditionWords {
  readonly type: string;
  readonly reasons: readonly { readonly reason: string; readonly meaning: string }[];
}

/**
 * The conditions and their reasons from the source of `core/reasons.ts`: `conditionTypes` names the types, and for the
 * type `valid` the object `validReasons` has the reasons, each with its meaning in the comment above it.
 */
export function readConditions(source: string): ConditionWords[] {
  return entriesOf(source, 'conditionTypes').map(({ key, value }) => ({
    type: value,
    reasons: entriesOf(source, `${key}Reasons`).map(({ value: reason, comment }) => ({ reason, meaning: comment })),
  }));
}

function entriesOf(source: string, name: string): { key: string; value: string; comment: string }[] {
  const [, body = ''] = new RegExp(`export const ${name} = \\{([^]*?)\\} as const`).exec(source) ?? [];
  return [...body.matchAll(/(?:\/\*\*([^]*?)\*\/\s*)?(\w+): '([^']*)'/g)].map(
    ([, comment = '', key = '', value = '']) => ({ key, value, comment: plainText(comment) }),
  );
}

/** A comment's words on one line. */
const plainText = (comment: string) => comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
