import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';

const options = {
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: { maxDepth: 60, maxAstNodes: 10_000 },
} as const;

const numbers = [
  ['int', 'double'],
  ['double', 'int'],
] as const;

/**
 * CEL as users write it here, for parsing and the check of types. The library knows no arithmetic and no equality between int
 * and double, and no comparison of a typed value with null; with numbers from JSON, which are of both kinds, they are needed.
 * What is declared here, `evaluateBinary` does.
 */
export const language = declareOperators(new Environment(options));

/** The library as it is: it evaluates single operators and functions. */
const library = new Environment(options);

/** CEL's own names, which stand for types. */
export const typeConstants: ReadonlyMap<string, object> = new Map(
  ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type'].map((name) => [
    name,
    library.evaluate(name) as object,
  ]),
);

/** Names of all functions and methods. */
export const functionNames: ReadonlySet<string> = new Set(library.getDefinitions().functions.map(({ name }) => name));

const operations = new Map<string, ParseResult>();

/** Lets the library do one operation, such as `a0 + a1` or `a0.startsWith(a1)`; the variables are the arguments. */
export function runOperation(text: string, args: readonly unknown[]): unknown {
  const operation = operations.get(text) ?? library.parse(text);
  // Operators and functions are few, so that this cannot grow: names of others never get here.
  operations.set(text, operation);
  return operation(Object.fromEntries(args.map((argument, index) => [`a${index}`, argument]))) as unknown;
}

function declareOperators(environment: Environment): Environment {
  const never = () => {
    throw new Error('the language is for checks of types only');
  };
  for (const [left, right] of numbers) {
    for (const operator of ['+', '-', '*', '/', '%']) {
      environment.registerOperator(`${left} ${operator} ${right}: double`, never);
    }
    environment.registerOperator(`${left} in list<${right}>: bool`, never);
  }
  environment.registerOperator('double % double: double', never);
  environment.registerOperator('int == double: bool', never);
  for (const type of ['string', 'bool', 'int', 'double', 'list', 'map']) {
    environment.registerOperator(`${type} == null: bool`, never);
  }
  return environment;
}

export type { ASTNode };
