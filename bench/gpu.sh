#!/usr/bin/env bash
# Checks and measures the CUDA back end on this machine's first graphics card, and prints a table last.
#
# usage: bench/gpu.sh    (on a machine with a card, its driver and CUDA 12 or later; under ten minutes)
#
# The tests on the card, compute-sanitizer's three tools over some of them, speed by `lenet bench`, ten epochs by the wall clock,
# memory, and PyTorch on the same card if python3 has a PyTorch with CUDA. Clocks and modes of the card are left as they are.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/gpu
lenet=$root/build/release/lenet
tests=$root/build/release/tests/cuda/gpu_test
mkdir -p "$work"

"$root/run" build
rc=0
"$tests" >"$work/tests.log" 2>&1 || rc=$?
if ((rc == 77)); then
  cat "$work/tests.log"
  exit 1
fi
((rc == 0)) && checks="tests pass" || checks="TESTS FAIL, see $work/tests.log"

sanitizer=$(command -v compute-sanitizer || echo "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer")
for tool in memcheck racecheck initcheck; do
  if [[ ! -x $sanitizer ]]; then
    checks+=", $tool not run (no compute-sanitizer)"
  elif timeout 120 "$sanitizer" --tool "$tool" --error-exitcode 9 "$tests" \
    --gtest_filter='*CudaNetworks*:CudaTrainer.StepsAtOnce*' >"$work/$tool.log" 2>&1; then
    checks+=", $tool clean"
  else
    checks+=", $tool FAILS: $work/$tool.log"
  fi
done

"$lenet" bench --device cuda --rounds 5 --json >"$work/bench.json"
for i in 1 2 3 4 5; do
  "$lenet" train --device cuda --json --out "$work/run$i" --force >"$work/train$i.json" 2>/dev/null &
  pid=$!
  # The most memory that the process holds on the card, the context included.
  most=0
  while kill -0 "$pid" 2>/dev/null; do
    used=$(nvidia-smi --query-compute-apps=pid,used_memory --format=csv,noheader,nounits 2>/dev/null |
      awk -F', ' -v pid="$pid" '$1 == pid { print $2 }')
    ((${used:-0} > most)) && most=$used
    sleep 0.02
  done
  wait "$pid"
  echo "$most" >"$work/memory$i"
done

: >"$work/torch.jsonl"
if python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  for way in eager compiled graph; do
    timeout 120 python3 "$root/bench/compare/pytorch_gpu.py" cuda:0 "$way" >>"$work/torch.jsonl" || true
  done
fi

nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1
echo "$checks"
python3 "$root/bench/compare/gpu_table.py" "$work"
