/** The rules of roles, as named templates: which role has them, and where it counts, is up to the chart's values. */
import { parse } from 'yaml';
import { escapeBraces, generatedTemplate, type ManifestText } from './manifest-template.ts';

interface Rule {
  readonly apiGroups: readonly string[];
}

/** Groups whose objects are in no namespace: rights to them cannot be had by a Role. */
const clusterGroups = ['admissionregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'];

/** One role's rules, and whether they can be had in namespaces or in the cluster only. */
export interface RuleText {
  readonly scope: 'cluster' | 'namespaces';
  readonly text: string;
}

/** The rules of a role one by one, each with the comments above it. */
export function splitRules({ name, text }: ManifestText): readonly RuleText[] {
  const [, block] = /^rules:\n((?: .*\n)+)/m.exec(text) ?? [];
  if (block === undefined) throw new Error(`${name} has no rules`);
  const lines = block.replaceAll(/^ {2}/gm, '').split('\n').slice(0, -1);
  const rules: string[][] = [];
  const comments: string[] = [];
  for (const line of lines) {
    if (line.startsWith('#')) comments.push(line);
    else if (line.startsWith('- ')) rules.push([...comments.splice(0), line]);
    else rules.at(-1)?.push(line);
  }
  return rules.map((rule) => toRule(`${rule.join('\n')}\n`));
}

function toRule(text: string): RuleText {
  const [{ apiGroups = [] } = {}] = parse(text) as readonly Partial<Rule>[];
  const ofCluster = apiGroups.filter((group) => clusterGroups.includes(group));
  if (ofCluster.length > 0 && ofCluster.length < apiGroups.length)
    throw new Error(`a rule is for objects of the cluster and of namespaces:\n${text}`);
  return { scope: ofCluster.length > 0 ? 'cluster' : 'namespaces', text };
}

/** `conclave.rules.<role>` gives what can be had in namespaces, `conclave.cluster-rules.<role>` the rest. */
export function renderRights(manifests: readonly ManifestText[]): string {
  const roles = new Map<string, ManifestText>();
  for (const manifest of manifests) {
    if (!/Role$/.test(manifest.kind) || /^rules: \[\]$/m.test(manifest.text)) continue;
    const key = `${manifest.kind} ${manifest.name}`;
    const known = roles.get(key);
    if (known !== undefined && rulesOf(known) !== rulesOf(manifest)) throw new Error(`${key} has rules twice`);
    roles.set(key, manifest);
  }
  const defined = [...roles.values()].flatMap((role) => [
    define(`conclave.rules.${role.name}`, textOf(role, 'namespaces')),
    define(`conclave.cluster-rules.${role.name}`, textOf(role, 'cluster')),
  ]);
  return generatedTemplate('config/rbac and config/server', defined.join(''));
}

const rulesOf = (role: ManifestText) =>
  splitRules(role)
    .map(({ text }) => text)
    .join('');

const textOf = (role: ManifestText, scope: RuleText['scope']) =>
  splitRules(role)
    .filter((rule) => rule.scope === scope)
    .map(({ text }) => text)
    .join('');

const define = (name: string, rules: string) =>
  rules === '' ? '' : `{{- define "${name}" -}}\n${escapeBraces(rules)}{{- end }}\n`;
