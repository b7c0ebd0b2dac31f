// Values to bytes and back by a field program. Values travel in cells: 8 bytes each, little-endian, one per number;
// octets fill as many cells as they need; a repeated tail is preceded by a cell that counts its elements.

import { column, isAbi } from "./abi";
import {
  elementCount,
  elementKind,
  elementSize,
  isProgram,
  isRest,
  kindShift,
  kindSize,
  kindWidth,
  overwritesProgram,
  placeElement,
  programSize,
} from "./layout";
import { outsideScratch } from "./memory";
import { loadUint, signExtend, storeUint } from "./scalar";
import { BYTE_ORDER } from "./shared/column";
import { BE16, BE32, I8, I16, I32, I64, LONG, OCTETS, STRUCT_END, SUN_PATH } from "./shared/kind";
import { BAD_ARGUMENT, BAD_OFFSET, NO_SPACE, PAYLOAD_SHORT, UNKNOWN_ABI } from "./shared/status";

const CELL = 8;

function isOctets(kind: i32): bool {
  return kind == OCTETS || kind == SUN_PATH;
}

const SIGNED = (1 << I8) | (1 << I16) | (1 << I32) | (1 << I64) | (1 << LONG);

function isSigned(kind: i32): bool {
  return ((SIGNED >> kind) & 1) != 0;
}

function orderOf(abi: i32, kind: i32): i32 {
  return kind == BE16 || kind == BE32 ? 1 : column(abi, BYTE_ORDER);
}

/** Numbers that an element holds: bytes for octets. */
function itemCount(abi: i32, element: i32): i32 {
  const kind = elementKind(element);
  if (kind == STRUCT_END) return 0;
  return kind == SUN_PATH ? kindWidth(abi, kind) : elementCount(element);
}

/** Cells that `items` numbers or octets take. */
function cellsFor(kind: i32, items: i32): i32 {
  return isOctets(kind) ? (items + CELL - 1) / CELL : items;
}

/** Moves the numbers or octets of one element between its cells and its place in the struct. */
function moveItems(abi: i32, kind: i32, items: i32, cells: i32, at: i32, packing: bool): void {
  // An empty element may be aligned to a place behind the memory, where even copying nothing is a trap.
  if (items == 0) return;
  if (isOctets(kind)) {
    if (!packing) memory.fill(<usize>cells, 0, <usize>(cellsFor(kind, items) * CELL));
    memory.copy(<usize>(packing ? at : cells), <usize>(packing ? cells : at), <usize>items);
    return;
  }
  const size = kindSize(abi, kind);
  const width = kindWidth(abi, kind);
  const big = orderOf(abi, kind);
  let place = <usize>(at + kindShift(abi, kind));
  let cell = <usize>cells;
  for (let i = 0; i < items; i++) {
    if (packing) {
      if (width != 0) storeUint(place, width, big, load<u64>(cell));
    } else {
      const value: u64 = width == 0 ? 0 : loadUint(place, width, big);
      store<u64>(cell, isSigned(kind) ? signExtend(value, width) : value);
    }
    place += <usize>size;
    cell += CELL;
  }
}

/**
 * Walks the elements of a program over `room` bytes at `at` and `cellCount` cells at `cells`, moving each in one direction.
 * Answers the end of the last element when packing, the number of cells when unpacking, or a status.
 */
function moveAll(
  abi: i32,
  program: i32,
  count: i32,
  cells: i32,
  cellCount: i32,
  at: i32,
  room: i32,
  packing: bool,
): i32 {
  let used = 0;
  let cell = 0;
  for (let i = 0; i < count; i++) {
    const element = load<i32>(<usize>(program + i * 4));
    const kind = elementKind(element);
    const start = placeElement(abi, element, used);
    let items = itemCount(abi, element);
    let size = elementSize(abi, element);
    if (isRest(element)) {
      if (cell >= cellCount) return packing ? PAYLOAD_SHORT : NO_SPACE;
      const counter = <usize>(cells + cell * CELL);
      cell += 1;
      const there = start > room ? 0 : (room - start) / kindSize(abi, kind);
      const counted = packing ? load<u64>(counter) : <u64>there;
      if (counted > 0xfffff) return BAD_ARGUMENT;
      items = <i32>counted;
      if (!packing) store<u64>(counter, <u64>items);
      size = items * kindSize(abi, kind);
    }
    used = start + size;
    if (used > room && items > 0) return packing ? NO_SPACE : PAYLOAD_SHORT;
    if (cell + cellsFor(kind, items) > cellCount) return packing ? PAYLOAD_SHORT : NO_SPACE;
    moveItems(abi, kind, items, cells + cell * CELL, at + start, packing);
    cell += cellsFor(kind, items);
  }
  return packing ? used : cell;
}

function check(
  abi: i32,
  program: i32,
  count: i32,
  cells: i32,
  cellCount: i32,
  at: i32,
  room: i32,
  packing: bool,
): i32 {
  if (!isAbi(abi)) return UNKNOWN_ABI;
  if (!isProgram(program, count)) return BAD_ARGUMENT;
  if (<u32>cellCount > 0xfffff || outsideScratch(cells, cellCount * CELL)) return BAD_OFFSET;
  if (outsideScratch(at, room)) return BAD_OFFSET;
  const out = packing ? at : cells;
  const length = packing ? room : cellCount * CELL;
  return overwritesProgram(program, count, out, length) ? BAD_OFFSET : 0;
}

/**
 * Writes a struct of `count` elements at `at` from the cells at `cells`. Padding is zero. Answers the bytes written:
 * the size of the struct, or the end of its repeated tail. Cells and struct must not overlap; the program overlaps neither.
 */
export function pack(
  abi: i32,
  program: i32,
  count: i32,
  cells: i32,
  cellCount: i32,
  at: i32,
  room: i32,
): i32 {
  const bad = check(abi, program, count, cells, cellCount, at, room, true);
  if (bad < 0) return bad;
  const size = programSize(abi, <usize>program, count);
  if (size > room) return NO_SPACE;
  memory.fill(<usize>at, 0, <usize>size);
  const used = moveAll(abi, program, count, cells, cellCount, at, room, true);
  return used < 0 || used > size ? used : size;
}

/**
 * Reads a struct of `count` elements from the `available` bytes at `at` into the cells at `cells`. A repeated tail takes
 * the whole elements that are there; the cells must not overlap the program. Answers the number of cells, or PAYLOAD_SHORT.
 */
export function unpack(
  abi: i32,
  program: i32,
  count: i32,
  at: i32,
  available: i32,
  cells: i32,
  cellRoom: i32,
): i32 {
  const bad = check(abi, program, count, cells, cellRoom, at, available, false);
  if (bad < 0) return bad;
  return moveAll(abi, program, count, cells, cellRoom, at, available, false);
}
