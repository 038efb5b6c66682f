#!/usr/bin/env bash
# Kills a run again and again, at random times and with random signals, goes on with it each time, and
# wants the bytes of a run that was left alone.
#
# usage: kills.sh LENET KILLS
set -euo pipefail
lenet=$1 kills=$2
# In memory: what a kill leaves there is the same, and flushes to a disk take most of the time.
folder=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
RANDOM=${SEED:-1}

options=(--epochs 4 --batch-size 64 --lr 0.05 --momentum 0.9 --nesterov --schedule onecycle --holdout 0.1
  --keep-best --augment flip,shift=1 --normalize --ema 0.99 --checkpoint-every 40steps --threads 1
  --model "AvgPool2d(4) Flatten Linear(16) BatchNorm1d ReLU Dropout(0.1) Linear(10)")
# Milliseconds, of which this machine's other work may make many.
now() { local us=${EPOCHREALTIME//[.,]/}; echo $((us / 1000)); }

start=$(now)
"$lenet" train "${options[@]}" --out alone >/dev/null 2>&1
whole=$(($(now) - start))

# same FILE: the run that was killed has the same bytes.
same() { cmp "alone/$1" "killed/$1"; }

done_kills=0 rounds=0
while ((done_kills < kills)); do
  rm -rf killed
  most=$((whole / 2 + 1))
  "$lenet" train "${options[@]}" --out killed >log 2>&1 &
  for (( ; ; )); do
    pid=$!
    signal=$(shuf -n 1 -e KILL KILL TERM INT --random-source=<(yes $RANDOM))
    # At any time of a run, and later and later, so that one that is stopped again and again gets on.
    most=$((most + whole / 20)) wait=$((RANDOM * RANDOM % most))
    sleep "$((wait / 1000)).$(printf %03d $((wait % 1000)))"
    kill -s "$signal" "$pid" 2>/dev/null || true
    status=0
    wait "$pid" || status=$?
    ((status == 0)) && break
    case $signal in KILL) want=137 ;; TERM) want=143 ;; INT) want=130 ;; esac
    ((status == want)) || { echo "exit code $status after SIG$signal, want $want" >&2; cat log >&2; exit 1; }
    done_kills=$((done_kills + 1))
    if compgen -G 'killed/checkpoint*' >/dev/null; then
      "$lenet" train --resume killed >log 2>&1 &
    else
      "$lenet" train "${options[@]}" --out killed --force >log 2>&1 &
    fi
  done
  same model.safetensors
  same model_ema.safetensors
  same metrics.jsonl
  same curves.svg
  rounds=$((rounds + 1))
done
echo "$done_kills kills in $rounds runs, nothing lost"
