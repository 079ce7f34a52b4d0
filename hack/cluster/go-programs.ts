/** The Go programs that clusters are made of: what to build, with versions from each module's go.mod. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import type { GoProgram } from './go-build.ts';
import { repositoryRoot } from './paths.ts';

const moduleFolder = (name: string): string => join(repositoryRoot, 'hack', name);

/** The version that a module's go.mod requires of a package. */
export function requiredVersion(goMod: string, path: string): string {
  const line = goMod.split('\n').find((candidate) =>
    candidate
      .trim()
      .replace(/^require /, '')
      .startsWith(`${path} `),
  );
  const version = line
    ?.trim()
    .replace(/^require /, '')
    .split(' ')[1];
  if (version === undefined) throw new ClusterError(`go.mod does not require ${path}`);
  return version;
}

/** Kubernetes with etcd, in one binary called `kube`. */
export function kubernetesProgram(): GoProgram {
  const folder = moduleFolder('kubernetes');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'k8s.io/kubernetes');
  const [major = '', minor = ''] = version.slice(1).split('.');
  const variable = 'k8s.io/component-base/version';
  return {
    name: 'kube',
    title: `Kubernetes ${version}`,
    moduleFolder: folder,
    packagePath: '.',
    variables: {
      [`${variable}.gitVersion`]: version,
      [`${variable}.gitMajor`]: major,
      [`${variable}.gitMinor`]: minor,
    },
  };
}

/** kwok, which plays the kubelets of nodes that do not exist. */
export function kwokProgram(): GoProgram {
  const folder = moduleFolder('kwok');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'sigs.k8s.io/kwok');
  return {
    name: 'kwok',
    title: `kwok ${version}`,
    moduleFolder: folder,
    packagePath: 'sigs.k8s.io/kwok/cmd/kwok',
  };
}

/** CoreDNS, with the plugins that a cluster needs. */
export function coreDnsProgram(): GoProgram {
  const folder = moduleFolder('coredns');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'github.com/coredns/coredns');
  return { name: 'coredns', title: `CoreDNS ${version}`, moduleFolder: folder, packagePath: '.' };
}

/** kube-network-policies, which says whether NetworkPolicies let a connection through. */
export function networkPolicyProgram(): GoProgram {
  const folder = moduleFolder('network-policies');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'sigs.k8s.io/kube-network-policies');
  return {
    name: 'kube-network-policies',
    title: `kube-network-policies ${version}`,
    moduleFolder: folder,
    packagePath: '.',
  };
}

/** What the embedded cluster runs of them. */
export function embeddedPrograms({ fakeNodes }: { readonly fakeNodes: number }): readonly GoProgram[] {
  const always = [kubernetesProgram(), coreDnsProgram(), networkPolicyProgram()];
  return fakeNodes > 0 ? [...always, kwokProgram()] : always;
}

/** kind, which makes clusters in Docker. */
export function kindProgram(): GoProgram {
  const folder = moduleFolder('kind');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'sigs.k8s.io/kind');
  return { name: 'kind', title: `kind ${version}`, moduleFolder: folder, packagePath: 'sigs.k8s.io/kind' };
}

/** versitygw, an S3 server whose buckets are folders; for tests. */
export function s3Program(): GoProgram {
  const folder = moduleFolder('versitygw');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'github.com/versity/versitygw');
  return {
    name: 'versitygw',
    title: `versitygw ${version}`,
    moduleFolder: folder,
    packagePath: 'github.com/versity/versitygw/cmd/versitygw',
  };
}

/** OPA, the policy engine whose REST API guards of lifecycles ask; for tests. */
export function opaProgram(): GoProgram {
  const folder = moduleFolder('opa');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'github.com/open-policy-agent/opa');
  return {
    name: 'opa',
    title: `OPA ${version}`,
    moduleFolder: folder,
    packagePath: 'github.com/open-policy-agent/opa',
  };
}

/** The Lua that Argo CD runs health scripts in; for tests. */
export function luaProgram(): GoProgram {
  const folder = moduleFolder('lua');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'github.com/yuin/gopher-lua');
  return {
    name: 'glua',
    title: `GopherLua ${version}`,
    moduleFolder: folder,
    packagePath: 'github.com/yuin/gopher-lua/cmd/glua',
  };
}

/** Helm, which installs the chart; for tests. */
export function helmProgram(): GoProgram {
  const folder = moduleFolder('helm-module');
  const version = requiredVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), 'helm.sh/helm/v4');
  const variable = 'helm.sh/helm/v4/internal/version';
  return {
    name: 'helm',
    title: `Helm ${version}`,
    moduleFolder: folder,
    packagePath: 'helm.sh/helm/v4/cmd/helm',
    variables: { [`${variable}.version`]: version },
  };
}
