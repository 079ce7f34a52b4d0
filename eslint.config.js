import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Who may import whom below operator/src: a folder may import itself and the folders listed, nothing else. */
const layers = {
  api: [],
  core: ['api'],
  telemetry: [],
  kube: ['api', 'core', 'telemetry'],
  controllers: ['api', 'core', 'telemetry'],
  runner: ['api', 'core', 'telemetry'],
  server: ['api', 'core', 'telemetry'],
  records: ['api', 'core', 'telemetry'],
  executors: ['api', 'core', 'telemetry'],
  cli: ['api', 'core'],
  testing: ['api', 'core', 'telemetry', 'kube', 'controllers', 'runner', 'server', 'records', 'executors', 'cli'],
  cmd: ['api', 'core', 'telemetry', 'kube', 'controllers', 'runner', 'server', 'records', 'executors', 'cli'],
};
const folders = Object.keys(layers);

/** Folders that a folder may load, but only when it needs them: by `await import(…)`. */
const lazyLayers = { cli: ['kube'] };

/** Packages that only these folders may know. Tests may know what the folder they stand in may know. */
const owners = {
  '@kubernetes/client-node': ['kube'],
  '@dot-i/k8s-operator': ['kube'],
  undici: ['kube', 'executors'],
  'ipaddr.js': ['executors'],
  cockatiel: ['executors'],
  pdfmake: ['executors'],
  marked: ['executors'],
  'csv-stringify': ['executors'],
  openai: ['runner'],
  '@modelcontextprotocol/client': ['runner'],
  'tar-stream': ['runner', 'testing'],
  fastify: ['server'],
  cloudevents: ['server'],
  '@aws-sdk/client-s3': ['records'],
  'lru-cache': ['kube', 'controllers', 'server', 'records', 'executors'],
  'js-yaml': ['core', 'kube'],
  yaml: ['core'],
  commander: ['cli'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  zod: ['api', 'runner', 'server', 'cli'],
  '@marcbachmann/cel-js': ['core'],
  '@noble/hashes': ['core'],
  canonicalize: ['core'],
  '@dagrejs/dagre': ['core'],
  '@hyperjump/json-schema': ['core'],
  'big.js': ['core'],
  re2js: ['core'],
};

const pureFolders = ['api', 'core'];

/** Each forbidden import of a folder, as a regular expression over the import's source, and why. */
function forbiddenImports(folder, allowedFolders) {
  return [
    ...folders
      .filter((other) => other !== folder && !allowedFolders.includes(other))
      .map((other) => ({ regex: `^(\\.\\.?/)+(${other})/`, message: `${folder}/ may not import ${other}/` })),
    ...Object.entries(owners)
      .filter(([, known]) => !known.includes(folder))
      .map(([name, known]) => ({ regex: `^${name}(/|$)`, message: `only ${known.join('/, ')}/ may know ${name}` })),
    ...(pureFolders.includes(folder) ? [{ regex: '^node:', message: `${folder}/ is pure` }] : []),
  ];
}

const dynamicImports = (folder) =>
  forbiddenImports(folder, [...layers[folder], ...(lazyLayers[folder] ?? [])]).map(({ regex, message }) => ({
    selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
    message,
  }));

const purity = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'take `now` as an argument' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'take `now` as an argument' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'take randomness as an argument',
  },
  { selector: 'AwaitExpression', message: 'this folder is synchronous' },
  { selector: ':function[async=true]', message: 'this folder is synchronous' },
];

const boundaries = folders.map((folder) => ({
  files: [`operator/src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', { patterns: forbiddenImports(folder, layers[folder]) }],
    'no-restricted-syntax': ['error', ...dynamicImports(folder), ...(pureFolders.includes(folder) ? purity : [])],
  },
}));

/** Unit tests may use builders from testing/, and core's tests may be asynchronous. */
const boundariesOfTests = folders.map((folder) => ({
  files: [`operator/src/${folder}/**/*.test.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbiddenImports(folder, [...layers[folder], 'testing']).filter(({ regex }) => regex !== '^node:') },
    ],
    'no-restricted-syntax': ['error', ...dynamicImports(folder)],
  },
}));

export default defineConfig(
  { ignores: ['**/node_modules/**', 'dist/**', '.cache/**', 'coverage/**', 'hack/kubernetes/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  ...boundaries,
  ...boundariesOfTests,
  {
    files: ['operator/src/{api,core}/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'console',
          'fetch',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'performance',
          'crypto',
          'Buffer',
        ],
      ],
    },
  },
  {
    files: ['operator/src/**/*.ts', 'hack/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['**/*.test.ts', 'vitest.config.ts'],
    rules: {
      'no-restricted-exports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
