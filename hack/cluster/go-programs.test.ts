import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  coreDnsProgram,
  helmProgram,
  kindProgram,
  kubernetesProgram,
  kwokProgram,
  luaProgram,
  networkPolicyProgram,
  opaProgram,
  requiredVersion,
  s3Program,
} from './go-programs.ts';

describe('requiredVersion', () => {
  it('reads a single requirement and one in a block', () => {
    expect(requiredVersion('require example.com/a v1.2.3\n', 'example.com/a')).toBe('v1.2.3');
    const block = 'require (\n\texample.com/ab v9.0.0\n\texample.com/a v1.2.3 // indirect\n)\n';
    expect(requiredVersion(block, 'example.com/a')).toBe('v1.2.3');
  });

  it('refuses a go.mod without it', () => {
    expect(() => requiredVersion('module x\n', 'example.com/a')).toThrow('does not require example.com/a');
  });
});

describe('the programs', () => {
  const programs = [kubernetesProgram(), kwokProgram(), coreDnsProgram(), kindProgram(), s3Program(), opaProgram()];
  it.each([...programs, luaProgram(), helmProgram(), networkPolicyProgram()])(
    '$title comes from a module with checksums',
    ({ title, moduleFolder }) => {
      expect(title).toMatch(/ v\d+\.\d+\.\d+$/);
      expect(existsSync(join(moduleFolder, 'go.sum'))).toBe(true);
    },
  );

  it('tell Kubernetes its version, which it cannot know from its module', () => {
    const { title, variables } = kubernetesProgram();
    expect(variables?.['k8s.io/component-base/version.gitVersion']).toBe(title.split(' ')[1]);
    expect(variables?.['k8s.io/component-base/version.gitMinor']).toMatch(/^\d+$/);
  });
});
