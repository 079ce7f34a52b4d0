import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, LockedPackage>> };
const { allowScripts } = read('package.json') as { readonly allowScripts: Readonly<Record<string, boolean>> };

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const installed = Object.entries(packages).filter(([path]) => path !== '');
const named = (name: string) => installed.filter(([path]) => nameOf(path) === name);
const shipped = installed.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);

describe('the dependencies', () => {
  it('have one client-node, and it is version 2', () => {
    expect(named('@kubernetes/client-node').map(([, { version }]) => version?.split('.')[0])).toEqual(['2']);
  });

  it('have one undici, the one whose dispatchers client-node makes', () => {
    expect(named('undici')).toHaveLength(1);
  });

  it('do not have the request package, which nobody maintains', () => {
    expect(named('request')).toEqual([]);
  });

  it('run no install script but those that package.json allows', () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const platformOnly = ['fsevents']; // for macOS alone, and it works without its script
    const names = scripted.map(([path]) => nameOf(path)).filter((name) => !platformOnly.includes(name));
    expect(names.filter((name) => allowScripts[name] !== true)).toEqual([]);
  });

  it('are shipped under licences that allow it', () => {
    const allowed = /^\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense)\b/;
    const permitted = [
      'argparse: PSF-2.0', // permissive; js-yaml's own command line uses it
      'png-js: no licence', // in its package.json; the LICENSE file beside it is MIT's
    ];
    const doubtful = shipped
      .filter(([, { license }]) => license === undefined || !allowed.test(license))
      .map(([path, { license }]) => `${nameOf(path)}: ${license ?? 'no licence'}`);
    expect(doubtful.filter((one) => !permitted.includes(one))).toEqual([]);
  });

  it('are locked by their content and by no address', () => {
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});
