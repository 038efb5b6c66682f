#!/usr/bin/env bash
# Runs the commands of docs/interop.md, which are the lines of its console blocks that begin with $. The others
# must be among what is printed, but for the speed.
#
# usage: interop_test.sh SOURCE_DIR LENET
set -euo pipefail
source_dir=$1 lenet=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir bin
ln -s "$lenet" bin/lenet
PATH=$PWD/bin:$PATH

lenet train --recipe fast --model lenet-relu --lr 0.05 --label-smoothing 0 --epochs 1 2>/dev/null
cp "$source_dir/tests/golden/lenet_seed0_init.safetensors" weights.safetensors
LC_ALL=C sed 's/"0\./"a./g; s/"3\./"b./g; s/"7\./"c./g; s/"9\./"d./g; s/"11\./"e1./g' weights.safetensors >module.safetensors
console=$(sed -n '/^```console$/,/^```$/p' "$source_dir/docs/interop.md" | grep -v '^```')
commands=$(sed -n 's/^\$ //p' <<<"$console")
bash -euxo pipefail -c "$commands" 2>&1 | tee log
cmp runs/latest/model.safetensors again.safetensors
[[ $(lenet --version) =~ avx|neon ]] || exit 0  # without FMA there are other bits
grep -v '^\$' <<<"$console" | sed 's/, [0-9.]* examples.*//' | while IFS= read -r line; do
  grep -qF -- "$line" log || { echo "docs/interop.md prints what the program does not: $line" >&2; exit 1; }
done
