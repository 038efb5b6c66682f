#!/usr/bin/env bash
# Checks and measures the CUDA back end on this machine's first graphics card, and prints a table last.
#
# usage: bench/gpu.sh    (on a machine with a card, its driver and CUDA 12 or later; under ten minutes)
#
# The tests on the card, compute-sanitizer's three tools over some of them, speed by `lenet bench`, ten epochs by the wall clock,
# memory, and PyTorch on the same card if python3 has a PyTorch with CUDA. Clocks and modes of the card are left as they are.
# What fails is named in the table, and the rest goes on. Logs lie in build/gpu.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/gpu
lenet=$root/build/release/lenet
tests=$root/build/release/tests/cuda/gpu_test
rm -rf "$work"
mkdir -p "$work"
checks=()

build() {
  "$root/run" build >"$work/build.log" 2>&1 && return
  [[ -x $lenet && -x $tests ]] || { tail -5 "$work/build.log"; echo "the build failed: $work/build.log"; exit 1; }
  checks+=("not built anew ($work/build.log)")
}

run_tests() {
  [[ -x $tests ]] || { echo "this build has no CUDA back end: CMake found no CUDA 12 or later"; exit 1; }
  "$tests" >"$work/tests.log" 2>&1
  case $? in
    0) checks+=("tests pass") ;;
    77) cat "$work/tests.log"; exit 1 ;;
    *) checks+=("TESTS FAIL: $work/tests.log") ;;
  esac
}

sanitize() {
  local sanitizer
  sanitizer=$(command -v compute-sanitizer || echo "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer")
  [[ -x $sanitizer ]] || { checks+=("no compute-sanitizer"); return; }
  for tool in memcheck racecheck initcheck; do
    timeout 100 "$sanitizer" --tool "$tool" --error-exitcode 9 "$tests" \
      --gtest_filter='*CudaNetworks*:*CudaFit*Momentum:CudaTrainer.StepsAtOnce*' >"$work/$tool.log" 2>&1
    case $? in
      0) checks+=("$tool clean") ;;
      124) checks+=("$tool not done in 100 s") ;;
      *) checks+=("$tool FAILS: $work/$tool.log") ;;
    esac
  done
}

# train NAME [options...]: a run of ten epochs, or what the options say; its JSON in NAME.json.
train() {
  "$lenet" train --device cuda --json --out "$work/$1" --force "${@:2}" >"$work/$1.json" 2>"$work/$1.log" ||
    rm -f "$work/$1.json"
}

memory_in_use() {
  nvidia-smi -i 0 --query-gpu=memory.used --format=csv,noheader,nounits 2>/dev/null | grep -Ex '[0-9]+'
}

# MiB that the card holds in a run more than before it, the context included; none where it cannot be read.
measure_memory() {
  local before used most=0
  before=$(memory_in_use) || return
  train memory-run &
  while kill -0 $! 2>/dev/null; do
    used=$(memory_in_use) && ((used > most)) && most=$used
    sleep 0.02
  done
  ((most > before)) && echo $((most - before)) >"$work/memory.txt"
}

compare_with_pytorch() {
  python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || return
  for way in eager compiled graph; do
    timeout 120 python3 "$root/bench/compare/pytorch_gpu.py" cuda:0 "$way" 2>"$work/torch-$way.log" ||
      echo "{\"way\": \"$way\", \"error\": \"$work/torch-$way.log\"}"
  done >"$work/torch.jsonl"
}

build
run_tests
sanitize
"$lenet" bench --device cuda --rounds 5 --json >"$work/bench.json" 2>"$work/bench.log" || rm -f "$work/bench.json"
for i in 1 2 3 4 5; do
  train "train$i"
  train "start$i" --epochs 1 --max-steps 1
done
measure_memory
compare_with_pytorch

nvidia-smi -i 0 --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || echo "which card is not known: nvidia-smi fails"
printf '%s\n' "${checks[@]}"
python3 "$root/bench/compare/gpu_table.py" "$work"
