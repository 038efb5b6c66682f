#!/usr/bin/env bash
# Runs onnxruntime_logits.mjs with ONNX Runtime from npm, which is installed at the first run. 77: skipped.
#
# usage: onnxruntime_test.sh MODULES FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules=$1 folder=$2
version=1.22.0
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: no node or npm"; exit 77; }
if [[ ! -d $modules/node_modules/onnxruntime-web ]]; then
  mkdir -p "$modules"
  timeout 300 npm install --silent --no-audit --no-fund --prefix "$modules" "onnxruntime-web@$version" >/dev/null ||
    { echo "skipped: npm cannot install onnxruntime-web@$version"; exit 77; }
fi
exec node "$here/onnxruntime_logits.mjs" "$modules" "$folder"
