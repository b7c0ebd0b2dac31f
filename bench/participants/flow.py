# CPython: messages in one direction from another process, over an AF_UNIX socketpair. Arguments: descriptors and bytes of a message,
# socket type, the command of the process that sends. "feed" for it makes this program that process, whose standard input is the
# socket: a message with a number comes in, and so many go out.
import os
import socket
import subprocess
import sys

import serve

fd_count = int(sys.argv[1])
byte_count = int(sys.argv[2])
command = sys.argv[4:]


def feed():
    end = socket.socket(fileno=0)
    data = bytes(byte_count)
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(fd_count)]
    while request := end.recv(32):
        for _ in range(int(request)):
            if fd_count:
                socket.send_fds(end, [data], files)
            else:
                end.sendall(data)


def drive():
    kind = socket.SOCK_STREAM if sys.argv[3] == "stream" else socket.SOCK_SEQPACKET
    end, other = socket.socketpair(socket.AF_UNIX, kind)
    peer = subprocess.Popen(command, stdin=other)
    other.close()
    serve.partner = serve.clock_of(peer.pid)
    into = bytearray(byte_count)

    def run(count):
        end.send(str(count).encode())
        missing = count * byte_count
        arrived = 0
        while missing > 0:
            if fd_count == 0:
                missing -= end.recv_into(into)
                continue
            data, fds, _flags, _address = socket.recv_fds(end, byte_count, fd_count)
            missing -= len(data)
            for fd in fds:
                os.close(fd)
            arrived += len(fds)
        return arrived

    serve.serve(run)


if command == ["feed"]:
    feed()
else:
    drive()
