#!/usr/bin/env bash
# The page itself, in a copy of web/ with its packages from npm, installed at the first run. 77: skipped.
#
# usage: web_test.sh SOURCE_DIR COPY install|sources|browser|program [LENET]
#
# sources: web/dist/page.html is what the sources give, byte for byte; their types and unit tests.
# browser: in Chromium, against a server that plays runs. program: against lenet itself.
set -euo pipefail
source=$1 copy=$2 job=$3
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: no node or npm"; exit 77; }
if [[ $job == install ]]; then
  mkdir -p "$copy"
  tar -C "$source/web" --exclude=node_modules -cf - . | tar -C "$copy" -xf -
  cd "$copy"
  cmp -s package-lock.json node_modules/.installed && exit
  timeout 300 npm ci --silent --no-audit --no-fund >/dev/null || { echo "skipped: npm cannot install the packages"; exit 77; }
  cp package-lock.json node_modules/.installed
  exit
fi
cd "$copy"
[[ -f node_modules/.installed ]] || { echo "skipped: no packages"; exit 77; }
if [[ $job == sources ]]; then
  npm run -s check
  npm run -s build
  cmp dist/page.html "$source/web/dist/page.html" ||
    { echo "web/dist/page.html is not what web/src gives: run npm ci && npm run build in web/" >&2; exit 1; }
  exec npm test
fi
export CHROMIUM=${CHROMIUM:-/usr/bin/chromium} LENET=${4:-}
[[ -x $CHROMIUM ]] || { echo "skipped: no $CHROMIUM"; exit 77; }
exec npm run -s "$job"
