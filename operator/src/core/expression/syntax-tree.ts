import type { ASTNode } from '@marcbachmann/cel-js';

/** A name that an expression uses, and where. */
export interface UsedName {
  readonly name: string;
  readonly node: ASTNode;
}

/** A macro that gives a name to each item of a list: the name, and the parts of the expression that know it. */
export interface NamingMacro {
  readonly variable: ASTNode;
  readonly inside: readonly ASTNode[];
  readonly outside: readonly ASTNode[];
}

const macros = new Map<string, readonly number[]>([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/** Takes a call apart that is one of CEL's macros over lists, such as `list.all(item, condition)`, or `cel.bind`. */
export function namingMacro(node: ASTNode): NamingMacro | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, [variable, ...rest]] = node.args;
  if (variable === undefined) return undefined;
  if (macros.get(name)?.includes(rest.length + 1)) return { variable, inside: rest, outside: [receiver] };
  const [bound, inside] = rest;
  if (!isBind(name, receiver) || bound === undefined || inside === undefined) return undefined;
  return { variable, inside: [inside], outside: [bound] };
}

/** Whether a method is `cel.bind(name, value, expression)`. */
export function isBind(name: string, receiver: ASTNode): boolean {
  return name === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
}

/** The nodes right below a node, in the order of the text. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

/** All nodes, each before those below it. A loop, not recursion: it is what guards recursion. */
export function* nodesOf(root: ASTNode): Generator<{ readonly node: ASTNode; readonly depth: number }> {
  const pending = [{ node: root, depth: 1 }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    yield place;
    const { depth } = place;
    pending.push(...childrenOf(place.node).map((node) => ({ node, depth: depth + 1 })));
  }
}

/** Names that stand for something outside of the expression, each time that they are used. */
export function freeNames(node: ASTNode, bound: ReadonlySet<string> = new Set()): UsedName[] {
  if (node.op === 'id') return bound.has(node.args) ? [] : [{ name: node.args, node }];
  const macro = namingMacro(node);
  if (macro === undefined) return childrenOf(node).flatMap((child) => freeNames(child, bound));
  const { variable, inside, outside } = macro;
  const within = variable.op === 'id' ? new Set([...bound, variable.args]) : bound;
  return [
    ...outside.flatMap((child) => freeNames(child, bound)),
    ...inside.flatMap((child) => freeNames(child, within)),
  ];
}
