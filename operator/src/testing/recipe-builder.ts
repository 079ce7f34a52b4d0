import {
  type Flow,
  isContainer,
  isLeaf,
  type KnownStep,
  type LeafKind,
  plainRecipe,
  type Recipe,
  type RecipeScope,
  type StepKind,
  type StepSketch,
} from './step-recipe.ts';

/** Steps, and what whoever comes after them can see. */
export interface BuiltBody {
  readonly steps: StepSketch[];
  readonly visible: readonly KnownStep[];
}

/** A step while it is built. */
interface Draft {
  readonly name: string;
  readonly kind: StepKind;
  readonly recipe: Recipe;
  readonly scope: RecipeScope;
  /** Steps before it in the same body. */
  readonly before: readonly StepSketch[];
  /** Child steps that it brings, which stand behind it. */
  readonly children: StepSketch[];
}

/** The fields of a type, and what others can refer to. */
interface Typed {
  readonly fields: object;
  /** Steps inside that others can see. */
  readonly inside?: readonly KnownStep[];
  readonly known: Pick<KnownStep, 'field' | 'list'>;
}

/** Makes steps from recipes. Names are given in the order of the document. */
export class RecipeBuilder {
  #count = 0;

  body(recipes: readonly Recipe[], scope: RecipeScope): BuiltBody {
    const steps: StepSketch[] = [];
    let { visible } = scope;
    for (const recipe of recipes) {
      const built = this.#build(recipe, { ...scope, visible }, steps);
      steps.push(...built.steps);
      visible = built.visible;
    }
    return { steps, visible };
  }

  /** A step, and the child steps that it activates. */
  #build(recipe: Recipe, scope: RecipeScope, before: readonly StepSketch[]): BuiltBody {
    const name = `s${this.#count++}`;
    const draft: Draft = { name, kind: kindFor(recipe, scope), recipe, scope, before: [...before], children: [] };
    const typed = this.#typed(draft);
    const flow = this.#flowOf(draft);
    const step = { name, ...typed.fields, ...dependenciesOf(draft), ...inputsOf(draft), ...retryOf(draft), ...flow };
    const known = { ...typed.known, name, mayBeSkipped: 'when' in flow };
    return {
      steps: [step, ...draft.children],
      visible: [...scope.visible, ...(typed.inside ?? []), known],
    };
  }

  #typed(draft: Draft): Typed {
    const { kind, recipe } = draft;
    if (isLeaf(kind))
      return { fields: { type: kind, ...leafFields(draft, kind) }, known: { field: 'n', list: 'list' } };
    switch (kind) {
      case 'loop':
        return this.#loop(draft);
      case 'parallel_group':
        return this.#group(draft);
      case 'conditional':
        return this.#conditional(draft);
      case 'approval':
        return {
          fields: { type: kind, approvals: [{ role: 'po', count: (recipe.size % 2) + 1 }] },
          known: { field: 'decision' },
        };
      case 'validation':
        return {
          fields: { type: kind, checks: { expressions: [recipe.flag ? 'true' : '{{input.n}} > 1'] } },
          known: { field: 'passed' },
        };
      case 'wait_for_asset':
        return { fields: { type: kind, assets: [`asset_${recipe.size}`] }, known: { field: 'assets' } };
    }
  }

  #group({ recipe, scope }: Draft): Typed {
    const { steps, visible } = this.body(recipe.parts, within(scope));
    const parallelConfig = recipe.flag ? { parallelConfig: { maxParallel: recipe.size + 1 } } : {};
    return { fields: { type: 'parallel_group', steps, ...parallelConfig }, inside: addedTo(scope, visible), known: {} };
  }

  #loop({ name, recipe, scope }: Draft): Typed {
    const { size, flag, parts } = recipe;
    const loopVariable = `${name}_item`;
    const { steps } = this.body(parts, { ...within(scope), variables: [loopVariable, ...scope.variables] });
    const fields = {
      ...{ type: 'loop', iterateOver: listFor(recipe, scope), loopVariable, maxParallel: size + 1, steps },
      ...(flag ? {} : { batchSize: (size % 2) + 1 }),
    };
    return { fields, known: { field: 'count', list: 'results' } };
  }

  #conditional({ recipe, scope }: Draft): Typed {
    const { parts, size, flag } = recipe;
    const half = Math.ceil(parts.length / 2);
    const ifTrue = this.body(parts.slice(0, half), within(scope));
    const ifFalse = this.body(parts.slice(half), within(scope));
    const branches = {
      ifTrue: { steps: ifTrue.steps },
      ...(ifFalse.steps.length === 0 ? {} : { ifFalse: { steps: ifFalse.steps } }),
    };
    const inside = [...addedTo(scope, ifTrue.visible), ...addedTo(scope, ifFalse.visible)];
    return {
      fields: { type: 'conditional', condition: { expression: flag ? `{{input.n}} > ${size}` : 'true' }, branches },
      inside: inside.map((known) => ({ ...known, mayBeSkipped: true })),
      known: { field: 'branch' },
    };
  }

  /** What follows from a step, where that goes with its type. */
  #flowOf(draft: Draft): object {
    const { recipe, kind, before } = draft;
    const { flag, size } = recipe;
    const ways: Partial<Record<Flow, () => object>> = {
      check: () => this.#check(draft),
      route: () => this.#route(draft),
      routeTo: () => ({ onSuccess: { routes: [{ match: { expression: holds(recipe) }, run: this.#child(draft) }] } }),
      fallback: () => ({
        onError: { fallbackStep: this.#child(draft), ...(flag ? { continueOnFailure: true } : {}) },
      }),
      continue: () => ({ onError: { continueOnFailure: true } }),
      when: () => ({ when: holds(recipe) }),
      returnTo: () => (kind === 'approval' ? returnTo(before, size) : {}),
      compensate: () => (canBeUndone(draft) ? { compensate: this.#child(draft) } : {}),
      timeout: () => (isLeaf(kind) || kind === 'wait_for_asset' ? { timeoutSeconds: 3 + size } : {}),
      cache: () => (isLeaf(kind) ? { cache: { ttlSeconds: 60 } } : {}),
    };
    return ways[recipe.flow]?.() ?? {};
  }

  #check(draft: Draft): object {
    const { kind, recipe } = draft;
    if (!isLeaf(kind)) return {};
    const condition = recipe.flag ? { boolean: `n > ${recipe.size}` } : { notExists: 'list' };
    return { check: [{ ...condition, run: this.#child(draft) }] };
  }

  #route({ name, kind, recipe, scope }: Draft): object {
    const { steps } = this.body([{ ...plainRecipe, refs: recipe.refs }], within(scope));
    const expression = isLeaf(kind) ? `{{${name}.n}} > ${recipe.size}` : 'true';
    return { onSuccess: { routes: [{ match: { expression }, steps }] } };
  }

  #child({ children }: Draft): string {
    const name = `s${this.#count++}`;
    children.push({ name, type: 'function', method: 'm', isChild: true });
    return name;
  }
}

/** Gates stand in no loop, and what is made of others has some. */
function kindFor({ kind, parts }: Recipe, { variables }: RecipeScope): StepKind {
  const isOutOfPlace = (kind === 'approval' && variables.length > 0) || (isContainer(kind) && parts.length === 0);
  return isOutOfPlace ? 'function' : kind;
}

function leafFields({ name, recipe }: Draft, kind: LeafKind): object {
  const code = { source: 'inline', content: '' };
  const asset = recipe.flag ? { outputs: { n: `asset_${recipe.size}` } } : {};
  const fields = {
    function: { method: 'm' },
    crawler: { method: 'm_{{input.n}}' },
    ml_model: { model: 'm' },
    ml_serving: { serviceName: 's' },
    ml_training: { training: { method: 'm' } },
    custom_code: { runtime: 'python3', code, ...asset },
    llm_flow: { prompt: 'p' },
    llm_agent: { goal: 'g {{input.n}}' },
    council: { council: 'c', topic: 't' },
    output: { format: 'json' },
    data_transform: { asset: `transformed_${name}` },
  } satisfies Record<LeafKind, object>;
  return fields[kind];
}

const holds = ({ flag, size }: Recipe) => (flag ? `{{input.n}} > ${size}` : 'true');

function returnTo(before: readonly StepSketch[], size: number): object {
  const target = before[size % Math.max(1, before.length)] as { readonly name: string } | undefined;
  return target === undefined ? {} : { returnTo: target.name };
}

const canBeUndone = ({ kind, scope }: Draft) => isLeaf(kind) && scope.isTop;

const within = (scope: RecipeScope): RecipeScope => ({ ...scope, isTop: false });

const addedTo = (scope: RecipeScope, visible: readonly KnownStep[]) => visible.slice(scope.visible.length);

/** A list that is written down, one of the inputs, or what a step gave. */
function listFor({ refs, size, flag }: Recipe, { visible }: RecipeScope) {
  const lists = visible.filter(({ list, mayBeSkipped }) => list !== undefined && !mayBeSkipped);
  const from = flag ? lists[(refs[0] ?? 0) % Math.max(1, lists.length)] : undefined;
  if (from?.list !== undefined) return `{{${from.name}.${from.list}}}`;
  return size === 3 ? '{{input.items}}' : [...Array(size).keys()];
}

function pick(picks: readonly number[], { visible }: RecipeScope): KnownStep[] {
  const picked = picks.map((number) => visible[number % Math.max(1, visible.length)]);
  return [...new Set(picked.filter((known) => known !== undefined))];
}

function dependenciesOf({ recipe, scope }: Draft): object {
  const names = pick(recipe.dependsOn, scope).map(({ name }) => name);
  return names.length === 0 ? {} : { dependsOn: names };
}

/** What may be skipped stands inside `or`, with something beside it that is always there. */
function inputsOf({ kind, recipe, scope }: Draft): object {
  if (!isLeaf(kind)) return {};
  const results = pick(recipe.refs, scope).flatMap(({ name, field, mayBeSkipped }, index): [string, object][] => {
    const template = `{{${name}.${field ?? ''}}}`;
    if (field === undefined) return [];
    return [[`i${index}`, mayBeSkipped ? { or: [template, '{{input.n}}'] } : { from: template }]];
  });
  const items = scope.variables.slice(0, 1).map((variable) => ['item', { from: `{{${variable}}}` }] as const);
  const inputs = [...results, ...items];
  return inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs) };
}

function retryOf({ kind, recipe }: Draft): object {
  const retryPolicy = { maxAttempts: (recipe.size % 3) + 1, initialBackoffSeconds: 1, backoff: 'fixed' };
  return isLeaf(kind) ? { retryPolicy } : {};
}
