# core.wasm as a shared library: its functions, its memory, and control messages by the names of dist/core.json.

import ctypes
import json
import struct


class Core:
    def __init__(self, library, names):
        self.library = ctypes.CDLL(library)
        self.library.core_instance.restype = ctypes.c_void_p
        self.library.core_memory.restype = ctypes.c_void_p
        self.instance = ctypes.c_void_p(self.library.core_instance())
        self.base = self.library.core_memory()
        with open(names, encoding="utf8") as file:
            self.names = json.load(file)
        self.rows = dict(self.names["abis"])

    def call(self, name, *args):
        function = getattr(self.library, f"Z_coreZ_{name}")
        function.restype = ctypes.c_int32
        return function(self.instance, *(ctypes.c_uint32(arg & 0xFFFFFFFF) for arg in args))

    def write(self, at, data):
        ctypes.memmove(self.base + at, bytes(data), len(data))

    def read(self, at, length):
        return ctypes.string_at(self.base + at, length)

    def cells(self, program, values):
        """Values as cells of eight bytes; octets fill as many as they need, a tail is counted first."""
        octets = self.names["kinds"]["OCTETS"]
        packed = b""
        for element, value in zip(program, values):
            tail = (element >> 16) & 0xFFFF == 0xFFFF
            if element & 255 == octets:
                count = struct.pack("<Q", len(value)) if tail else b""
                packed += count + value + bytes(-len(value) % 8)
                continue
            numbers = value if isinstance(value, (list, tuple)) else [value]
            if tail:
                packed += struct.pack("<Q", len(numbers))
            packed += b"".join(struct.pack("<q", number) for number in numbers)
        return packed

    def encode(self, abi, messages):
        """The control buffer of `(name, values)` pairs, in the layout of an ABI."""
        row, index = self.rows[abi], [name for name, _ in self.names["abis"]].index(abi)
        control = self.call("scratch_base")
        program_at, cells_at, payload_at = (control + 0x10000 * n for n in (1, 2, 3))
        used = 0
        for name, values in messages:
            message = self.names["messages"][name]
            numbers = next(n for n in message["numbers"] if index in n["abis"])
            program = message["payloads"][numbers["payload"]]["program"]
            cells = self.cells(program, values)
            self.write(program_at, struct.pack(f"<{len(program)}i", *program))
            self.write(cells_at, cells)
            length = self.call("pack", row, program_at, len(program), cells_at, len(cells) // 8, payload_at, 0x10000)
            if length < 0:
                raise ValueError(f"{name}: status {length}")
            level, type = numbers["level"], numbers["type"]
            used = self.call("cmsg_append", row, control, 0x10000, used, level, type, payload_at, length)
            if used < 0:
                raise ValueError(f"{name}: status {used}")
        return self.read(control, used)
