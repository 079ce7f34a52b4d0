import { describe, expect, test } from 'vitest';
import { aPipelineText, judgeText } from '../../../testing/judge-text.ts';

interface Case {
  readonly spec: string;
  /** What level 3 finds, as `Code path`; nothing when it is left out. */
  readonly found?: readonly string[];
  /** A part of the first message. */
  readonly says?: string;
  readonly hint?: string;
}

/** A step whose result no schema tells. */
const step = (name: string, more = '') =>
  `- {name: ${name}, type: custom_code, runtime: python3, code: {source: inline, content: ''}${more && `, ${more}`}}`;
const takes = (template: string) => `inputs: {x: {from: '${template}'}}`;
const steps = (...lines: string[]) => `steps:\n${indent(lines)}`;
const exit = (...lines: string[]) => `onExit:\n${indent(lines)}`;
const indent = (lines: readonly string[]) => lines.join('\n').replace(/^(?=.)/gm, '  ');
const loop = (name: string, over: string, ...inside: string[]) =>
  `- name: ${name}\n  type: loop\n  iterateOver: ${over}\n  loopVariable: ${name}_item\n  steps:\n${indent(inside).replace(/^/gm, '  ')}`;
const group = (name: string, ...inside: string[]) =>
  `- name: ${name}\n  type: parallel_group\n  steps:\n${indent(inside).replace(/^/gm, '  ')}`;
const branches = (name: string, condition: string, { yes, no }: { yes?: string; no?: string }) =>
  [
    `- name: ${name}\n  type: conditional\n  condition: {expression: '${condition}'}\n  branches:`,
    ...(yes === undefined ? [] : [`    ifTrue:\n      steps:\n${indent([yes]).replace(/^/gm, '      ')}`]),
    ...(no === undefined ? [] : [`    ifFalse:\n      steps:\n${indent([no]).replace(/^/gm, '      ')}`]),
  ].join('\n');
const parameters = (text: string) => `parameters: [${text}]\n`;

function findings(spec: string) {
  const { errors, warnings } = judgeText(aPipelineText(spec));
  return [...errors, ...warnings].filter(({ level }) => level !== 2);
}

function check(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', (_, { spec, found = [], says, hint }) => {
    const actual = findings(spec);
    expect(actual.map(({ code, path }) => `${code} ${path.replace(/^spec\./, '')}`).sort()).toEqual([...found].sort());
    if (says !== undefined) expect(actual[0]?.message).toContain(says);
    if (hint !== undefined) expect(actual[0]?.hint).toContain(hint);
  });
}

describe('names of steps:', () => {
  check({
    'a reference to a step is fine': { spec: steps(step('a'), step('b', takes('{{a.x}}'))) },
    'a step may be named before it is written': { spec: steps(step('b', takes('{{a.x}}')), step('a')) },
    'a misspelled step is told with the one that was meant': {
      spec: steps(step('collect'), step('b', takes('{{colect.x}}'))),
      found: ['StepNotFound steps[1].inputs.x.from'],
      says: "Step 'colect' not found. Steps: collect, b",
      hint: 'did you mean collect?',
    },
    'a misspelled step in dependsOn, check, route, fallback, compensation': {
      spec: steps(
        step('a', 'dependsOn: [q]'),
        step('b', 'check: [{notExists: x, run: q}]'),
        step('c', 'onSuccess: {routes: [{match: {expression: "{{c.x}}"}, run: q}]}'),
        step('d', 'onError: {fallbackStep: q}'),
        step('e', 'compensate: q'),
      ),
      found: [
        'StepNotFound steps[0].dependsOn[0]',
        'StepNotFound steps[1].check[0].run',
        'StepNotFound steps[2].onSuccess.routes[0].run',
        'StepNotFound steps[3].onError.fallbackStep',
        'StepNotFound steps[4].compensate',
      ],
    },
    'a misspelled step in a condition, a route and a check': {
      spec: steps(
        step('a', `when: '{{q.x}}'`),
        step('b', `check: [{boolean: '{{q.x}}', run: a}]`),
        step('c', `onSuccess: {routes: [{match: {expression: '{{q.x}}'}, run: a}]}`),
      ),
      found: [
        'StepNotFound steps[0].when',
        'StepNotFound steps[1].check[0].boolean',
        'StepNotFound steps[2].onSuccess.routes[0].match.expression',
      ],
    },
    'a misspelled step in the outputs of the pipeline': {
      spec: `${steps(step('a'))}\noutputs: {all: {from: '{{b.x}}'}, some: {or: ['{{a.x}}', '{{c.x}}']}}`,
      found: ['StepNotFound outputs.all.from', 'StepNotFound outputs.some.or[1]'],
    },
    'a step that people return to and that is not there': {
      spec: steps(step('work'), '- {name: ask, type: approval, approvals: [{role: review}], returnTo: wrk}'),
      found: ['StepNotFound steps[1].returnTo'],
      hint: 'did you mean work?',
    },
    'nobody returns to a step inside a loop, or to an exit step': {
      spec: `${steps(
        loop('l', '[1]', step('a')),
        '- {name: ask, type: approval, approvals: [{role: review}], returnTo: a}',
        '- {name: ask_too, type: approval, approvals: [{role: review}], returnTo: z}',
      )}\n${exit(step('z'))}`,
      found: ['StepInsideLoop steps[1].returnTo', 'ExitStepAhead steps[2].returnTo'],
    },
    'a misspelled step in an exit step is told with the exit steps too': {
      spec: `${steps(step('collect'))}\n${exit(step('tell'), step('last', takes('{{tel.x}}')))}`,
      found: ['StepNotFound onExit[1].inputs.x.from'],
      says: "Step 'tel' not found. Steps: collect, tell, last",
      hint: 'did you mean tell?',
    },
    'two steps of one name in different places': {
      spec: steps(step('a'), group('g', step('a'))),
      found: ['DuplicateStep steps[1].steps[0].name'],
    },
    'a step and an exit step of one name': {
      spec: `${steps(step('a'))}\n${exit(step('a'))}`,
      found: ['DuplicateStep onExit[0].name'],
    },
    'input and run are no names of steps': {
      spec: steps(step('input'), step('run')),
      found: ['NameTaken steps[0].name', 'NameTaken steps[1].name'],
    },
    'names of prototypes are names like others': {
      spec: steps(step('constructor'), step('b', takes('{{constructor.toString}} {{hasOwnProperty.x}}'))),
      found: ['StepNotFound steps[1].inputs.x.from'],
      says: "Step 'hasOwnProperty' not found. Steps: constructor, b",
    },
  });
});

describe('loops:', () => {
  check({
    'a step of a loop sees the variable, its index, its siblings and the steps outside': {
      spec: steps(
        step('a'),
        loop('l', '[1, 2]', step('b', takes('{{l_item}} {{l_item_index}} {{a.x}}')), step('c', takes('{{b.x}}'))),
      ),
    },
    'the variable of a loop outside of it': {
      spec: steps(loop('l', '[1]', step('b')), step('c', takes('{{l_item.x}}'))),
      found: ['VariableOutOfScope steps[1].inputs.x.from'],
      says: "'l_item' is a variable of the loop 'l'",
    },
    'the variable of a loop in the loop itself': {
      spec: steps(loop('l', "'{{l_item.x}}'", step('b'))),
      found: ['VariableOutOfScope steps[0].iterateOver'],
    },
    'anything but an input in the name of what is served': {
      spec: `${parameters('{name: who}')}${steps(
        step('a'),
        '- {name: s, type: ml_serving, model: m, serviceName: "{{input.who}}-{{a.x}}"}',
        loop('l', '[1]', '- {name: t, type: ml_serving, model: m, serviceName: "m-{{l_item}}"}'),
      )}`,
      found: ['VariableOutOfScope steps[1].serviceName', 'VariableOutOfScope steps[2].steps[0].serviceName'],
      says: '`serviceName` may refer to inputs of the run alone',
    },
    'a step of a loop, named from outside': {
      spec: steps(loop('l', '[1]', step('b')), step('c', `dependsOn: [b], ${takes('{{b.x}}')}`)),
      found: ['StepInsideLoop steps[1].dependsOn[0]', 'StepInsideLoop steps[1].inputs.x.from'],
      hint: '{{l.results[*].b.<field>}}',
    },
    'the results of a loop from outside': {
      spec: steps(loop('l', '[1]', step('b')), step('c', takes('{{l.results[*].b.x}} {{l.count}}'))),
    },
    'a step that a loop does not have, in its results': {
      spec: steps(loop('l', '[1]', step('bake')), step('c', takes('{{l.results[*].brke.x}}'))),
      found: ['FieldNotFound steps[1].inputs.x.from'],
      says: "Field 'brke' not found in l.results[*]. Fields: bake",
      hint: 'did you mean bake?',
    },
    'a step of a loop in a loop has the results of the inner loop': {
      spec: steps(
        loop('l', '[1]', loop('m', '[1]', step('b'))),
        step('c', takes('{{l.results[0].m.results[*].b.x}}')),
        step('d', takes('{{l.results[0].b.x}}')),
      ),
      found: ['FieldNotFound steps[2].inputs.x.from'],
    },
    'loops side by side may have the same variable': {
      spec: steps(loop('l', '[1]', step('a')), loop('m', '[1]', step('b')).replace('m_item', 'l_item')),
    },
    'a loop variable that hides a step, the inputs, an outer one, or the index of one': {
      spec: steps(
        loop('l', '[1]', step('a')).replace('l_item', 'b'),
        step('b'),
        loop('m', '[1]', step('c')).replace('m_item', 'input'),
        loop('k', '[1]', loop('o', '[1]', step('d')).replace('o_item', 'k_item')),
        loop('p', '[1]', loop('q', '[1]', step('e')).replace('q_item', 'p_item_index')),
      ),
      found: [
        'NameTaken steps[0].loopVariable',
        'NameTaken steps[2].loopVariable',
        'NameTaken steps[3].steps[0].loopVariable',
        'NameTaken steps[4].steps[0].loopVariable',
      ],
    },
    'a loop variable that hides the run': {
      spec: steps(loop('l', '[1]', step('a')).replace('l_item', 'run')),
      found: ['NameTaken steps[0].loopVariable'],
      says: "'run' would hide the run of the same name",
    },
    'items that are written down as text have no fields': {
      spec: steps(loop('l', '[x, z]', step('a', takes('{{l_item.id}}')))),
      found: ['FieldNotFound steps[0].steps[0].inputs.x.from'],
      says: "Field 'id' not found in l_item (string)",
    },
    'items that are written down otherwise, or as templates, may have any': {
      spec: steps(
        step('z'),
        loop('l', "[{id: 1}, '{{z.x}}']", step('a', takes('{{l_item.id}}'))),
        loop('m', "['{{z.x}}']", step('b', takes('{{m_item.id}}'))),
      ),
    },
    'a check, route or fallback of a step in a loop stays in the loop': {
      spec: steps(
        loop('l', '[1]', step('a', 'onError: {fallbackStep: b}'), step('b', 'isChild: true')),
        step('spare', 'isChild: true'),
        loop('m', '[1]', step('c', 'check: [{notExists: x, run: spare}]')),
      ),
      found: ['ActivationOutOfReach steps[2].steps[0].check[0].run'],
    },
    'a step outside activates none inside a loop': {
      spec: steps(step('a', 'onError: {fallbackStep: b}'), loop('l', '[1]', step('b', 'isChild: true'))),
      found: ['ActivationOutOfReach steps[0].onError.fallbackStep'],
    },
    'a loop over text, a number, an object, nothing': {
      spec: steps(
        loop('l', 'abc', step('a')),
        loop('m', '3', step('b')),
        loop('k', '{a: 1}', step('c')),
        loop('o', 'null', step('d')),
      ),
      found: [0, 1, 2, 3].map((index) => `NotAnArray steps[${index}].iterateOver`),
    },
    'a loop over what is no list by its schema': {
      spec: `${parameters('{name: who, type: string}, {name: all, type: array}')}${steps(loop('l', "'{{input.who}}'", step('a')), loop('m', "'{{input.all}}'", step('b')), loop('k', "'{{input.all}} more'", step('c')))}`,
      found: ['NotAnArray steps[0].iterateOver', 'NotAnArray steps[2].iterateOver'],
    },
    'items of a loop have the type of the list': {
      spec: `${parameters('{name: all, schema: {type: array, items: {type: object, properties: {id: {type: string}}}}}')}${steps(loop('l', "'{{input.all}}'", step('a', takes('{{l_item.id}}')), step('b', takes('{{l_item.no}}'))))}`,
      found: ['FieldNotFound steps[0].steps[1].inputs.x.from'],
      says: "Field 'no' not found in l_item. Fields: id",
    },
    'items of a batch are lists': {
      spec: `${parameters('{name: all, schema: {type: array, items: {type: string}}}')}${steps(loop('l', "'{{input.all}}'\n  batchSize: 2", step('a', takes('{{l_item[0]}}')), step('b', takes('{{l_item.id}}'))))}`,
      found: ['FieldNotFound steps[0].steps[1].inputs.x.from'],
    },
    'an index is a number': {
      spec: steps(loop('l', '[1]', step('a', takes('{{l_item_index.x}}')))),
      found: ['FieldNotFound steps[0].steps[0].inputs.x.from'],
      says: "Field 'x' not found in l_item_index (number)",
    },
    'iterations side by side that write one asset': {
      spec: steps(loop('l', '[1, 2]\n  maxParallel: 2', step('a', 'outputs: {x: page}'))),
      found: ['AssetConflict steps[0].steps[0].outputs.x'],
    },
    'iterations side by side that write assets of their own, and iterations one after the other': {
      spec: steps(
        loop('l', '[1, 2]\n  maxParallel: 2', step('a', `outputs: {x: 'page_{{l_item}}'}`)),
        loop('m', '[1, 2]', step('b', 'outputs: {x: page}')),
      ),
    },
  });
});

describe('cycles:', () => {
  check({
    'three steps that wait for each other, printed as a path': {
      spec: steps(step('a', 'dependsOn: [c]'), step('b', takes('{{a.x}}')), step('c', takes('{{b.x}}'))),
      found: ['DependencyCycle steps[0]'],
      says: 'these steps wait for each other: a → c → b → a',
    },
    'a step that waits for itself, by dependsOn': {
      spec: steps(step('a', 'dependsOn: [a]')),
      found: ['DependencyCycle steps[0]'],
      says: 'a → a',
    },
    'a step that takes what it gives': {
      spec: steps(step('a', takes('{{a.x}}'))),
      found: ['DependencyCycle steps[0].inputs.x.from'],
      says: 'a → a',
    },
    'a step may look at its own result in checks, routes and names of assets': {
      spec: steps(
        step('a', `check: [{boolean: '{{a.x}} && z', run: b}], outputs: {x: 'all_{{a.z}}', z: other}`),
        step('b', 'isChild: true'),
      ),
    },
    'an or is waited for, too': {
      spec: steps(step('a', `inputs: {x: {or: ['{{b.x}}']}}`), step('b', 'dependsOn: [a]')),
      found: ['DependencyCycle steps[0]'],
    },
    'of a long way around a message names a part': {
      spec: steps(...Array.from({ length: 15 }, (_, index) => step(`s${index}`, `dependsOn: [s${(index + 1) % 15}]`))),
      found: ['DependencyCycle steps[0]'],
      says: 's0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → s8 → s9 → s10 → … → s0',
    },
    'two knots are told on their own, with the shortest way around': {
      spec: steps(
        step('a', 'dependsOn: [b, c]'),
        step('b', 'dependsOn: [a]'),
        step('c', 'dependsOn: [b]'),
        step('d', 'dependsOn: [e]'),
        step('e', 'dependsOn: [d]'),
      ),
      found: ['DependencyCycle steps[0]', 'DependencyCycle steps[3]'],
      says: 'a → b → a',
    },
    'a part that waits for the end of its container': {
      spec: steps(group('g', step('a', 'dependsOn: [g]'))),
      found: ['DependencyCycle steps[0]'],
      says: 'g → a → g',
    },
    'a container that waits for its part': {
      spec: steps(branches('c', '{{a.x}}', { yes: step('a') })),
      found: ['DependencyCycle steps[0]'],
    },
    'a container that waits for a step that waits for its part': {
      spec: steps(
        group('g', step('a')).replace('type: parallel_group', 'type: parallel_group\n  dependsOn: [b]'),
        step('b', 'dependsOn: [a]'),
      ),
      found: ['DependencyCycle steps[0]'],
      says: 'g → b → a → g',
    },
    'parts of different containers may wait for each other': {
      spec: steps(group('g', step('a', 'dependsOn: [b]')), group('h', step('b'))),
    },
    'a step of a route comes after the step whose route it is': {
      spec: steps(
        step(
          'a',
          `dependsOn: [r], onSuccess: {routes: [{match: {expression: 'true'}, steps: [${step('r').slice(2)}]}]}`,
        ),
      ),
      found: ['DependencyCycle steps[0]'],
      says: 'a → r → a',
    },
    'a child step waits for the only step that activates it': {
      spec: steps(step('a', 'dependsOn: [b], check: [{notExists: x, run: b}]'), step('b', 'isChild: true')),
      found: ['DependencyCycle steps[0]'],
    },
    'a fallback that waits for the step it stands in for': {
      spec: steps(step('a', 'onError: {fallbackStep: f}'), step('f', `isChild: true, ${takes('{{a.x}}')}`)),
      found: ['DependencyCycle steps[0]'],
      says: 'a → f → a',
    },
    'a fallback that is a check as well is no cycle': {
      spec: steps(step('a', 'onError: {fallbackStep: f}, check: [{notExists: x, run: f}]'), step('f', 'isChild: true')),
    },
  });
});

describe('steps that never run:', () => {
  check({
    'a child step that nothing activates, and what needs it': {
      spec: steps(step('a', 'isChild: true'), step('b', 'dependsOn: [a]'), step('c', takes('{{b.x}}')), step('d')),
      found: ['NeverActivated steps[0].isChild', 'UnreachableStep steps[1]', 'UnreachableStep steps[2]'],
    },
    'a child step that a check, a route, a fallback or a compensation activates': {
      spec: steps(
        step('a', 'check: [{notExists: x, run: b}], onError: {fallbackStep: c}, compensate: d'),
        step('b', `isChild: true, onSuccess: {routes: [{match: {expression: '{{b.x}}'}, run: e}]}`),
        ...['c', 'd', 'e'].map((name) => step(name, 'isChild: true')),
      ),
    },
    'a child step of a child step that nothing activates': {
      spec: steps(step('a', 'isChild: true, check: [{notExists: x, run: b}]'), step('b', 'isChild: true')),
      found: ['NeverActivated steps[0].isChild', 'UnreachableStep steps[1]'],
    },
    'child steps that only activate each other': {
      spec: steps(
        step('a', 'isChild: true, check: [{notExists: x, run: b}]'),
        step('b', 'isChild: true, check: [{notExists: x, run: a}]'),
      ),
      found: ['DependencyCycle steps[0]'],
    },
    'child steps that activate each other in a ring with two ways': {
      spec: steps(
        step('a', 'isChild: true, check: [{notExists: x, run: b}, {notExists: z, run: c}]'),
        step('b', 'isChild: true, check: [{notExists: x, run: a}, {notExists: z, run: c}]'),
        step('c', 'isChild: true, check: [{notExists: x, run: a}, {notExists: z, run: b}]'),
      ),
      found: ['UnreachableStep steps[0]', 'UnreachableStep steps[1]', 'UnreachableStep steps[2]'],
      says: "only 'b', 'c' could activate it",
    },
    'a child step whose check never holds': {
      spec: steps(step('a', `check: [{boolean: '1 > 2', run: b}]`), step('b', 'isChild: true')),
      found: ['NeverActivated steps[1].isChild'],
    },
    'a condition that is always false, and one that is always true': {
      spec: steps(step('a', `when: '1 > 2'`), step('b', `when: '1 < 2'`), step('c', takes('{{b.x}}'))),
      found: ['UnreachableStep steps[0]'],
      says: 'its `when` is always false',
    },
    'the branch of a condition that is always the other': {
      spec: steps(branches('c', 'true', { yes: step('a'), no: group('g', step('b')) })),
      found: ['UnreachableStep steps[0].branches.ifFalse.steps[0]'],
      says: "the condition of 'c' is always true",
    },
    'steps of a route that is never taken, and of a loop over nothing': {
      spec: steps(
        step('a', `onSuccess: {routes: [{match: {expression: 'false'}, steps: [${step('r').slice(2)}]}]}`),
        loop('l', '[]', step('b')),
      ),
      found: ['UnreachableStep steps[0].onSuccess.routes[0].steps[0]', 'UnreachableStep steps[1].steps[0]'],
    },
    'a step that needs both branches': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a'), no: step('b') }),
        step('d', 'dependsOn: [a, b]'),
      ),
      found: ['UnreachableStep steps[2]'],
      says: "it needs both branches of 'c'",
    },
    'an or does not need what it names': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a'), no: step('b') }),
        step('d', `inputs: {x: {or: ['{{a.x}}', '{{b.x}}']}}`),
      ),
    },
  });
});

describe('steps that may be skipped:', () => {
  const rated = step('rate');
  check({
    'a value of a step with a condition': {
      spec: steps(rated, step('a', `when: '{{rate.x}}'`), step('b', takes('{{a.x}}'))),
      found: ['MayBeSkipped steps[2].inputs.x.from'],
      says: 'it runs only when its `when` holds',
    },
    'the same in a condition, a route and the outputs of the pipeline': {
      spec: `${steps(rated, step('a', `when: '{{rate.x}}'`), step('b', `when: '{{a.x}}'`))}\noutputs: {x: {from: '{{a.x}}'}}`,
      found: ['MayBeSkipped steps[2].when', 'MayBeSkipped outputs.x.from'],
    },
    'with or there is something to fall back on': {
      spec: steps(rated, step('a', `when: '{{rate.x}}'`), step('b', `inputs: {x: {or: ['{{a.x}}', '{{rate.x}}']}}`)),
    },
    'dependsOn alone takes no value': {
      spec: steps(rated, step('a', `when: '{{rate.x}}'`), step('b', 'dependsOn: [a]')),
    },
    'a value of a step that depends on one that may be skipped': {
      spec: steps(rated, step('a', `when: '{{rate.x}}'`), step('b', 'dependsOn: [a]'), step('c', takes('{{b.x}}'))),
      found: ['MayBeSkipped steps[3].inputs.x.from'],
      says: "it needs 'a', which runs only when its `when` holds",
    },
    'two steps under the same condition': {
      spec: steps(
        rated,
        step('a', `when: '{{rate.x}}'`),
        step('b', `when: '{{rate.x}}', ${takes('{{a.x}}')}`),
        step('c', `when: '{{rate.y}}', ${takes('{{a.x}}')}`),
      ),
      found: ['MayBeSkipped steps[3].inputs.x.from'],
    },
    'a child step, from outside and from what it activates itself': {
      spec: steps(
        step('a', 'check: [{notExists: x, run: b}]'),
        step('b', 'isChild: true, check: [{notExists: x, run: c}]'),
        step('c', `isChild: true, ${takes('{{b.x}}')}`),
        step('d', takes('{{b.x}}')),
      ),
      found: ['MayBeSkipped steps[3].inputs.x.from'],
      says: 'it is a child step',
    },
    'two child steps of one condition': {
      spec: steps(
        step('a', 'check: [{notExists: x, run: b}, {notExists: x, run: c}]'),
        step('b', 'isChild: true'),
        step('c', `isChild: true, ${takes('{{b.x}}')}`),
      ),
    },
    'a child step of two steps of one condition, and of two conditions': {
      spec: steps(
        rated,
        step('a', `when: '{{rate.x}}', check: [{notExists: x, run: c}]`),
        step('b', `when: '{{rate.x}}', check: [{notExists: x, run: c}, {notExists: x, run: d}]`),
        step('c', `isChild: true, ${takes('{{a.x}}')}`),
        step('e', `when: '{{rate.z}}', check: [{notExists: x, run: d}]`),
        step('d', `isChild: true, ${takes('{{b.x}}')}`),
      ),
      found: ['MayBeSkipped steps[5].inputs.x.from'],
      says: "step 'b' may be skipped",
    },
    'a child step that another step activates too may run alone': {
      spec: steps(
        step('a', 'check: [{notExists: x, run: b}, {notExists: x, run: c}]'),
        step('z', 'check: [{notExists: x, run: c}]'),
        step('b', 'isChild: true'),
        step('c', `isChild: true, ${takes('{{b.x}}')}`),
      ),
      found: ['MayBeSkipped steps[3].inputs.x.from'],
    },
    'a step of a branch, from the same, the other and outside': {
      spec: steps(
        rated,
        branches('c', '{{rate.x}}', {
          yes: `${step('a')}\n${step('b', takes('{{a.x}}'))}`,
          no: step('d', takes('{{a.x}}')),
        }),
        step('e', takes('{{a.x}}')),
      ),
      found: [
        'UnreachableStep steps[1].branches.ifFalse.steps[0]',
        'MayBeSkipped steps[1].branches.ifFalse.steps[0].inputs.x.from',
        'MayBeSkipped steps[2].inputs.x.from',
      ],
    },
    'a step of a route, from the same route, from outside, and the owner from the route': {
      spec: steps(
        step(
          'a',
          `onSuccess: {routes: [{match: {expression: '{{a.x}}'}, steps: [${step('r', takes('{{a.x}}')).slice(2)}, ${step('s', takes('{{r.x}}')).slice(2)}]}]}`,
        ),
        step('b', takes('{{r.x}}')),
      ),
      found: ['MayBeSkipped steps[1].inputs.x.from'],
      says: "it runs only when a route of 'a' is taken",
    },
    'parts of a group with a condition, from inside and from outside': {
      spec: steps(
        rated,
        group('g', step('a'), step('b', takes('{{a.x}}'))).replace(
          'parallel_group',
          "parallel_group\n  when: '{{rate.x}}'",
        ),
        step('c', takes('{{a.x}}')),
      ),
      found: ['MayBeSkipped steps[2].inputs.x.from'],
    },
    'a result of a step in a loop that some iterations skip': {
      spec: steps(
        loop('l', '[1]', step('a', `when: '{{l_item}} > 1'`), step('b')),
        step('c', takes('{{l.results[*].a.x}}')),
        step('d', takes('{{l.results[*].b.x}}')),
      ),
      found: ['MayBeSkipped steps[1].inputs.x.from'],
    },
    'a fallback and continueOnFailure skip nothing': {
      spec: steps(
        step('a', 'onError: {fallbackStep: f}'),
        step('f', 'isChild: true'),
        step('b', takes('{{a.x}}')),
        step('c', 'onError: {continueOnFailure: true}'),
        step('d', takes('{{c.x}}')),
      ),
    },
    'an exit step that counts on a step of the run, as a warning': {
      spec: `${steps(step('a'))}\n${exit(step('z', takes('{{a.x}}')), step('w', `inputs: {x: {or: ['{{a.x}}']}}`))}`,
      found: ['MayBeSkipped onExit[0].inputs.x.from'],
      says: 'exit steps run however the run ended',
    },
  });
});

describe('exit steps:', () => {
  check({
    'see how the run ended, and each other': {
      spec: `${steps(step('a'))}\n${exit(step('z', takes('{{run.phase}} {{run.failedStep}}')), step('w', takes('{{z.x}}')))}`,
    },
    'run is nothing to other steps, and has no other fields': {
      spec: `${steps(step('a', takes('{{run.phase}}')))}\n${exit(step('z', takes('{{run.phse}}')))}`,
      found: ['VariableOutOfScope steps[0].inputs.x.from', 'FieldNotFound onExit[0].inputs.x.from'],
    },
    'nothing waits for an exit step, and nothing else activates one': {
      spec: `${steps(step('a', `dependsOn: [z], onError: {fallbackStep: z}, ${takes('{{z.x}}')}`))}\n${exit(step('z'))}\noutputs: {x: {from: '{{z.x}}'}}`,
      found: [
        'ExitStepAhead steps[0].dependsOn[0]',
        'ActivationOutOfReach steps[0].onError.fallbackStep',
        'ExitStepAhead steps[0].inputs.x.from',
        'ExitStepAhead outputs.x.from',
      ],
    },
  });
});

describe('fields:', () => {
  check({
    'results of control steps': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a') }),
        '- {name: ask, type: approval, approvals: [{role: review}]}',
        '- {name: check_it, type: validation, checks: {}}',
        '- {name: report, type: output, format: json}',
        step('b', takes('{{c.branch}} {{ask.decision}} {{ask.approvers[0]}} {{ask.message}} {{check_it.passed}}')),
        step(
          'd',
          takes(
            '{{check_it.relevance}} {{check_it.completeness}} {{check_it.errors[0]}} {{report.url}} {{report.digest}} {{report.artifact}}',
          ),
        ),
        step('e', takes('{{c.brnch}}')),
        step('f', takes('{{ask.decided}}')),
        step('g', takes('{{report.file}}')),
      ),
      found: [7, 8, 9].map((index) => `FieldNotFound steps[${index}].inputs.x.from`),
      says: "Field 'brnch' not found in step 'c'. Fields: branch",
      hint: 'did you mean branch?',
    },
    'assets that were waited for, by their dotted names': {
      spec: steps(
        step('made', 'outputs: {x: silver.a, z: silver.b.c}'),
        '- {name: wait, type: wait_for_asset, assets: [silver.a, silver.b.c]}',
        step('b', takes('{{wait.assets.silver.a}} {{wait.assets.silver.b.c}}')),
        step('c', takes('{{wait.assets.gold}}')),
      ),
      found: ['FieldNotFound steps[3].inputs.x.from'],
      says: "Field 'gold' not found in wait.assets. Fields: silver",
    },
    'declared outputs do not tell that there are no others': {
      spec: steps(step('a', 'outputs: {x: asset}'), step('b', takes('{{a.y}}'))),
    },
    'a single declared output may be a name for the whole result': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a') }).replace(
          'type: conditional',
          'type: conditional\n  outputs: {all: asset}',
        ),
        step('b', takes('{{c.all.branch}}')),
        step('d', takes('{{c.branch}}')),
      ),
      found: ['FieldNotFound steps[3].inputs.x.from'],
      says: "Field 'branch' not found in step 'c'. Fields: all",
    },
    'a single declared output that the result has stands for that field alone': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a') }).replace(
          'type: conditional',
          'type: conditional\n  outputs: {branch: asset}',
        ),
        step('b', takes('{{c.branch}}')),
      ),
    },
    'assets whose names a template makes may be any': {
      spec: `${parameters('{name: num}')}${steps(
        "- {name: wait, type: wait_for_asset, assets: ['page_{{input.num}}']}",
        step('b', takes('{{wait.assets.page_1}}')),
      )}`,
    },
    'a parameter with a type and a schema, and one of two types': {
      spec: `${parameters('{name: a, type: object, schema: {properties: {id: {}}}}, {name: b, schema: {type: [string, "null"]}}')}${steps(step('s', takes('{{input.a.no}}')), step('t', takes('{{input.b.no}}')))}`,
      found: ['FieldNotFound steps[0].inputs.x.from', 'FieldNotFound steps[1].inputs.x.from'],
      says: "Field 'no' not found in input.a. Fields: id",
    },
    'what an agent must answer': {
      spec: steps(
        '- {name: a, type: llm_agent, outputSchema: {type: object, properties: {verdict: {type: string}, more: {type: array, items: {$ref: "#/$defs/m"}}}, $defs: {m: {type: object, properties: {id: {type: integer}}}}}}',
        step('b', takes('{{a.verdict}} {{a.more[*].id}}')),
        step('c', takes('{{a.more[*].no}}')),
        step('d', takes('{{a.verdict[*]}}')),
      ),
      found: ['FieldNotFound steps[2].inputs.x.from', 'NotAnArray steps[3].inputs.x.from'],
      says: "Field 'no' not found in a.more[*]. Fields: id",
    },
    'a schema that says so allows other fields': {
      spec: steps(
        '- {name: a, type: llm_agent, outputSchema: {type: object, properties: {x: {}}, additionalProperties: true}}',
        step('b', takes('{{a.y}}')),
      ),
    },
    'inputs that no parameter declares, and fields of those that one does': {
      spec: `${parameters('{name: who, schema: {type: object, properties: {id: {}}}}')}${steps(step('a', takes('{{input.who.id}}')), step('b', takes('{{input.whom}}')), step('c', takes('{{input.who.ID}}')), step('d', takes('{{input}}')))}`,
      found: ['FieldNotFound steps[1].inputs.x.from', 'FieldNotFound steps[2].inputs.x.from'],
      says: "Field 'whom' not found in input. Fields: who",
      hint: 'did you mean who?',
    },
    'inputs of a pipeline that declares none': {
      spec: steps(step('a', takes('{{input.who}}'))),
      found: ['FieldNotFound steps[0].inputs.x.from'],
      says: "Field 'who' not found in input. Fields: none",
      hint: 'declare it in `spec.parameters`',
    },
    'a parameter that need not be given and has no default': {
      spec: `${parameters('{name: a, required: false}, {name: b, required: false, default: 1}, {name: c}')}${steps(step('s', takes('{{input.a}} {{input.b}} {{input.c}}')), step('t', `inputs: {x: {or: ['{{input.a}}']}}`))}`,
      found: ['InputMayBeMissing steps[0].inputs.x.from'],
    },
    'what people are shown must be there': {
      spec: steps(step('a'), '- {name: ask, type: approval, approvals: [{role: review}], show: [a.x, b.x, "a..x"]}'),
      found: ['InvalidTemplate steps[1].show[2]', 'StepNotFound steps[1].show[1]'],
    },
  });
});

describe('templates and expressions:', () => {
  check({
    'templates that are none, wherever they stand': {
      spec: `${steps(step('a', `inputs: {x: {from: [{deep: '{{a'}]}, w: {or: ['{{ }}']}, z: {value: '{{never read'}}`), '- {name: m, type: crawler, method: "crawl_{{"}')}\noutputs: {x: {from: '{{a.}}'}}`,
      found: [
        'InvalidTemplate steps[0].inputs.x.from[0].deep',
        'InvalidTemplate steps[0].inputs.w.or[0]',
        'InvalidTemplate steps[1].method',
        'InvalidTemplate outputs.x.from',
      ],
    },
    'a path of a check that is none': {
      spec: steps(step('a', `check: [{notExists: 'a..b', run: b}]`), step('b')),
      found: ['InvalidTemplate steps[0].check[0].notExists'],
    },
    'expressions that are none': {
      spec: steps(step('a', `when: '1 +'`), step('b', `check: [{boolean: 'x ==', run: a}]`)),
      found: ['InvalidExpression steps[0].when', 'InvalidExpression steps[1].check[0].boolean'],
    },
    'a condition that answers a number': {
      spec: steps(step('a', `when: '1 + 1'`)),
      found: ['NotBoolean steps[0].when'],
    },
    'types of parameters in conditions': {
      spec: `${parameters('{name: num, type: integer}, {name: s, type: string}')}${steps(step('a', `when: '{{input.num}} > 3 && {{input.s}} == "x"'`), step('b', `when: '{{input.s}} > 3'`))}`,
      found: ['ExpressionType steps[1].when'],
    },
    'bare names in a check are outputs of the step, where a schema tells them': {
      spec: steps(
        step('a', `check: [{boolean: 'size(posts) > 0', run: b}]`),
        step('b'),
        '- {name: c, type: approval, approvals: [{role: review}], check: [{boolean: "decided", run: b}]}',
        step('d', `when: 'posts'`),
      ),
      found: ['FieldNotFound steps[2].check[0].boolean', 'FieldNotFound steps[3].when'],
    },
    'types of outputs of the step in a check': {
      spec: steps(
        '- {name: c, type: approval, approvals: [{role: review}], check: [{boolean: "decision > 3", run: b}]}',
        step('b'),
      ),
      found: ['ExpressionType steps[0].check[0].boolean'],
    },
    'bare names in checks of a validation are its inputs': {
      spec: steps(
        step('a'),
        `- {name: v, type: validation, inputs: {score: {from: '{{a.x}}'}, num: {value: 1}}, checks: {expressions: ['score > 1', 'num > 0', 'scre > 1']}}`,
      ),
      found: ['FieldNotFound steps[1].checks.expressions[2]'],
    },
    'probes know what they ask for': {
      spec: steps(
        `- {name: w, type: wait_for_asset, http: {url: 'https://example.com', expression: 'status == 200 && body.ready'}}`,
        `- {name: x, type: wait_for_asset, object: {apiVersion: v1, kind: Pod, name: p, expression: 'object.status.ready && body'}}`,
      ),
      found: ['FieldNotFound steps[1].object.expression'],
    },
    'conditions of a lifecycle': {
      spec: `lifecycle: {definition: {initial: A, states: [{name: A}, {name: B, terminal: true}], transitions: [{action: go, from: [A], to: B, roles: [system], when: 'steps.a.x >', guards: [{expression: 'workItem.x && inputs.y && readyScore > 0.5'}, {expression: 'item.x'}, {expression: 'readyScore'}]}]}}\n${steps(step('a'))}`,
      found: [
        'FieldNotFound lifecycle.definition.transitions[0].guards[1].expression',
        'InvalidExpression lifecycle.definition.transitions[0].when',
        'NotBoolean lifecycle.definition.transitions[0].guards[2].expression',
      ],
    },
  });
});

describe('gates and lifecycles:', () => {
  const ask = (name: string, more = '') =>
    `- {name: ${name}, type: approval, approvals: [{role: review}]${more && `, ${more}`}}`;
  check({
    'a gate is called like its step': { spec: steps(ask('Release_It')) },
    'names that no annotation can hold': {
      spec: steps(ask('_release'), ask('a_name_that_is_much_too_long_for_it'), ask('fine', 'gate: other')),
      found: ['InvalidGateName steps[0].name', 'InvalidGateName steps[1].name'],
    },
    'two gates of one name, also by the case of letters, and the gate of safe mode': {
      spec: `execution: {mode: safe}\n${steps(ask('go_on'), ask('Go-On'), ask('start'), `- {name: v, type: validation, checks: {}, onFailure: {gate: go-on, returnTo: go_on}}`)}`,
      found: ['DuplicateGate steps[1].name', 'DuplicateGate steps[2].name', 'DuplicateGate steps[3].onFailure.gate'],
    },
    'gates of a lifecycle count too': {
      spec: `lifecycle: {definition: {initial: A, states: [{name: A}, {name: B, terminal: true}], transitions: [{action: go_on, from: [A], to: B, roles: [review], approvals: [{role: review}]}]}}\n${steps(ask('go_on'))}`,
      found: ['DuplicateGate steps[0].name'],
    },
    'gates of a lifecycle that name themselves': {
      spec: `lifecycle: {definition: {initial: A, states: [{name: A}, {name: B}], transitions: [{action: go, gate: release, from: [A], to: B, roles: [review], approvals: [{role: review}]}, {action: back, gate: release, from: [B], to: A, roles: [review], approvals: [{role: review}]}]}}\n${steps(step('a'))}`,
      found: ['DuplicateGate lifecycle.definition.transitions[1].gate'],
    },
    'nobody is asked in loops, exit steps and compensations': {
      spec: `${steps(loop('l', '[1]', ask('a')), step('s', 'compensate: b'), ask('b', 'isChild: true'))}\n${exit(ask('c'))}`,
      found: ['GateOutOfPlace steps[0].steps[0].name', 'GateOutOfPlace steps[2].name', 'GateOutOfPlace onExit[0].name'],
    },
    'sixteen gates are the most': {
      spec: steps(...Array.from({ length: 18 }, (_, index) => ask(`gate${index}`))),
      found: ['TooManyGates steps[16].name'],
      says: 'there are 18 gates',
    },
    'states and actions of a preset': {
      spec: `lifecycle: {preset: delivery}\n${steps(step('a', 'inState: [InProgress, Deploying], action: deploy, role: deployment'), step('b', 'action: deplo'))}`,
      found: ['UnknownState steps[0].inState[1]', 'UnknownAction steps[1].action'],
    },
    'the gate of a preset': {
      spec: `lifecycle: {preset: delivery}\n${steps(ask('Deploy'))}`,
      found: ['DuplicateGate steps[0].name'],
    },
    'actions that nobody takes for their step': {
      spec: `lifecycle: {preset: task}\n${steps(
        step('a', 'action: commit_code'),
        step('b', 'action: commit_code, role: qa'),
        step('c', 'action: commit_code, role: developer'),
        loop('l', '[1]', step('d', 'action: commit_code, role: developer')),
      )}`,
      found: ['NoEffect steps[0].action', 'NoEffect steps[1].action', 'NoEffect steps[3].steps[0].action'],
    },
    'states without a lifecycle': {
      spec: steps(step('a', 'inState: [Draft]')),
      found: ['UnknownState steps[0].inState[0]'],
      says: 'the Pipeline has no lifecycle',
    },
    'transitions to states that are not there': {
      spec: `lifecycle: {definition: {initial: A, states: [{name: A}, {name: B, terminal: true}], transitions: [{action: go, from: [A, C], to: D, roles: [system]}, {action: end, from: [A], to: B, roles: [po]}]}}\n${steps(step('a'))}`,
      found: [
        'UnknownState lifecycle.definition.transitions[0].from[1]',
        'UnknownState lifecycle.definition.transitions[0].to',
      ],
    },
  });
});

describe('the rest:', () => {
  const nest = (depth: number): string => (depth === 0 ? step('leaf') : group(`g${depth}`, nest(depth - 1)));
  check({
    'eight steps around a step are the most': { spec: steps(nest(8)) },
    'nine are one too many': {
      spec: steps(nest(9)),
      found: [`StepsNestedTooDeep ${'steps[0].'.repeat(10).slice(0, -1)}`],
    },
    'retries and caches of control steps': {
      spec: steps(
        group('g', step('a')).replace('parallel_group', 'parallel_group\n  retryPolicy: {maxAttempts: 2}\n  cache: {}'),
      ),
      found: ['NoEffect steps[0].retryPolicy', 'NoEffect steps[0].cache'],
    },
    'a step of a loop that is to be undone': {
      spec: steps(loop('l', '[1]', step('a', 'compensate: b')), step('b', 'isChild: true')),
      found: ['CompensationInsideLoop steps[0].steps[0].compensate'],
      says: "step 'a' runs once for each item of the loop 'l'",
      hint: "on the loop 'l'",
    },
    'a loop that is to be undone as a whole': {
      spec: steps(
        `${loop('l', '[1]', step('a'))}\n  compensate: b`,
        step('b', `isChild: true, ${takes('{{l.results[*].a.x}}')}`),
      ),
    },
    'steps inside a group, a branch or a route cannot undo another': {
      spec: steps(
        step('a', 'compensate: b'),
        group('g', step('b', 'isChild: true')),
        step('c', 'compensate: d'),
        branches('h', '{{a.x}}', { yes: step('d', 'isChild: true') }),
        step(
          'e',
          `compensate: f, onSuccess: {routes: [{match: {expression: '{{e.x}}'}, steps: [${step('f', 'isChild: true').slice(2)}]}]}`,
        ),
      ),
      found: [
        'CompensationOutOfPlace steps[0].compensate',
        'CompensationOutOfPlace steps[2].compensate',
        'CompensationOutOfPlace steps[4].compensate',
      ],
      says: "'b' stands inside 'g', and would never run to undo 'a'",
      hint: "move 'b' to the top",
    },
    'a step inside a group can be undone by one at the top': {
      spec: steps(group('g', step('a', 'compensate: b')), step('b', 'isChild: true')),
    },
    'exit steps are not undone': {
      spec: `${steps(step('a'))}\n${exit(step('last', 'compensate: z'), step('z', 'isChild: true'))}`,
      found: ['CompensationOutOfPlace onExit[0].compensate'],
      says: "'last' is an exit step, and these are not undone: 'z' would never run",
      hint: 'leave `compensate` out',
    },
    'a compensation that runs by itself': {
      spec: steps(step('a', 'compensate: b'), step('b')),
      found: ['RunsAnyway steps[1]'],
    },
    'a flow by a call, which would fail': {
      spec: steps('- {name: a, type: llm_flow, prompt: p, modelRef: {name: m}, executionMode: api}'),
      found: ['ModeNotServed steps[0].executionMode'],
      hint: 'leave `executionMode` out',
    },
    'a flow in a pod': {
      spec: steps('- {name: a, type: llm_flow, prompt: p, modelRef: {name: m}, executionMode: direct}'),
    },
    'programs for another version': {
      spec: steps(
        ...['python3', 'python3.11', 'javascript', 'node24', 'python3.12', 'node22'].map((runtime, index) =>
          step(`s${index}`).replace('runtime: python3', `runtime: ${runtime}`),
        ),
      ),
      found: ['RuntimeDiffers steps[4].runtime', 'RuntimeDiffers steps[5].runtime'],
      says: 'the program asks for python3.12 and runs on Python 3.11',
    },
    'defaults that do not fit': {
      spec: `${parameters('{name: num, type: integer, default: many}, {name: m, schema: {type: array, items: {type: string}}, default: [a, 1]}, {name: o, type: integer, default: 3}')}${steps(step('a'))}`,
      found: ['InputMismatch parameters[0].default', 'InputMismatch parameters[1].default[1]'],
    },
    'schemas that are none': {
      spec: `${parameters('{name: num, schema: {type: int}}')}${steps('- {name: a, type: llm_agent, outputSchema: {required: x}}', '- {name: v, type: validation, checks: {schema: {properties: []}}}')}`,
      found: [
        'InvalidSchema parameters[0].schema.type',
        'InvalidSchema steps[0].outputSchema.required',
        'InvalidSchema steps[1].checks.schema.properties',
      ],
    },
    'an asset of a step and of a part of it': {
      spec: steps(
        step('z'),
        branches('c', '{{z.x}}', { yes: step('a', 'outputs: {x: page}') }).replace(
          'type: conditional',
          'type: conditional\n  outputs: {x: page}',
        ),
      ),
    },
    'assets of steps that run side by side': {
      spec: steps(step('a', 'outputs: {x: one}'), step('b', 'outputs: {x: one}'), step('c', 'outputs: {x: other}')),
      found: ['AssetConflict steps[1].outputs.x'],
      says: `steps 'a' and 'b' may write the asset "one" at the same time`,
    },
    'assets of steps one after the other, of branches, of a fallback, of a check': {
      spec: steps(
        step('a', 'outputs: {x: one}, onError: {fallbackStep: f}, check: [{notExists: x, run: k}]'),
        step('f', 'isChild: true, outputs: {x: one}'),
        step('k', 'isChild: true, outputs: {x: two}'),
        step('b', `outputs: {x: one}, dependsOn: [a], inputs: {x: {or: ['{{f.x}}', '{{k.x}}']}}`),
        branches('c', '{{a.x}}', { yes: step('d', 'outputs: {x: three}'), no: step('e', 'outputs: {x: three}') }),
      ),
    },
    'an asset that no step records': {
      spec: steps(
        step('a', `outputs: {x: silver.one, z: 'bronze.{{a.kind}}.v1'}`),
        '- {name: w, type: wait_for_asset, assets: [silver.one, bronze.posts.v1, bronze.posts.v2]}',
      ),
      found: ['AssetNotRecorded steps[1].assets[2]'],
    },
  });
});

test('of very many mistakes some are told, soon', () => {
  const inputs = Array.from({ length: 60 }, (_, index) => `x${index}: {from: '{{nobody.x}}'}`).join(', ');
  const spec = steps(...Array.from({ length: 30 }, (_, index) => step(`s${index}`, `inputs: {${inputs}}`)));
  const codes = findings(spec).map(({ code }) => code);
  expect(codes.filter((code) => code === 'StepNotFound').length).toBeLessThanOrEqual(1000);
  expect(codes.at(-1)).toBe('TooManyIssues');
});
