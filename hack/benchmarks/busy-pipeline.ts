import type { JsonObject } from '../../operator/src/api/json.ts';
import type { PipelineSketch } from '../../operator/src/testing/planned-run.ts';

/** Steps of one block, parts included. */
export const stepsPerBlock = 20;
/** Blocks that run side by side. */
const blocksAtOnce = 5;

const call = (name: string, more: object = {}) => ({ name, type: 'function', method: `m_${name}`, ...more });
const from = (template: unknown) => ({ from: template });

/**
 * A pipeline in which most of what there is happens: data between steps, checks that activate, alternatives, loops, groups,
 * branches, routes, conditions and checks of results. `steps` is a multiple of `stepsPerBlock`.
 */
export function busyPipeline(steps: number): PipelineSketch {
  const blocks = Array.from({ length: steps / stepsPerBlock }, (_, number) => block(number));
  return { execution: { maxParallel: 100 }, steps: blocks.flat() };
}

function block(number: number): object[] {
  const at = (name: string) => `${name}_${number}`;
  const before = number < blocksAtOnce ? [] : [`finish_${number - blocksAtOnce}`];
  return [
    call(at('collect'), {
      ...{ dependsOn: before, inputs: { user: from('{{input.user}}') }, outputs: { posts: `posts_${number}` } },
      check: [
        { boolean: 'size(posts) > 0', run: at('enrich') },
        { notExists: 'profile.picture', run: at('picture') },
      ],
    }),
    call(at('enrich'), { isChild: true, inputs: { profile: from(`{{${at('collect')}.profile}}`) } }),
    call(at('picture'), { isChild: true }),
    call(at('choose'), {
      inputs: { best: { or: [`{{${at('picture')}.value}}`, `{{${at('enrich')}.value}}`] } },
    }),
    eachPost(at),
    sideBySide(at),
    fork(at),
    call(at('late'), {
      when: `{{${at('collect')}.profile.followers}} > 100 && {{input.deep}}`,
      inputs: { titles: from(`{{${at('posts')}.results[*].${at('read')}.value}}`) },
    }),
    {
      ...{ name: at('judge'), type: 'validation', checks: { completeness: { threshold: 0.5 } } },
      inputs: { one: from(`{{${at('choose')}.value}}`), other: from(`{{${at('late')}}}`) },
    },
    call(at('report'), {
      inputs: {
        text: from(`{{input.user}}: {{${at('choose')}.value}} of {{${at('posts')}.count}}`),
        branch: from(`{{${at('fork')}.branch}}`),
      },
    }),
    call(at('finish'), { dependsOn: [at('judge'), at('report'), at('group')] }),
  ];
}

type Naming = (name: string) => string;

const eachPost = (at: Naming) => ({
  ...{ name: at('posts'), type: 'loop', iterateOver: `{{${at('collect')}.posts}}`, loopVariable: 'post' },
  maxParallel: 5,
  steps: [
    call(at('read'), { inputs: { text: from('{{post.text}}'), position: from('{{post_index}}') } }),
    call(at('score'), { inputs: { value: from(`{{${at('read')}.value}}`) } }),
  ],
});

const sideBySide = (at: Naming) => ({
  ...{ name: at('group'), type: 'parallel_group', parallelConfig: { maxParallel: 2 } },
  steps: ['faces', 'network', 'places'].map((name) =>
    call(at(name), { inputs: { profile: from(`{{${at('collect')}.profile}}`) } }),
  ),
  onSuccess: {
    routes: [
      {
        match: { expression: `{{${at('faces')}.value}} > 1000` },
        steps: [call(at('deeper'), { inputs: { of: from(`{{${at('network')}.value}}`) } })],
      },
    ],
  },
});

const fork = (at: Naming) => ({
  ...{ name: at('fork'), type: 'conditional', condition: { expression: `{{${at('enrich')}.value}} > 0.75` } },
  branches: {
    ifTrue: {
      steps: [
        call(at('yes'), { inputs: { of: from(`{{${at('choose')}.value}}`) } }),
        call(at('more'), { inputs: { of: from(`{{${at('yes')}.text}}`) } }),
      ],
    },
    ifFalse: { steps: [call(at('no'))] },
  },
});

/** What a step of such a pipeline gives, by its path: `collect_3`, `posts_3[2].read_3`. Larger results are larger than 1 KiB. */
export function busyOutputs(path: string): JsonObject {
  if (!path.startsWith('collect_')) return { value: path.length, text: `what ${path} found` };
  const posts = Array.from({ length: 10 }, (_, index) => ({ text: `post ${index} `.repeat(20), likes: index }));
  return { posts, profile: { name: path, picture: 'https://pictures.example/1', followers: 5000 } };
}
