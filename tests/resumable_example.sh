#!/usr/bin/env bash
# Kills the example behind its first checkpoint, starts it again, and compares its weights with
# those of one that was left alone.
#
# usage: resumable_example.sh PROGRAM
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder/killed" 2>"$folder/log" & pid=$!
until [[ -s $folder/killed/checkpoint.safetensors ]]; do
  kill -0 "$pid" || { cat "$folder/log"; exit 1; }
  sleep 0.1
done
kill -9 "$pid"
wait "$pid" || true
[[ ! -e $folder/killed/model.safetensors ]]
"$1" "$folder/killed"
"$1" "$folder/alone" | grep -q '^test accuracy 0\.[78]'
cmp "$folder/killed/model.safetensors" "$folder/alone/model.safetensors"
