// One unsigned number to bytes and back: width and byte order. Knows nothing else. `big` is 1 for big-endian.

// Each order has loads and stores of its own: a value that is swapped, or not, is swapped in both cases by compilers that prefer
// computing to branching.

/** Reads cmsg_level and cmsg_type, which lie beside each other: the level in the low half. */
export function loadIds(at: usize, big: i32): u64 {
  if (big) return rotr<u64>(bswap<u64>(load<u64>(at)), 32);
  return load<u64>(at);
}

/** Writes cmsg_level, the low half, and cmsg_type behind it. */
export function storeIds(at: usize, big: i32, ids: u64): void {
  if (big) store<u64>(at, bswap<u64>(rotr<u64>(ids, 32)));
  else store<u64>(at, ids);
}

function loadBig(at: usize, width: i32): u64 {
  return width == 4 ? <u64>(<u32>bswap<i32>(load<i32>(at))) : bswap<u64>(load<u64>(at));
}

function storeBig(at: usize, width: i32, value: u64): void {
  if (width == 4) store<i32>(at, bswap<i32>(<i32>value));
  else store<u64>(at, bswap<u64>(value));
}

/** Reads a length or pointer: `width` is 4 or 8. */
export function loadWord(at: usize, width: i32, big: i32): u64 {
  if (big) return loadBig(at, width);
  return width == 4 ? <u64>load<u32>(at) : load<u64>(at);
}

/** Writes a length or pointer. */
export function storeWord(at: usize, width: i32, big: i32, value: u64): void {
  if (big) storeBig(at, width, value);
  else if (width == 4) store<u32>(at, <u32>value);
  else store<u64>(at, value);
}

/** Reads `width` bytes: 1, 2, 4 or 8. */
export function loadUint(at: usize, width: i32, big: i32): u64 {
  if (width > 2) return loadWord(at, width, big);
  if (width == 1) return load<u8>(at);
  const value = load<u16>(at);
  return big ? bswap<u16>(value) : value;
}

/** Writes the low `width` bytes of `value`. */
export function storeUint(at: usize, width: i32, big: i32, value: u64): void {
  if (width > 2) storeWord(at, width, big, value);
  else if (width == 1) store<u8>(at, <u8>value);
  else store<u16>(at, big ? bswap<u16>(<u16>value) : <u16>value);
}

/** Widens the low `width` bytes of `value` with their sign. */
export function signExtend(value: u64, width: i32): u64 {
  const unused = <u64>(64 - width * 8);
  return <u64>(<i64>(value << unused) >> unused);
}
