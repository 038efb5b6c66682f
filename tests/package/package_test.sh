#!/usr/bin/env bash
# Uses lenet as others do, from the folder that it is installed in.
#
# usage: package_test.sh JOB SOURCE_DIR BUILD_DIR, in a folder that the jobs share
set -euo pipefail
source_dir=$2 build_dir=$3
here=$source_dir/tests/package
prefix=$PWD/prefix
CXX=${CXX:-g++} CC=${CC:-gcc}

fail() { echo "$*" >&2; exit 1; }

# fresh FOLDER: an empty one, and goes there.
fresh() { rm -rf "$1" && mkdir -p "$1" && cd "$1"; }

install_() {
  rm -rf "$prefix"
  cmake --install "$build_dir" --prefix "$prefix" >/dev/null
  test -x "$prefix/bin/lenet"
  diff <(cd "$source_dir/include" && find lenet -name '*.h' | sort) \
    <(cd "$prefix/include" && find . -type f -printf '%P\n' | sort)
}

# configure [cmake arguments]: the consumer's project.
configure() { cmake -G Ninja -S "$here/consumer" -B . -DCMAKE_BUILD_TYPE=Release "$@" >cmake.log || { cat cmake.log; exit 1; }; }

# find_package KIND
find_package() {
  fresh "find_package_$1"
  configure -DCONSUMER_USES=find_package -DCONSUMER_COMPONENTS="$1" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCONSUMER_VERSION="$("$prefix/bin/lenet" --version | cut -d' ' -f2)"
  ninja --quiet
  ./consumer
  ./c_consumer
}

needs() { readelf -d "$1" | grep NEEDED | grep -o '\[.*\]'; }

find_package_shared() {
  find_package shared
  needs consumer | grep -q liblenet.so
}

find_package_static() {
  find_package static
  if needs consumer | grep liblenet.so; then fail "the consumer is not linked statically"; fi
}

# lenet 0 may change its interface with each minor version.
find_package_refuses_another_minor() {
  fresh find_package_version
  if (configure -DCONSUMER_USES=find_package -DCONSUMER_VERSION=0.1 -DCONSUMER_COMPONENTS=shared \
    -DCMAKE_PREFIX_PATH="$prefix" >out 2>&1); then
    fail "version 0.1 was accepted"
  fi
  grep -q 'requested version "0.1"' out || { cat out; fail "refused for another reason"; }
}

# Configures with lenet as a part, and compiles the consumer against its headers; compiling lenet
# once more would show nothing.
as_part() {
  configure "$@"
  ninja --quiet CMakeFiles/consumer.dir/consumer.cc.o
  # A part builds the library alone, and installs nothing.
  if ninja -t targets all | grep -E 'lenet/.*(_test|kernels_bench|lenet_cli)'; then fail "more than the library"; fi
  ! grep -rq 'liblenet' --include=cmake_install.cmake . || fail "the part installs itself"
}

add_subdirectory() {
  fresh add_subdirectory
  as_part -DCONSUMER_USES=add_subdirectory -DCONSUMER_LENET="$source_dir"
}

fetch_content() {
  fresh fetch_content
  as_part -DCONSUMER_USES=FetchContent -DFETCHCONTENT_SOURCE_DIR_LENET="$source_dir"
}

# needs_only_highway_and_fmt FILE: beside the C and C++ runtime.
needs_only_highway_and_fmt() {
  needs "$1" | grep -q libhwy || fail "$1: without Highway"
  if needs "$1" | grep -vE '^\[(libhwy|libfmt|libstdc\+\+|libm|libgcc_s|libc|ld-linux[-_a-z0-9]*)\.so\.[0-9.]*\]$'; then fail "$1: loads more"; fi
}

core() {
  fresh core
  configure -DCONSUMER_USES=find_package -DCONSUMER_COMPONENTS=core -DCMAKE_PREFIX_PATH="$prefix"
  ninja --quiet
  ./core
  needs_only_highway_and_fmt core
  # Nothing of the archive lacks a library, whatever a program calls; but for CUDA's, where it was built with that.
  local cuda
  cuda=$(sed -n 's/^Libs.private:.* \(-L[^ ]* -lcudart_static .*-ldl\).*/\1/p' "$(find "$prefix" -name lenet.pc)")
  # shellcheck disable=SC2086  # words
  $CXX CMakeFiles/core.dir/core.cc.o -Wl,--whole-archive "$(find "$prefix" -name liblenet_core.a)" -Wl,--no-whole-archive \
    -Wl,--as-needed -lhwy -lfmt $cuda -pthread -o whole
  needs_only_highway_and_fmt whole

  # As a part of a project, where nothing else is found: the same objects, which are not compiled again.
  fresh part
  configure -DCONSUMER_USES=add_subdirectory -DCONSUMER_COMPONENTS=core -DCONSUMER_LENET="$source_dir" -DLENET_CORE_ONLY=ON \
    $(printf -- '-DCMAKE_DISABLE_FIND_PACKAGE_%s=ON ' CURL GIF JPEG PNG PkgConfig ZLIB nlohmann_json)
  ninja -t inputs lenet/src/liblenet_core.a | sed -n 's|^lenet/||; /cuda\//!{/\.o$/p}' | sort >objects.txt
  diff objects.txt <(cd "$build_dir" && ninja -t inputs src/liblenet_core.a | sed -n '/cuda\//!{/\.o$/p}' | sort)
}

# Configures without all parts, where none of their packages is found. The objects of such a build are those of
# BUILD_DIR and the parts' stand-ins, which are all that is compiled here; all of them are linked.
parts() {
  fresh parts
  configure -DCONSUMER_USES=add_subdirectory -DCONSUMER_LENET="$source_dir" \
    -DLENET_UNITY_BUILD="$(sed -n 's/^LENET_UNITY_BUILD:BOOL=//p' "$build_dir/CMakeCache.txt")" \
    $(printf -- '-DLENET_WITH_%s=OFF ' IMAGES COMPRESSION DOWNLOAD ONNX) \
    $(printf -- '-DCMAKE_DISABLE_FIND_PACKAGE_%s=ON ' CURL GIF JPEG PNG PkgConfig ZLIB)
  local name built=() missing=()
  for name in $(ninja -t inputs lenet/src/liblenet.a | grep '\.o$'); do
    if [[ -e $build_dir/${name#lenet/} ]]; then built+=("$build_dir/${name#lenet/}"); else missing+=("$name"); fi
  done
  echo "${#built[@]} objects as in $build_dir, and ${missing[*]}"
  if printf '%s\n' "${missing[@]}" | grep -vE '/(none|no_[a-z]+)\.cc\.o$'; then fail "more than stand-ins"; fi
  (cd "$build_dir" && ninja -t deps "${built[@]#"$build_dir/"}") >headers.txt
  grep -q 'hwy/highway.h' headers.txt || fail "no headers are known"
  if grep -E '^ +/usr.*/(gif_lib|jpeglib|libdeflate|png|tiffio|zip|zlib)\.h|/(curl|protozero|webp)/' headers.txt; then
    fail "includes a header of what is left out"
  fi
  ninja --quiet "${missing[@]}" CMakeFiles/parts.dir/parts.cc.o
  $CXX CMakeFiles/parts.dir/parts.cc.o "${built[@]}" "${missing[@]}" -lhwy -lfmt -pthread -o parts
  ./parts
  needs_only_highway_and_fmt parts
}

other_system() {
  fresh other_system
  if (configure -DCONSUMER_USES=add_subdirectory -DCONSUMER_LENET="$source_dir" \
    -DCMAKE_SYSTEM_NAME=FreeBSD >out 2>&1); then
    fail "configured for FreeBSD"
  fi
  grep -q 'lenet needs Linux.*this is FreeBSD' out || { cat out; fail "refused for another reason"; }
}

# The installed tree without the shared library: the linker would take it.
static_prefix() {
  rm -rf static && cp -r "$prefix" static && rm static/lib*/liblenet.so* 2>/dev/null ||
    rm static/lib/*/liblenet.so*
}

# pkg_config PREFIX arguments
pkg_config() {
  PKG_CONFIG_PATH=$(dirname "$(find "$1" -name lenet.pc)") pkg-config "${@:2}"
}

pkg_config_links() {
  fresh pkg_config
  local libs
  $CXX -std=c++20 -O1 -c "$here/consumer/consumer.cc" $(pkg_config "$prefix" --cflags lenet)
  $CC -std=c99 -Wall -Wextra -Wpedantic -Werror -c "$here/consumer/consumer.c" -o c_consumer.o \
    $(pkg_config "$prefix" --cflags lenet)

  libs=$(pkg_config "$prefix" --libs lenet)
  $CXX consumer.o $libs -o shared
  $CC c_consumer.o $libs -o c_shared
  export LD_LIBRARY_PATH=$(pkg_config "$prefix" --variable=libdir lenet)
  ./shared
  ./c_shared

  static_prefix
  unset LD_LIBRARY_PATH
  libs=$(pkg_config static --static --libs lenet)
  $CXX consumer.o $libs -o linked_statically
  ./linked_statically
  # Nothing of the archive lacks a library, whatever a program calls.
  $CXX consumer.o ${libs/-llenet/-Wl,--whole-archive -llenet -Wl,--no-whole-archive} -o whole
}

# What the shared library shows is lenet's, and nothing of what it is made of.
exports() {
  nm -DC --defined-only "$prefix"/lib*/liblenet.so "$prefix"/lib/*/liblenet.so 2>/dev/null >exports.txt || true
  local name
  for name in 'lenet::load_model(' 'lenet::Trainer::step(' 'vtable for lenet::Layer' \
    'typeinfo for lenet::Error' 'lenet::d2l::corr2d(' lenet_model_load; do
    grep -qF "$name" exports.txt || fail "$name is not exported"
  done
  if grep -E ' [TDBR] ' exports.txt | grep -vE ' (lenet::|lenet_|non-virtual thunk|construction)'; then
    fail "exported, and not lenet's"
  fi
  if grep -E 'lenet::(kernels::|read_file|write_file|sha256|gunzip|ThreadTeam|Plan)' exports.txt; then
    fail "exported, and internal"
  fi
}

# A program that loads and predicts is below 3 MB and knows nothing of downloads.
size() {
  fresh size
  static_prefix
  $CXX -std=c++20 -O2 "$source_dir/examples/predict.cc" -o predict -s -Wl,--gc-sections \
    $(pkg_config static --cflags lenet) $(pkg_config static --static --libs lenet)
  local bytes
  bytes=$(stat -c %s predict)
  echo "$bytes bytes"
  ((bytes < 3000000)) || fail "$bytes bytes, want less than 3,000,000"
  if needs predict | grep -E 'curl|crypto|ssl'; then fail "the download is linked in"; fi
}

# small PACKAGE: below 3 MB, and asks for libraries alone, of which libc6 is one.
small() {
  local bytes depends
  bytes=$(stat -c %s "$1")
  ((bytes < 3000000)) || fail "$1: $bytes bytes, want less than 3,000,000"
  depends=$(dpkg-deb -f "$1" Depends | tr ',' '\n' | sed 's/^ *//; s/ .*//')
  grep -qx libc6 <<<"$depends" || fail "$1: no dependencies"
  if grep -vE '^z?lib' <<<"$depends" || grep -E -- '-dev$|^liblenet' <<<"$depends"; then
    fail "$1: asks for more than libraries"
  fi
  (($(wc -l <<<"$depends") <= 16)) || fail "$1: asks for" $depends
}

deb() {
  fresh deb
  (cd "$build_dir" && cpack -G DEB -B "$OLDPWD/packages" >"$OLDPWD/cpack.log") || { cat cpack.log; exit 1; }
  local package
  for package in packages/*.deb; do dpkg-deb -x "$package" root; done
  ls packages
  small packages/lenet_*.deb
  dpkg-deb -f packages/liblenet-dev_*.deb Depends | grep -q 'liblenet[0-9.]* (= ' ||
    fail "liblenet-dev does not ask for its library"

  root/usr/bin/lenet train --epochs 1 --max-steps 3 --out run
  root/usr/bin/lenet eval run/model.safetensors
  MANPATH=root/usr/share/man test -s root/usr/share/man/man1/lenet.1.gz

  $CC -std=c99 -c "$here/consumer/consumer.c" $(pkg_config root --cflags lenet)
  $CC consumer.o $(pkg_config root --libs lenet) -o consumer
  LD_LIBRARY_PATH=$(pkg_config root --variable=libdir lenet) ./consumer
}

# All commands and options of --help are in the manual page and in the completions.
words() {
  local lenet=$prefix/bin/lenet share=$prefix/share command option page kind
  page=$(gunzip -c "$share/man/man1/lenet.1.gz" | sed 's/\\-/-/g')
  local -A text=(
    [manual]=$page
    [bash]=$(<"$share/bash-completion/completions/lenet")
    [zsh]=$(<"$share/zsh/site-functions/_lenet")
    [fish]=$(sed -E 's/ -l ([a-z0-9-]+)/ --\1 /g; s/ -s ([a-z])/ -\1 /g' "$share/fish/vendor_completions.d/lenet.fish")
  )
  local commands
  commands=$("$lenet" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z0-9-]*\) .*/\1/p')
  (($(wc -w <<<"$commands") >= 6)) || fail "found few commands: $commands"
  for command in $commands; do
    local options lines
    options=$("$lenet" "$command" --help | sed -nE 's/^  ((-[a-z0-9-]+, )*-[a-z0-9-]+).*/\1/p' | tr -d ',')
    grep -q -- --help <<<"$options" || fail "found no options of $command"
    for kind in manual bash zsh fish; do
      lines=$(of_command "$kind" "$command" <<<"${text[$kind]}")
      for option in $options; do
        grep -qE -- "(^|[^a-z0-9-])$option([^a-z0-9-]|$)" <<<"$lines" || fail "$kind: $command has no $option"
      done
    done
  done
}

# of_command KIND COMMAND: the lines about it.
of_command() {
  case $1 in
    manual) sed -n "/^\.SS $2\$/,/^\.S[SH] /p;/^\.SS $2\$/n" ;;
    bash) grep "^    $2) " ;;
    zsh) sed -n "/^    $2)\$/,/;;/p" ;;
    fish) grep "from $2'" ;;
  esac
}

# completions WORDS...: what bash proposes for the last word.
completions() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _lenet
  echo "${COMPREPLY[*]}"
}

shells() {
  local share=$prefix/share
  complete() { :; }
  . "$share/bash-completion/completions/lenet"
  [[ $(completions lenet tr) == train ]] || fail "tr: $(completions lenet tr)"
  [[ $(completions lenet eval --threa) == --threads ]] || fail "--threa: $(completions lenet eval --threa)"
  [[ $(completions lenet summary --threa) == '' ]] || fail "summary has no --threads"
  if command -v zsh >/dev/null; then zsh -n "$share/zsh/site-functions/_lenet"; fi
  if command -v fish >/dev/null; then
    [[ $(fish -c "source '$share/fish/vendor_completions.d/lenet.fish'; complete -C 'lenet eval --threa'") == --threads* ]] ||
      fail "fish does not complete --threa"
  fi
  if command -v man >/dev/null; then
    man --warnings -l "$share/man/man1/lenet.1.gz" 2>&1 >/dev/null | tee warnings.txt
    test ! -s warnings.txt
  fi
}

case $1 in
  install) install_ ;;
  pkg_config) pkg_config_links ;;
  *) "$1" ;;
esac
