#!/usr/bin/env bash
# Runs the snippets of docs/guide.md in an empty folder: what the page shows as their output must be
# the lines that they print, in its order.
#
# usage: guide_test.sh SOURCE_DIR PROGRAM_IN_CXX PROGRAM_IN_C
set -euo pipefail
source_dir=$1 cxx=$2 c=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
awk -v language=output -f "$source_dir/tests/guide.awk" "$source_dir/docs/guide.md" >want
{ "$cxx" 2>stderr && "$c"; } >found || { cat stderr found; exit 1; }
diff want found
