import type { AgentWork } from '../../../api/runner-work.ts';
import { quote } from '../../../core/quote.ts';
import type { Secrets } from '../secrets.ts';
import { ToolFailure } from '../tools/tool.ts';
import { splitPath } from '../tools/workspace.ts';
import { invalid } from './workspace-error.ts';

/** A git repository as a task says it. */
export type GitSource = NonNullable<NonNullable<AgentWork['workspace']>['git']>;

/** The address of a repository. @throws WorkspaceError unless it is one of the web, without a secret in it */
export function addressOf({ url }: GitSource): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:')
    throw invalid(`the repository has to be reached by https or http, not as ${quote(url)}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw invalid(
      'the address of the repository may have no user or password in it; name a Secret in `credentialsRef`',
    );
  return parsed.href;
}

/** What no name of a branch or tag has (git-check-ref-format), and what looks like an option. */
const badRef = /^[-/]|[/.]$|\.lock(\/|$)|\.\.|\/\/|(^|\/)\.|@\{|^@$|[\0-\x20\x7f~^:?*[\\]/;

/** What of the repository may be meant, the likeliest first. @throws WorkspaceError for what can be no name */
export function candidatesOf({ ref }: GitSource): readonly string[] {
  if (ref === undefined) return ['HEAD'];
  if (badRef.test(ref)) throw invalid(`${quote(ref)} can be no branch, tag or commit`);
  if (ref === 'HEAD' || ref.startsWith('refs/')) return [ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

/** Whether it is a commit, by its whole name. */
export const isCommit = (ref: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);

/** The folders of the part that is taken; none for all of it. @throws WorkspaceError for a path that leads out */
export function folderOf({ path = '.' }: GitSource): readonly string[] {
  try {
    return splitPath(path);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    throw invalid(`the path ${quote(path)} of the repository cannot be used: ${error.message}`);
  }
}

/**
 * The environment of a command of git that asks the server. A token is shown to that server alone: it is in no argument and in no
 * file; `user:password` is taken as it is. NOTE: redirects are never followed: only the host that the task names was allowed.
 */
export function accessOf({ tokenVariable }: GitSource, secrets: Secrets): Readonly<Record<string, string>> {
  const settings = [['http.followRedirects', 'false']];
  if (tokenVariable !== undefined) settings.push(['http.extraHeader', authorizationOf(tokenVariable, secrets)]);
  const written = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    GIT_ALLOW_PROTOCOL: 'https:http',
    GIT_CONFIG_COUNT: `${settings.length}`,
    ...(Object.fromEntries(written) as Record<string, string>),
  };
}

function authorizationOf(tokenVariable: string, secrets: Secrets): string {
  const token = secrets.valueOf(tokenVariable)?.trim();
  if (token === undefined) throw invalid(`the variable ${tokenVariable} with the token of the repository is not set`);
  const pair = token.includes(':') ? token : `x-access-token:${token}`;
  return `Authorization: Basic ${Buffer.from(pair).toString('base64')}`;
}
