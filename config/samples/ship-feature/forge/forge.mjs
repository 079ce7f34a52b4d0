// A small forge: the repository `parcels`, which anybody may clone and read at port 8080, and at port 8081 an API that takes
// changes and merges them. What is in /seed is its first commit. It keeps everything in /data, as long as its pod lives.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const repository = '/data/parcels.git';
const identity = (name) => {
  const mail = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@parcels.example`;
  return Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, name],
      [`GIT_${who}_EMAIL`, mail],
    ]),
  );
};

/** What git prints; `input` is what it reads, `environment` stands beside the process's own. */
function git(words, { input, environment = {} } = {}) {
  const env = { PATH: process.env.PATH, HOME: '/data', GIT_DIR: repository, ...environment };
  return execFileSync('git', words, { env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] }).trimEnd();
}

const commitOf = (ref) => git(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`]);

const pathsOf = (commit) => git(['ls-tree', '-r', '--name-only', commit]).split('\n').filter(Boolean);

/** A commit of other files on top of one, or of nothing; it is on no branch yet. */
function makeCommit(parent, files, { message, author }) {
  const environment = { GIT_INDEX_FILE: `${repository}/index-${process.hrtime.bigint()}` };
  if (parent !== undefined) git(['read-tree', parent], { environment });
  for (const [path, content] of Object.entries(files)) {
    const blob = git(['hash-object', '-w', '--stdin'], { input: content });
    git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { environment });
  }
  const tree = git(['write-tree'], { environment });
  const parents = parent === undefined ? [] : ['-p', parent];
  return git(['commit-tree', tree, ...parents], { input: message, environment: identity(author) });
}

class Refusal extends Error {}

function text(body, field, most) {
  const value = body?.[field];
  if (typeof value !== 'string' || value === '' || value.length > most)
    throw new Refusal(`${field} has to be a text of 1 to ${most} characters`);
  return value;
}

const reading = {
  'GET /healthz': () => ({ ready: true }),

  /** The files of a commit: {commit, files}. */
  'GET /api/files': (_, parameters) => {
    const commit = commitOf(parameters.get('ref') ?? 'main');
    const files = pathsOf(commit).map((path) => [path, `${git(['show', `${commit}:${path}`])}\n`]);
    return { commit, files: Object.fromEntries(files) };
  },
};

const writing = {
  /** Proposes new content for a file that is there: {commit, branch, diff}. The same change twice is one change. */
  'POST /api/changes': (body) => {
    const base = commitOf('main');
    const path = text(body, 'path', 200);
    if (!pathsOf(base).includes(path)) throw new Refusal(`there is no file ${path}`);
    const change = { path, content: text(body, 'content', 100_000), message: text(body, 'message', 2_000) };
    const author = text(body, 'author', 60);
    const branch = `change-${createHash('sha256')
      .update(JSON.stringify([base, change]))
      .digest('hex')
      .slice(0, 12)}`;
    const known = git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
    const commit = known || makeCommit(base, { [path]: `${change.content.trimEnd()}\n` }, { ...change, author });
    git(['update-ref', `refs/heads/${branch}`, commit]);
    return { commit, branch, diff: git(['diff', base, commit]) };
  },

  /** Moves `main` on to a commit that stands on it: {commit}. Where it stands already, nothing moves. */
  'POST /api/merges': (body) => {
    const commit = commitOf(text(body, 'commit', 64));
    const main = commitOf('main');
    if (git(['merge-base', main, commit]) !== main) throw new Refusal('main has moved on: propose the change again');
    git(['update-ref', 'refs/heads/main', commit, main]);
    return { commit };
  },
};

async function answer(routes, request, { pathname, searchParams }) {
  const route = routes[`${request.method} ${pathname}`];
  if (route === undefined) return [404, { error: `there are ${Object.keys(routes).join(', ')}` }];
  let sent = '';
  for await (const part of request.setEncoding('utf8')) {
    sent += part;
    if (sent.length > 200_000) return [413, { error: 'that is too much' }];
  }
  try {
    return [200, route(sent === '' ? undefined : JSON.parse(sent), searchParams)];
  } catch (error) {
    const isTheirs = error instanceof Refusal || error instanceof SyntaxError;
    return [isTheirs ? 422 : 500, { error: String(error.message) }];
  }
}

/** git's own server, for clones; nobody pushes. */
function serveGit(request, response, { pathname, search }) {
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: '/data', GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname },
      ...{ QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method },
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
    },
  });
  request.pipe(backend.stdin);
  const parts = [];
  backend.stdout.on('data', (part) => parts.push(part));
  backend.on('close', () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf('\r\n\r\n');
    const lines = all.subarray(0, end).toString().split('\r\n');
    const { Status = '200', ...headers } = Object.fromEntries(lines.map((line) => line.split(': ', 2)));
    response.writeHead(Number.parseInt(Status, 10), headers).end(all.subarray(end + 4));
  });
}

if (!existsSync(repository)) {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  const names = readdirSync('/seed').filter((name) => name.endsWith('.py'));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(`/seed/${name}`, 'utf8')]));
  const first = makeCommit(undefined, files, { message: 'Say what delivery costs', author: 'Parcels' });
  git(['update-ref', 'refs/heads/main', first]);
}

const serve = (routes) => (request, response) => {
  const address = new URL(request.url, 'http://forge');
  if (routes === reading && address.pathname.startsWith('/parcels.git/')) {
    serveGit(request, response, address);
    return;
  }
  void answer(routes, request, address).then(([status, body]) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
};

createServer(serve(reading)).listen(8080);
createServer(serve(writing)).listen(8081);
