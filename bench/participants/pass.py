# CPython: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes.
import array
import os
import socket
import sys

from serve import serve

fd_count = int(sys.argv[2])
byte_count = int(sys.argv[3])
TYPES = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}
left, right = socket.socketpair(socket.AF_UNIX, TYPES[sys.argv[1]])
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(fd_count)]
data = bytes(byte_count)


def receive(missing):
    recv_fds, close = socket.recv_fds, os.close
    arrived = 0
    while missing > 0:
        received, fds, _flags, _address = recv_fds(right, missing, fd_count)
        missing -= len(received)
        for fd in fds:
            close(fd)
        arrived += len(fds)
    return arrived


def pass_fds(count):
    send_fds = socket.send_fds
    arrived = 0
    for _ in range(count):
        send_fds(left, [data], files)
        arrived += receive(byte_count)
    return arrived


def pass_large(count):
    """A stream takes so much in pieces: it is sent as far as there is room, and received."""
    view = memoryview(data)
    # send_fds of CPython 3.11 leaves its flags out of account.
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
    arrived = 0
    for _ in range(count):
        sent = left.sendmsg([data], rights, socket.MSG_DONTWAIT)
        arrived += receive(sent)
        while sent < byte_count:
            more = left.send(view[sent:], socket.MSG_DONTWAIT)
            arrived += receive(more)
            sent += more
    return arrived


def pass_data(count):
    for _ in range(count):
        left.sendmsg([data])
        missing = byte_count
        while missing > 0:
            received, _control, _flags, _address = right.recvmsg(missing)
            missing -= len(received)
    return 0


if fd_count == 0:
    serve(pass_data)
else:
    serve(pass_large if byte_count > 65536 else pass_fds)
