# usage: native.py LIBRARY CORE.JSON CONFORMANCE.JSON ABI…: takes the steps of the conformance file, passes a descriptor, and encodes
# messages by name for each ABI.

import json
import os
import socket
import struct
import sys

from core import Core


def play(core, steps):
    checksum, compared, failures = 0x811C9DC5, 0, []

    def add(data):
        nonlocal checksum
        for byte in data:
            checksum = (checksum ^ byte) * 0x01000193 & 0xFFFFFFFF

    for at, (kind, where, what, *expected) in enumerate(steps):
        if kind == "bytes":
            core.write(where, bytes.fromhex(what))
            continue
        compared += 1
        if kind == "call":
            answer = core.call(where, *what)
            add(struct.pack("<i", answer))
            if answer != expected[0]:
                failures.append(f"step {at}: {where} answers {answer}, not {expected[0]}")
            continue
        found = core.read(where, len(what) // 2)
        add(found)
        if found.hex() != what:
            failures.append(f"step {at}: other bytes at {where}")
    head = f"{compared} compared, {len(failures)} failed, checksum {checksum:x}"
    return "; ".join([head, *failures[:5]])


def pass_descriptor(core):
    """socket.sendmsg with messages that our encoder has laid out: what the kernel delivers is a descriptor of that file."""
    me = (os.getpid(), os.getuid(), os.getgid())
    file = os.open(__file__, os.O_RDONLY)
    control = core.encode("linux-x86_64-glibc", [("rights", [[file]]), ("credentials", me)])
    libc_messages = []
    while control:
        length, level, type = struct.unpack_from("<Qii", control)
        libc_messages.append((level, type, control[16:length]))
        control = control[(length + 7) & ~7 :]
    left, right = socket.socketpair()
    right.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    left.sendmsg([b"!"], libc_messages)
    data, received, flags, address = right.recvmsg(1, 256)
    by_type = {type: payload for _, type, payload in received}
    (fd,) = struct.unpack("i", by_type[socket.SCM_RIGHTS])
    same = os.path.samestat(os.fstat(fd), os.fstat(file)) and fd != file
    told = struct.unpack("3i", by_type[socket.SCM_CREDENTIALS]) == me
    return f"descriptor {'passed' if same else 'LOST'}, credentials {'told' if told else 'LOST'}"


core = Core(sys.argv[1], sys.argv[2])
with open(sys.argv[3], encoding="utf8") as file:
    print(play(core, json.load(file)))
print(pass_descriptor(core))
for abi in sys.argv[4:]:
    addresses = (socket.inet_aton("127.0.0.1"), socket.inet_aton("192.0.2.1"))
    messages = [
        ("rights", [[3, 4, 5]]),
        ("credentials", (1, 2, 3)),
        ("timestampNs", (1_700_000_000, 123_456_789)),
        ("packetInfo", (2, *addresses)),
    ]
    print(abi, core.encode(abi, messages).hex())
