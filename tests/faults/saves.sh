#!/usr/bin/env bash
# Kills a run at every system call of its saves, and fails every one of them, once and from then on; goes on with the
# run, and wants the bytes of one that was left alone. The system calls are those that strace sees, or the library's
# that a preloaded object sees. The object fails each with each error; strace, which sees some more calls but doubles a
# run's time, with one error each, in turn.
#
# usage: saves.sh LENET strace|OBJECT
set -euo pipefail
lenet=$1 by=$2
# In memory: what a kill leaves there is the same, and flushes to a disk take most of the time.
folder=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

if [[ $by == strace ]] && ! strace -o /dev/null true 2>/dev/null; then
  echo "skipped: strace is missing or may not trace here"
  exit 77
fi

# Three classes of 40 images of 8x8, drawn by a linear congruence.
awk 'BEGIN { x = 1; for (i = 0; i < 120; ++i) { printf i % 3;
  for (k = 0; k < 64; ++k) { x = (x * 1103515245 + 12345) % 2147483648; printf ",%d", int(x / 8388608) } print "" } }' >data.csv
options=(--data data.csv --test-split 0.2 --model "Flatten Linear(8) BatchNorm1d ReLU Linear(3)" --batch-size 16 --epochs 2
  --lr 0.1 --momentum 0.9 --ema 0.9 --threads 1 --checkpoint-every 4steps)
calls=openat,write,pwrite64,fsync,rename,close

# results RUN: the sums of the files that must not depend on faults.
results() (cd "$1" && sha256sum model.safetensors model_ema.safetensors metrics.jsonl curves.svg)

"$lenet" train "${options[@]}" --out alone >/dev/null 2>&1
wanted=$(results alone)
# The numbers of the calls from the run's folder on: "write 7".
train=("$lenet" train "${options[@]}" --out)
if [[ $by == strace ]]; then
  strace -f -e "trace=$calls,mkdir" -o trace "${train[@]}" traced >log 2>&1
else
  LD_PRELOAD=$by INJECT_TRACE=trace "${train[@]}" traced >log 2>&1
fi
awk '/ mkdir\(/ { saving = 1 } match($0, / (openat|write|pwrite64|fsync|rename|close)\(/) {
  call = substr($0, RSTART + 1, RLENGTH - 2); ++count[call]; if (saving) print call, count[call] }' trace >points

# injected INJECTION: a run under it.
injected() {
  if [[ $by == strace ]]; then
    timeout -s KILL 300 strace -f -o /dev/null -e "inject=$1" "${train[@]}" disturbed
  else
    LD_PRELOAD=$by INJECT=$1 timeout -s KILL 300 "${train[@]}" disturbed
  fi
}

# fault INJECTION: a run under it, gone on with until it ends; wants the files of the run left alone.
fault() {
  local status=0
  rm -rf disturbed
  injected "$1" >log 2>&1 || status=$?
  if ((status > 128 && status != 137)) || [[ $status == 137 && $1 != *KILL* ]]; then
    echo "$1: exit code $status" >&2
    cat log >&2
    exit 1
  fi
  if ((status != 0)) && compgen -G 'disturbed/checkpoint*.safetensors' >/dev/null; then
    "$lenet" train --resume disturbed >log 2>&1 || { echo "$1: does not go on" >&2; cat log >&2; exit 1; }
  elif ((status != 0)); then
    "${train[@]}" disturbed --force >log 2>&1
  fi
  local got
  got=$(results disturbed) && [[ $got == "$wanted" ]] || { echo "$1: want"$'\n'"$wanted"$'\n'"got"$'\n'"$got" >&2; exit 1; }
}

all_errors=(ENOSPC EIO EDQUOT)
kills=0 faults=0
while read -r call n; do
  fault "$call:signal=KILL:when=$n"
  kills=$((kills + 1))
  errors=("${all_errors[@]}")
  if [[ $by == strace ]]; then errors=("${all_errors[kills % 3]}"); fi
  for error in "${errors[@]}"; do
    fault "$call:error=$error:when=$n"
    fault "$call:error=$error:when=$n+"
  done
  fault "$call:error=EINTR:when=$n"
  fault "$call:error=EINTR:when=$n..$((n + 9))"  # an interruption of every call for ever does not happen
  faults=$((faults + 2 * ${#errors[@]} + 2))
done <points
echo "$kills kills and $faults faults at $(wc -l <points) calls, nothing lost"
