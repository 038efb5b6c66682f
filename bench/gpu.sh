#!/usr/bin/env bash
# Checks and measures the CUDA back end on this machine's first graphics card, and prints a table last.
#
# usage: bench/gpu.sh    (on a machine with a card, its driver and CUDA 12 or later; under ten minutes after the build)
#
# The tests on the card, speed by `lenet bench`, ten epochs by the wall clock, memory, PyTorch on the same card if python3 has a
# PyTorch with CUDA, and in the time that is left compute-sanitizer's three tools over some of the tests. Clocks and modes of the
# card are left as they are. What fails is named, and the rest goes on. Logs lie in build/gpu.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/gpu
lenet=$root/build/release/lenet
tests=$root/build/release/tests/cuda/gpu_test
rm -rf "$work"
mkdir -p "$work"
checks=()
seconds_in_all=570
export CUDA_DEVICE_ORDER=PCI_BUS_ID  # CUDA counts the cards as nvidia-smi does
card=${CUDA_VISIBLE_DEVICES:-0}
card=${card%%,*}

# limited SECONDS COMMAND...: the command, ended after so many seconds or when the time for all is over: 124, or 137 by force.
limited() {
  local left=$((seconds_in_all - SECONDS))
  ((left > 0)) || return 124
  timeout -k 5 $(($1 < left ? $1 : left)) "${@:2}"
}

# ending STATUS: how a command that failed ended, in words.
ending() {
  case $1 in
    124 | 137) echo "not done in time" ;;
    *) echo "ended with $1" ;;
  esac
}

# query WHAT: nvidia-smi's answer about the card.
query() { timeout 10 nvidia-smi -i "$card" --query-"$1" --format=csv,noheader,nounits 2>/dev/null; }

# number TEXT: the text if it is a plain number, which "[N/A]" and two lines are not.
number() { [[ $1 =~ ^[0-9]+$ ]] && echo "$1"; }

build() {
  LENET_CUDA=ON timeout --foreground 1800 "$root/run" build >"$work/build.log" 2>&1 || {
    checks+=("the build fails: $work/build.log")
    [[ -x $lenet ]] && checks+=("THE FIGURES ARE AN EARLIER BUILD'S")
  }
  SECONDS=0
}

run_tests() {
  [[ -x $lenet ]] || return
  [[ -x $tests ]] || { checks+=("this build has no CUDA back end"); return; }
  limited 150 "$tests" >"$work/tests.log" 2>&1
  local status=$?
  case $status in
    0) checks+=("tests pass") ;;
    77) checks+=("no tests: $(tail -1 "$work/tests.log")") ;;
    124 | 137) checks+=("TESTS NOT DONE in time: $work/tests.log") ;;
    *) checks+=("TESTS FAIL, ended with $status: $work/tests.log") ;;
  esac
}

# result NAME SECONDS COMMAND...: what the command prints, in NAME.json if it ends well; NAME.log says why not.
result() {
  limited "${@:2}" >"$work/$1.out" 2>"$work/$1.log" && mv "$work/$1.out" "$work/$1.json" && return
  ending $? >>"$work/$1.log"
}

measure_speed() {
  local i train=("$lenet" train --device cuda --json --force --out)
  result bench 60 "$lenet" bench --device cuda --rounds 5 --json
  for i in 1 2 3 4 5; do
    result "train$i" 60 "${train[@]}" "$work/train$i"
    result "start$i" 60 "${train[@]}" "$work/start$i" --epochs 1 --max-steps 1
  done
}

# The most MiB that a run's process holds, or that the card holds more than before where processes are not seen.
measure_memory() {
  local before pid used own=0 all=0 stop=$((SECONDS + 60))
  ((stop < seconds_in_all)) || stop=$seconds_in_all
  before=$(number "$(query gpu=memory.used)")
  "$lenet" train --device cuda --epochs 100 --lr 0.1 --out "$work/memory-run" --force >"$work/memory.log" 2>&1 &
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    ((SECONDS < stop)) || kill -KILL $pid 2>/dev/null
    used=$(number "$(query compute-apps=pid,used_memory | sed -n "s/^ *$pid, *//p")") && ((used > own)) && own=$used
    used=$(number "$(query gpu=memory.used)") && ((used > all)) && all=$used
    sleep 0.02
  done
  wait $pid 2>/dev/null || { ending $? >>"$work/memory.log"; return; }
  if ((own > 0)); then
    echo "{\"of\": \"the process\", \"mib\": $own}" >"$work/memory.json"
  elif [[ $before ]] && ((all > before)); then
    echo "{\"of\": \"the card, more than before\", \"mib\": $((all - before))}" >"$work/memory.json"
  else
    rm "$work/memory.log"  # the run went well, but nvidia-smi told no number
  fi
}

compare_with_pytorch() {
  local way
  limited 60 python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null || return
  for way in eager graph compiled; do
    result "torch-$way" 150 python3 "$root/bench/compare/pytorch_gpu.py" cuda:0 "$way"
  done
}

sanitize() {
  local sanitizer tool status passed
  sanitizer=$(command -v compute-sanitizer || echo "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer")
  [[ -x $sanitizer ]] || { checks+=("no compute-sanitizer"); return; }
  [[ -x $tests ]] || return
  for tool in memcheck racecheck initcheck; do
    limited 100 "$sanitizer" --tool "$tool" --error-exitcode 9 "$tests" \
      --gtest_filter='*CudaNetworks*:*CudaFit*Momentum:CudaTrainer.StepsAtOnce*' >"$work/$tool.log" 2>&1
    status=$?
    passed=$(sed -n 's/.*\[  PASSED  \] \([1-9][0-9]*\) test.*/\1/p' "$work/$tool.log")
    case $status:$passed in
      0:?*) checks+=("$tool clean, $passed tests") ;;
      9:*) checks+=("$tool FINDS FAULTS: $work/$tool.log") ;;
      0:*) checks+=("$tool ran no test: $work/$tool.log") ;;
      *) checks+=("$tool $(ending $status): $work/$tool.log") ;;
    esac
  done
}

for stage in build run_tests measure_speed measure_memory compare_with_pytorch sanitize; do
  echo "gpu.sh: $stage" >&2
  $stage
done
name=$(query gpu=name,driver_version) && echo "$name" || echo "card unknown: nvidia-smi fails"
printf '%s\n' "${checks[@]}"
python3 "$root/bench/compare/gpu_table.py" "$work" || echo "no table without python3: the figures lie in $work/*.json"
