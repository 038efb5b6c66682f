#!/usr/bin/env bash
# Runs the README's commands in an empty folder and compares its program with examples/quickstart.cc.
#
# usage: readme_test.sh SOURCE_DIR LENET
set -euo pipefail
source_dir=$1 lenet=$2
readme=$source_dir/README.md

# block LANGUAGE: the lines of the code blocks of that language.
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$readme" | grep -v '^```'; }

if grep -n '@[A-Z_]*@' "$readme" "$source_dir"/docs/*.md; then
  echo "a figure is missing" >&2
  exit 1
fi
if ! diff <(block cpp) "$source_dir/examples/quickstart.cc"; then
  echo "README.md and examples/quickstart.cc differ" >&2
  exit 1
fi
# The Chinese page has no command that is not run here.
while IFS= read -r command; do
  grep -qxF -- "$command" "$readme" || { echo "README.zh.md: not in README.md: $command" >&2; exit 1; }
done < <(sed -n '/^```sh$/,/^```$/p' "$source_dir/README.zh.md" | grep -v '^```')

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# What is installed and built already stands in for ./run and build/release. One epoch says as much as ten.
commands=$(block sh | sed -e "s|^\./run train|\"$lenet\" train --epochs 1|" -e "s|^build/release/lenet|\"$lenet\"|")
echo "$commands"
bash -euo pipefail -c "$commands"
for file in model.safetensors metrics.jsonl curves.svg run.json; do
  test -s "runs/latest/$file"
done
