// core.wasm as native code, for hosts that load shared libraries: one instance, and where its memory lies. Compiled beside what
// `wasm2c dist/core.wasm -o core.c` writes.

#include "core.h"

static Z_core_instance_t instance;

void *core_instance(void) {
  static int ready;
  if (!ready) {
    ready = 1;
    wasm_rt_init();
    Z_core_init_module();
    Z_core_instantiate(&instance);
  }
  return &instance;
}

void *core_memory(void) {
  return Z_coreZ_memory(core_instance())->data;
}
