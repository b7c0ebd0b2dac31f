# Writes into real sockets and receives from them as lines of JSON say. Descriptors are memfds that hold the caller's number; answers
# for each line what every call received, and how many descriptors were open more at the end than at the beginning.

import ctypes
import json
import os
import resource
import socket
import struct
import sys

sys.dont_write_bytecode = True

from peeked import NUMBER, Iovec, Msghdr, libc, listing

SOFT, HARD = resource.getrlimit(resource.RLIMIT_NOFILE)
TYPES = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}


def memfd(number):
    fd = os.memfd_create("cmsg")
    os.write(fd, b"%d" % number)
    return fd


def write(sock, step):
    groups = [[memfd(number) for number in group] for group in step["descriptors"]]
    items = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("%di" % len(fds), *fds)) for fds in groups]
    if step["attached"]:
        mine = struct.pack("iII", os.getpid(), os.getuid(), os.getgid())
        items.append((socket.SOL_SOCKET, 2, mine))
    sent = sock.sendmsg([step["data"].encode()], items)
    for fd in sum(groups, []):
        os.close(fd)
    return sent


def write_as(sock, step):
    """Writes as this process, or as a child."""
    if not step["child"]:
        return [os.getpid(), write(sock, step)]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            write(sock, step)
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    return [child, len(step["data"])]


def limit_to(free):
    """Lets so many more descriptors fit in the table."""
    taken = listing()
    number = 0
    while free >= 0:
        if number not in taken:
            if free == 0:
                break
            free -= 1
        number += 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, HARD))


def receive(sock, step):
    size, room = step["dataLimit"], step["controlLimit"]
    data = ctypes.create_string_buffer(max(size, 1))
    area = (ctypes.c_ubyte * (room + 64))()
    iov = Iovec(ctypes.cast(data, ctypes.c_void_p), size)
    header = Msghdr(None, 0, ctypes.pointer(iov), 1, ctypes.cast(area, ctypes.c_void_p), room, 0)
    before = listing()
    if step["free"] is not None:
        limit_to(step["free"])
    flags = socket.MSG_DONTWAIT | (socket.MSG_PEEK if step["peek"] else 0)
    got = libc.syscall(NUMBER, sock.fileno(), ctypes.byref(header), flags)
    errno = ctypes.get_errno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, HARD))
    if got < 0:
        return {"errno": errno}
    opened = []
    for fd in sorted(listing() - before):
        opened.append(int(os.pread(fd, 16, 0)))
        os.close(fd)
    control = bytes(area[: header.controllen])
    return {"data": data.raw[:got].decode(), "control": control.hex(), "flags": header.flags, "opened": opened}


for line in sys.stdin:
    scenario = json.loads(line)
    start = len(listing())
    left, right = socket.socketpair(socket.AF_UNIX, TYPES[scenario["type"]])
    answers = []
    for step in scenario["steps"]:
        if step["do"] == "write":
            answers.append(write_as(left, step))
        elif step["do"] == "option":
            right.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, step["on"])
        elif step["do"] == "close":
            left.close()
        else:
            answers.append(receive(right, step))
    left.close()
    right.close()
    print(json.dumps({"answers": answers, "leaked": len(listing()) - start, "ids": [os.getuid(), os.getgid()]}))
