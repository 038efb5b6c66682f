#!/usr/bin/env bash
# Fails the lock of a run's folder: a file system without locks does not keep a run from going, any other error does.
#
# usage: locks.sh LENET OBJECT, which is preloaded
set -euo pipefail
lenet=$1 inject=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for ((i = 0; i < 120; ++i)); do echo "$((i % 3)),$((i % 3 * 80)),$((i * 7 % 50)),0,9"; done >data.csv

# train INJECTION: a run under it; its exit code in `status`.
train() {
  status=0
  LD_PRELOAD=$inject INJECT=$1 "$lenet" train --data data.csv --test-split 0.2 --model "Flatten Linear(3)" \
    --batch-size 16 --epochs 1 --threads 1 --out out --force >log 2>&1 || status=$?
}

# want CODE INJECTION
want() {
  train "$2"
  ((status == $1)) || { echo "$2: exit code $status, want $1" >&2; cat log >&2; exit 1; }
}

for error in ENOLCK ENOSYS EOPNOTSUPP EINTR; do want 0 "flock:error=$error:when=1"; done
want 5 "flock:error=EIO:when=1"
grep -q 'out/lock: cannot lock: Input/output error; ' log || { cat log >&2; exit 1; }
