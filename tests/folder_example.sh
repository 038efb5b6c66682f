#!/usr/bin/env bash
# Draws two classes of images, dark and light PGM files, and trains the example on them.
#
# usage: folder_example.sh PROGRAM
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for class in dark light; do
  mkdir -p "$folder/images/$class"
  for i in {1..40}; do
    { printf 'P2 8 8 255\n'; for k in {1..64}; do echo $((RANDOM % 100 + (${#class} - 4) * 150)); done; } \
      >"$folder/images/$class/$i.pgm"
  done
done
"$1" "$folder/images" "$folder/model.safetensors" | tee "$folder/log"
grep -q 'epoch 10: test accuracy 1.000' "$folder/log"
[[ -s $folder/model.safetensors ]]
