// The handler that wasm2c's runtime calls for a trap: harness.c has it.
#include "wasm-rt.h"
void harness_trap(wasm_rt_trap_t code);
