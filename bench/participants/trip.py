# CPython, asyncio: descriptors to another process and back, over an AF_UNIX stream. Arguments: descriptors, and the command of the
# process that answers; "echo" makes this program that process, whose standard input is the socket.
import asyncio
import os
import socket
import subprocess
import sys
import time

fd_count = int(sys.argv[1])
command = sys.argv[2:]


async def echo():
    end = socket.socket(fileno=0)
    end.setblocking(False)
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def readable():
        data, fds, _flags, _address = socket.recv_fds(end, 1, fd_count)
        if not data:
            loop.remove_reader(end)
            ended.set_result(None)
            return
        socket.send_fds(end, [data], fds)
        for fd in fds:
            os.close(fd)

    loop.add_reader(end, readable)
    await ended


async def drive():
    end, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    peer = subprocess.Popen(command, stdin=other)
    other.close()
    end.setblocking(False)
    clock = (~peer.pid << 3) | 2
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(fd_count)]
    loop = asyncio.get_running_loop()
    left = arrived = 0
    done = None

    def readable():
        nonlocal left, arrived
        _data, fds, _flags, _address = socket.recv_fds(end, 1, fd_count)
        for fd in fds:
            os.close(fd)
        arrived += len(fds)
        left -= 1
        if left > 0:
            socket.send_fds(end, [b"\0"], files)
        else:
            done.set_result(None)

    loop.add_reader(end, readable)
    while line := sys.stdin.readline():
        left = int(line)
        arrived = 0
        done = loop.create_future()
        start = time.process_time_ns() + time.clock_gettime_ns(clock)
        socket.send_fds(end, [b"\0"], files)
        await done
        ns = time.process_time_ns() + time.clock_gettime_ns(clock) - start
        print(ns, arrived, flush=True)


asyncio.run(echo() if command == ["echo"] else drive())
