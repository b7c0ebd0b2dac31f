#!/bin/sh
# Builds the native harness into dist/native: build.sh libfuzzer | afl | run. Needs wabt, and clang, afl++ or gcc.
set -eu
cd "$(dirname "$0")/../.."
kind=${1:-libfuzzer}
to=dist/native
mkdir -p "$to"
wasm2c dist/core.wasm -n core -o "$to/core.c"
runtime=/usr/share/wabt/wasm2c
# Bounds are checked by comparison, so that a trap is an abort with a reason and not a signal somewhere.
flags="-I$to -I$runtime -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 -DWASM_RT_TRAP_HANDLER=harness_trap -include wasm-rt.h -w"
files="fuzz/native/harness.c $to/core.c $runtime/wasm-rt-impl.c"
# wasm-rt-impl.c calls the handler without declaring it.
declared="-include fuzz/native/trap.h"
case $kind in
  libfuzzer) ${CC:-clang} -O2 -g -fsanitize=fuzzer,address,undefined -fno-sanitize=alignment $flags $declared $files -lm -o "$to/libfuzzer" ;;
  afl) ${CC:-afl-clang-fast} -O2 -fsanitize=fuzzer $flags $declared $files -lm -o "$to/afl" ;;
  run) ${CC:-gcc} -O2 -DHARNESS_MAIN $flags $declared $files -lm -o "$to/run" ;;
  *) echo "build.sh libfuzzer | afl | run" >&2; exit 2 ;;
esac
echo "$to/$kind"
