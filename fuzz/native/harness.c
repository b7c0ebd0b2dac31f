// The core, translated to C by wasm2c, for libFuzzer and AFL++ (LLVMFuzzerTestOneInput), or as a program that runs files. The first
// two bytes of an input say which ABI and what is done with the rest. A trap of the module, or an answer that must not be, aborts.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define LIMIT 4096
#define RECORDS 512
#define RULES 9

/** Called by the runtime of wasm2c instead of its own handler (WASM_RT_TRAP_HANDLER). */
void harness_trap(wasm_rt_trap_t code) {
  fprintf(stderr, "trap: %s\n", wasm_rt_strerror(code));
  abort();
}

static void check(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

static Z_core_instance_t core;
static uint8_t *memory;
static uint32_t base, control, report, step, program, cells, out;

static int32_t word(uint32_t at) {
  int32_t value;
  memcpy(&value, memory + at, 4);
  return value;
}

static void start(void) {
  wasm_rt_init();
  Z_core_init_module();
  Z_core_instantiate(&core);
  memory = Z_coreZ_memory(&core)->data;
  base = Z_coreZ_scratch_base(&core);
  control = base + 0x2000;
  report = base + 0x6000;
  step = base + 0x12000;
  program = base + 0x15000;
  cells = base + 0x16000;
  out = base + 0x1a000;
}

/** The safe walk: records in order, inside the buffer. */
static void walk(uint32_t abi, uint32_t length) {
  int32_t count = (int32_t)Z_coreZ_cmsg_walk(&core, abi, control, length, report, RECORDS);
  check(count >= 0 && count <= RECORDS, "number of records");
  int32_t last = -1;
  for (int32_t i = 0; i < count; i++) {
    int32_t payload = word(report + 16 + i * 16 + 8);
    int32_t size = word(report + 16 + i * 16 + 12);
    check(payload > last && size >= 0, "a record behind the one before");
    check(size == 0 || (uint32_t)payload + size <= length, "a payload inside the buffer");
    last = payload;
  }
}

/** The macros' walk: forward, inside the buffer, and it ends. */
static void macros(uint32_t abi, uint32_t rule, uint32_t length, uint32_t low, uint32_t high) {
  int32_t at = (int32_t)Z_coreZ_cmsg_firsthdr(&core, abi, rule, control, length, step);
  for (uint32_t steps = 0; at >= 0; steps++) {
    check(steps <= length, "a walk that ends");
    int32_t next = (int32_t)Z_coreZ_cmsg_nxthdr(&core, abi, rule, control, length, at, low, high, step);
    check(next < 0 || (next > at && (uint32_t)next < length), "a step forward, inside");
    at = next;
  }
  check(at >= -20 && at <= -16, "an end");
}

/** A field program, the first words of the input, over the rest of it: there and back. */
static void fields(uint32_t abi, const uint8_t *data, uint32_t size) {
  uint32_t count = size == 0 ? 0 : data[0] & 7;
  if (count > size / 4) count = size / 4;
  memcpy(memory + program, data, count * 4);
  uint32_t rest = size - count * 4;
  memcpy(memory + control, data + count * 4, rest);
  Z_coreZ_layout(&core, abi, program, count, out);
  int32_t found = (int32_t)Z_coreZ_unpack(&core, abi, program, count, control, rest, cells, 1024);
  if (found < 0) return;
  int32_t packed = (int32_t)Z_coreZ_pack(&core, abi, program, count, cells, found, out, LIMIT);
  check(packed <= LIMIT, "bytes that were packed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (memory == 0) start();
  if (size < 2) return 0;
  uint32_t abi = data[0] % Z_coreZ_abi_count(&core);
  uint8_t operation = data[1];
  uint32_t length = size - 2 > LIMIT ? LIMIT : (uint32_t)size - 2;
  memcpy(memory + control, data + 2, length);
  switch (operation & 3) {
    case 0: walk(abi, length); break;
    case 3: fields(abi, data + 2, length); break;
    default:
      macros(abi, (operation >> 3) % RULES, length, operation & 128 ? (uint32_t)-64 : 0x40000000u,
             operation & 64 ? (uint32_t)-1 : 0);
  }
  return 0;
}

#ifdef HARNESS_MAIN
/** Runs files, or every ABI and operation over each of them (--all). */
int main(int count, char **names) {
  static uint8_t data[LIMIT + 2];
  long runs = 0;
  int all = count > 1 && strcmp(names[1], "--all") == 0;
  for (int i = 1 + all; i < count; i++) {
    FILE *file = fopen(names[i], "rb");
    if (file == 0) return 2;
    size_t size = fread(data + 2 * all, 1, LIMIT, file);
    fclose(file);
    if (!all) {
      LLVMFuzzerTestOneInput(data, size);
      runs++;
      continue;
    }
    for (int head = 0; head < 0x10000; head++) {
      if ((head & 0xff) >= 47 || (head >> 8 & 4) != 0) continue;
      data[0] = (uint8_t)head;
      data[1] = (uint8_t)(head >> 8);
      LLVMFuzzerTestOneInput(data, size + 2);
      runs++;
    }
  }
  printf("%ld runs\n", runs);
  return 0;
}
#endif
