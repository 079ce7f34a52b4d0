import { describe, expect, it } from 'vitest';
import { checkHostOf, checkToolHosts } from './check-hosts.ts';

const rules = (...allowedHosts: string[]) => ({ namespace: 'team', allowedHosts });

describe('the host of a URL', () => {
  it.each<[string, string[]]>([
    ['https://api.example.com:8443/v1', ['api.example.com']],
    ['https://API.example.com./v1', ['*.example.com']],
    ['http://[fd00::1]:8000/v1', ['fd00::1']],
    ['http://qwen.models/v1', ['qwen.models']],
  ])('%s is within %s', (url, allowed) => {
    expect(checkHostOf(url, 'x', rules(...allowed))).toBeUndefined();
  });

  it.each<[string, string[]]>([
    ['https://api.example.com.evil.test/', ['api.example.com', '*.example.com']],
    ['https://api.example.com@evil.test/', ['api.example.com']],
    ['https://example.com/', ['*.example.com']],
    ['git@example.com:shop.git', ['example.com']],
    ['/srv/shop.git', ['example.com']],
    ['https://api.example.com/', []],
  ])('%s is not within %s', (url, allowed) => {
    expect(checkHostOf(url, 'x', rules(...allowed))?.reason).toBe('HostNotAllowed');
  });

  it('is named with where it stands, and with who does not allow it', () => {
    expect(checkHostOf('https://evil.test/a', 'the `url`', rules('a.test', '*.b.test'))?.message).toBe(
      `the Tenant of the namespace 'team' does not allow the host "evil.test" in the \`url\`. Hosts: a.test, *.b.test`,
    );
  });

  it('is any where the Tenant lists none', () => {
    expect(checkHostOf('anything', 'x', { namespace: 'team' })).toBeUndefined();
    expect(checkToolHosts({ name: 'http', allowedHosts: ['*.evil.test'] }, { namespace: 'team' })).toBeUndefined();
  });
});

describe('the hosts of a tool', () => {
  it.each<[string, string[]]>([
    ['a.test', ['a.test']],
    ['*.a.test', ['*.a.test']],
    ['*.b.a.test', ['*.a.test']],
    ['b.a.test', ['*.a.test']],
  ])('%s are within %s', (host, allowed) => {
    expect(checkToolHosts({ name: 'http', allowedHosts: [host] }, rules(...allowed))).toBeUndefined();
  });

  it.each<[string, string[]]>([
    ['*.a.test', ['a.test']],
    ['*.a.test', ['any.a.test']],
    ['*.a.test', ['*.b.a.test']],
    ['*.test', ['*.a.test']],
    ['a.test', ['*.a.test']],
    ['*', ['*.a.test']],
  ])('%s are not within %s', (host, allowed) => {
    expect(checkToolHosts({ name: 'http', allowedHosts: ['x.a.test', host] }, rules('x.a.test', ...allowed))).toEqual({
      reason: 'HostNotAllowed',
      message: expect.stringContaining(`the host "${host}" in \`allowedHosts\` of the tool 'http'`) as string,
    });
  });
});
