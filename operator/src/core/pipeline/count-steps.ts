/** Steps of a Pipeline's spec, nested ones included. Takes any value: what is not a step is not counted. */
export function countSteps(spec: unknown): number {
  const pending: unknown[] = [...listAt(spec, 'steps'), ...listAt(spec, 'onExit')];
  let total = 0;
  // A loop, not recursion: how deep steps are nested is up to the user.
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    if (typeof step !== 'object' || step === null) continue;
    total += 1;
    for (const child of childrenOf(step)) pending.push(child);
  }
  return total;
}

function* childrenOf(step: object): Generator {
  yield* listAt(step, 'steps');
  const branches = fieldOf(step, 'branches');
  yield* listAt(fieldOf(branches, 'ifTrue'), 'steps');
  yield* listAt(fieldOf(branches, 'ifFalse'), 'steps');
  for (const route of listAt(fieldOf(step, 'onSuccess'), 'routes')) yield* listAt(route, 'steps');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}
