/** Argo CD's settings, as Argo CD runs them: in its own Lua. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { binaryPath, ensureBinary } from '../../hack/cluster/go-build.ts';
import { luaProgram } from '../../hack/cluster/go-programs.ts';
import { root } from './e2e-cluster.ts';

/** Health, as Argo CD shows it. */
export interface Health {
  readonly status: 'Healthy' | 'Progressing' | 'Suspended' | 'Degraded';
  readonly message: string;
}

/** An object of the cluster. */
export interface AnyObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Actions {
  readonly 'discovery.lua': string;
  readonly definitions: readonly { readonly name: string; readonly 'action.lua': string }[];
}

const file = `${root}/config/argocd/argocd-cm.yaml`;
const { data: settings } = load(readFileSync(file, 'utf8')) as { readonly data: Readonly<Record<string, string>> };

/** Kinds that have a health script. */
export const kindsWithHealth = Object.keys(settings).flatMap(
  (key) => /\.health\.conclave\.dev_(\w+)$/.exec(key)?.[1] ?? [],
);

/** Argo CD's settings, with the interpreter that runs them. */
export class ArgoCd {
  readonly #lua: string;

  private constructor(lua: string) {
    this.#lua = lua;
  }

  static async start(): Promise<ArgoCd> {
    const program = luaProgram();
    return new ArgoCd(binaryPath(program.name, await ensureBinary(program, () => undefined)));
  }

  /** The health of an object. */
  health(object: AnyObject): Health {
    return this.#run(settings[`resource.customizations.health.conclave.dev_${object.kind}`] ?? '', object) as Health;
  }

  /** Actions that are offered for a WorkItem now. */
  actions(workItem: AnyObject): readonly string[] {
    const offered = this.#run(actions()['discovery.lua'], workItem) as Readonly<Record<string, { disabled: boolean }>>;
    return Object.entries(offered).flatMap(([name, { disabled }]) => (disabled ? [] : [name]));
  }

  /** The WorkItem as an action leaves it. */
  act(name: string, workItem: AnyObject): AnyObject {
    const script = actions().definitions.find((each) => each.name === name)?.['action.lua'] ?? '';
    return this.#run(script, workItem) as AnyObject;
  }

  #run(body: string, obj: unknown): unknown {
    const program = `local obj = ${literal(obj)}\nlocal function run()\n${body}\nend\n${printJson}\nio.write(json(run()))\n`;
    const folder = mkdtempSync(join(tmpdir(), 'argocd-'));
    try {
      const script = join(folder, 'script.lua');
      writeFileSync(script, program);
      const { status, stdout, stderr } = spawnSync(this.#lua, [script], { encoding: 'utf8' });
      if (status !== 0 || stderr !== '') throw new Error(`the script fails: ${stderr}${stdout}`);
      return JSON.parse(stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

const actions = () => load(settings['resource.customizations.actions.conclave.dev_WorkItem'] ?? '') as Actions;

/** A JSON value as Lua writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  if (typeof value === 'string') return `"${[...new TextEncoder().encode(value)].map(escapeByte).join('')}"`;
  if (value === null) return 'nil';
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `[${literal(key)}] = ${literal(inner)}`)
    .join(', ')}}`;
}

const escapeByte = (byte: number): string => `\\${String(byte).padStart(3, '0')}`;

const printJson = String.raw`
function json(value)
  if type(value) == "string" then
    return '"' .. value:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
  end
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  if #value > 0 then
    for _, each in ipairs(value) do parts[#parts + 1] = json(each) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, each in pairs(value) do parts[#parts + 1] = json(tostring(key)) .. ":" .. json(each) end
  return "{" .. table.concat(parts, ",") .. "}"
end`;
