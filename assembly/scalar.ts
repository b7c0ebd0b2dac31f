// One unsigned number to bytes and back: width and byte order. Knows nothing else. `big` is 1 for big-endian.

/** Reads a 32-bit member. */
export function loadInt(at: usize, big: i32): i32 {
  const value = load<i32>(at);
  return big ? bswap<i32>(value) : value;
}

/** Writes a 32-bit member. */
export function storeInt(at: usize, big: i32, value: i32): void {
  store<i32>(at, big ? bswap<i32>(value) : value);
}

// One swap for both widths keeps what is built on it small enough for the compiler to inline.
function swapped(value: u64, width: i32): u64 {
  return bswap<u64>(value) >> <u64>(64 - width * 8);
}

/** Reads a length or pointer: `width` is 4 or 8. */
export function loadWord(at: usize, width: i32, big: i32): u64 {
  const value = width == 4 ? <u64>load<u32>(at) : load<u64>(at);
  return big ? swapped(value, width) : value;
}

/** Writes a length or pointer. */
export function storeWord(at: usize, width: i32, big: i32, value: u64): void {
  const ordered = big ? swapped(value, width) : value;
  if (width == 4) store<u32>(at, <u32>ordered);
  else store<u64>(at, ordered);
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
