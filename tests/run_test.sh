#!/usr/bin/env bash
# Checks what ./run installs, configures and builds, with stand-ins for the programs that it calls.
#
# usage: run_test.sh SOURCE_DIR
set -euo pipefail
source_dir=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/clone/cmake"
cd "$folder/clone"
cp "$source_dir/run" .
cp "$source_dir/cmake/dependencies.cmake" cmake
cache=build/release/CMakeCache.txt

stand_in() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$folder/bin/$1" && chmod +x "$folder/bin/$1"; }
for name in apt-get cmake ctest cpack; do stand_in "$name" "echo $name \"\$@\" >>'$folder/log'"; done
stand_in dpkg-query "printf 'installed %s\n' g++ cmake"
stand_in sudo '"$@"'
stand_in pkg-config true
stand_in ninja "echo ninja \"\$@\" >>'$folder/log'
for i in {1..40}; do echo \"[\$i/40] Building \$i\"; ((i != 20)) || echo 'a warning'; done
printf 'echo lenet \"\$@\"\n' >lenet && chmod +x lenet"

fail() { echo "run_test: $*" >&2; cat "$folder/log" "$folder/err" >&2; exit 1; }

# job ARGUMENTS: ./run with them; what it called is in `log`.
job() {
  : >"$folder/log"
  PATH=$folder/bin:$PATH ./run "$@" >"$folder/out" 2>"$folder/err" || fail "./run $* ended with $?"
}
called() { grep -qE -- "$1" "$folder/log" || fail "not called: $1"; }
not_called() { if grep -E -- "$1" "$folder/log"; then fail "called: $1"; fi; }
# configured TESTS: the folder as cmake would leave it.
configured() { mkdir -p build/release && touch build/release/build.ninja && echo "LENET_BUILD_TESTS:BOOL=$1" >$cache; }

others='python3-onnx|python3-opencv|libonnx-testdata|gcc-arm-none-eabi'
tests='libgtest-dev|libbenchmark-dev|strace'

configured OFF && rm $cache
job train --epochs 1
called '^apt-get install .*--no-upgrade.*libhwy-dev'
called '^apt-get install .* libprotozero-dev'
called '--no-install-recommends'
not_called "^apt-get install .* g\+\+ "  # there already
not_called "$tests|$others|clang|apt-get .*(dist-|full-| )upgrade"
called '^cmake --preset release .*-DLENET_BUILD_TESTS=OFF'
not_called 'LENET_CUDA'
called '^ninja lenet_installed$'
[[ $(<"$folder/out") == "lenet train --epochs 1" ]] || fail "printed: $(<"$folder/out")"
(($(wc -l <"$folder/err") <= 16)) || fail "a log has every line of ninja's"
grep -qx 'a warning' "$folder/err" || fail "the log lacks a warning"

configured OFF
job train --device cuda:0
called '^cmake .*-DLENET_CUDA=ON'
LENET_CUDA=ON job build
called '^cmake .*-DLENET_CUDA=ON'

job test
called "^apt-get install .*python3-onnx"
called "$tests"
called '^cmake .*-DLENET_BUILD_TESTS=ON'
not_called '^ctest .* -E '

# A misspelt word builds nothing.
: >"$folder/log"
if PATH=$folder/bin:$PATH ./run test relase 2>"$folder/err"; then fail "./run test relase was taken"; fi
grep -q 'test relase: want release' "$folder/err" || fail "refused for another reason"
[[ ! -s $folder/log ]] || fail "something was called"

job test quick -R Conv2d
not_called "^apt-get install.*($others)"
called "^apt-get install.*libgtest-dev"
called '^ctest .* -E .*Interop.* -R Conv2d'

mkdir -p build/asan
for words in 'quick asan' 'asan quick'; do
  job test $words -R Conv2d
  called '^cmake --preset asan'
  called '^ctest .*/build/asan .* -E .*Interop.* -R Conv2d$'
done

configured ON
job train
not_called '^cmake'

job --no-install train --epochs 2
not_called '^apt-get'
[[ $(<"$folder/out") == "lenet train --epochs 2" ]] || fail "printed: $(<"$folder/out")"
stand_in pkg-config '[[ $* != *libzip* ]]'
if PATH=$folder/bin:$PATH ./run train --no-install 2>"$folder/err"; then fail "goes on without libzip"; fi
grep -q 'please install: libzip' "$folder/err" || fail "does not name libzip"
