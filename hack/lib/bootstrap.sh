# Sourced by the launchers beside it: makes sure that node_modules is what package-lock.json says and that the Node in it
# is new enough, then leaves the project's root in $root and that Node in $node.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$root/node_modules/.bin/node

bootstrap_fail() {
  printf 'conclave: %s\n' "$@" >&2
  exit 1
}

# npm writes node_modules/.package-lock.json at the end of every install: older than the lock file means out of date.
bootstrap_installed() {
  [ -e "$root/node_modules/.package-lock.json" ] && [ ! "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]
}

bootstrap_install() {
  command -v npm >/dev/null || bootstrap_fail "npm is missing; install Node.js 22.19 or newer, which brings it (https://nodejs.org)"
  echo "conclave: installing the packages of package-lock.json (npm ci)" >&2
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error >&2) || bootstrap_fail "npm ci failed in $root"
}

bootstrap_node() {
  local version
  version=$("$node" --version 2>/dev/null) || version=none
  case $version in
    v22.19.* | v22.[2-9][0-9].* | v2[3-9].* | v[3-9][0-9].*) ;;
    *) bootstrap_fail "Node 22.19 or newer is needed, but node_modules/.bin/node is: $version" \
      "Its install script was probably switched off; run: npm ci --ignore-scripts=false" ;;
  esac
}

bootstrap() {
  if ! bootstrap_installed; then
    # Two launchers at once must not both run npm ci on one folder.
    if command -v flock >/dev/null; then
      mkdir -p "$root/.cache"
      exec 9>"$root/.cache/bootstrap.lock"
      flock 9
    fi
    bootstrap_installed || bootstrap_install
    if command -v flock >/dev/null; then exec 9>&-; fi
  fi
  bootstrap_node
}

bootstrap
