// Read by AssemblyScript and by TypeScript: portable constants only.
//
// The memory map. Every size has its reason beside it.
//
//   0x000000 ╒════════════════════════════════════════╕
//            │ nothing: offset 0 means "none"         │
//   0x000400 ├────────────────────────────────────────┤
//            │ static tables                          │
//   0x002000 ├────────────────────────────────────────┤
//            │ defined ABI rows, derived layouts      │
//   0x006000 ├────────────────────────────────────────┤
//            │ coverage counters (builds for fuzzing) │
//   0x008000 ├────────────────────────────────────────┤
//            │ scratch: the caller's, up to the end   │
//   0x600000 ╘════════════════════════════════════════╛

/** Rows that callers may define, each kept until the instance goes. */
export const DEFINED_ABI_LIMIT = 16;
export const DEFINED_ROWS_BASE = 0x2000;
export const DERIVED_BASE = 0x2400;

/** A hole that no build writes to except those with coverage counters, so that they keep the same interface. */
export const COVERAGE_BASE = 0x6000;
export const COVERAGE_SIZE = 0x2000;

export const SCRATCH_BASE = 0x8000;
/**
 * 96 pages: a control buffer of 1 MiB with a record for each of its headers; the same for a batch of messages; and a frame.
 * Untouched pages cost nothing.
 */
export const MEMORY_SIZE = 0x600000;
