#!/usr/bin/env bash
# Opens a model of lenet in PyTorch by examples/load_in_pytorch.py, which says of an image what lenet says.
#
# usage: pytorch_test.sh LENET EXAMPLE
set -euo pipefail
lenet=$1 example=$2
images=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz
/usr/bin/python3 -c 'import torch' 2>/dev/null || { echo "skipped: no PyTorch"; exit 77; }
[[ -e $images ]] || { echo "skipped: no Fashion-MNIST"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$lenet" train --out "$folder/run" --lr 0.5 --batch-size 64 --max-steps 900 2>/dev/null
{ zcat "$images" || true; } 2>/dev/null | head -c 800 >"$folder/first"  # a header of 10,000 images and the first
{ head -c 4 "$folder/first"; printf '\0\0\0\1'; tail -c +9 "$folder/first"; } >"$folder/image"
want=$("$lenet" predict "$folder/run" "$folder/image" --top 1 --json |
  /usr/bin/python3 -c 'import json, sys; t = json.load(sys.stdin)[0]["top"][0]; print(t["label"], "%.3f" % t["probability"])')
got=$(/usr/bin/python3 "$example" "$folder/run/model.safetensors" "$images")
echo "lenet: $want; PyTorch: $got"
[[ "${got#* }" == "$want" ]]
