# CPython: a message to another process and back, over an AF_UNIX stream. Arguments: "asyncio" or "block"; descriptors; bytes; and the
# command of the process that answers. "echo" makes this program that process, whose standard input is the socket.
import asyncio
import os
import socket
import subprocess
import sys

import serve

way = sys.argv[1]
fd_count = int(sys.argv[2])
byte_count = int(sys.argv[3])
command = sys.argv[4:]
data = bytes(byte_count)


def send(end, payload, fds):
    if fd_count:
        socket.send_fds(end, [payload], fds)
    else:
        end.send(payload)


def receive(end):
    if fd_count:
        payload, fds, _flags, _address = socket.recv_fds(end, byte_count, fd_count)
        return payload, fds
    return end.recv(byte_count), []


def close_all(fds):
    for fd in fds:
        os.close(fd)


def answer(end):
    payload, fds = receive(end)
    if payload:
        send(end, payload, fds)
        close_all(fds)
    return bool(payload)


async def echo():
    end = socket.socket(fileno=0)
    end.setblocking(False)
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def readable():
        if not answer(end):
            loop.remove_reader(end)
            ended.set_result(None)

    loop.add_reader(end, readable)
    await ended


def echo_blocking():
    end = socket.socket(fileno=0)
    while answer(end):
        pass


def start():
    end, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    peer = subprocess.Popen(command, stdin=other)
    other.close()
    serve.partner = serve.clock_of(peer.pid)
    return end, [os.open("/dev/null", os.O_RDONLY) for _ in range(fd_count)]


def drive_blocking():
    end, files = start()

    def run(count):
        arrived = 0
        for _ in range(count):
            send(end, data, files)
            _payload, fds = receive(end)
            close_all(fds)
            arrived += len(fds)
        return arrived

    serve.serve(run)


async def drive():
    end, files = start()
    end.setblocking(False)
    loop = asyncio.get_running_loop()
    left = arrived = 0
    done = None

    def readable():
        nonlocal left, arrived
        _payload, fds = receive(end)
        close_all(fds)
        arrived += len(fds)
        left -= 1
        if left > 0:
            send(end, data, files)
        else:
            done.set_result(None)

    async def run(count):
        nonlocal left, arrived, done
        left = count
        arrived = 0
        done = loop.create_future()
        send(end, data, files)
        await done
        return arrived

    async def timed():
        begun = serve.time.perf_counter_ns()
        await run(1)
        return serve.time.perf_counter_ns() - begun

    loop.add_reader(end, readable)
    for latency, count in serve.requests():
        if latency:
            print(*[await timed() for _ in range(count)], flush=True)
            continue
        serve.begin()
        serve.answer(await run(count))


echoes = command == ["echo"]
if way == "asyncio":
    asyncio.run(echo() if echoes else drive())
elif echoes:
    echo_blocking()
else:
    drive_blocking()
