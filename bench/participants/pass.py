# CPython: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes.
import os
import socket
import sys
import time

fd_count = int(sys.argv[2])
byte_count = int(sys.argv[3])
kind = socket.SOCK_STREAM if sys.argv[1] == "stream" else socket.SOCK_SEQPACKET
left, right = socket.socketpair(socket.AF_UNIX, kind)
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(fd_count)]
data = bytes(byte_count)


def pass_fds(count):
    send_fds, recv_fds, close = socket.send_fds, socket.recv_fds, os.close
    arrived = 0
    for _ in range(count):
        send_fds(left, [data], files)
        missing = byte_count
        while missing > 0:
            received, fds, _flags, _address = recv_fds(right, missing, fd_count)
            missing -= len(received)
            for fd in fds:
                close(fd)
            arrived += len(fds)
    return arrived


def pass_data(count):
    for _ in range(count):
        left.sendmsg([data])
        missing = byte_count
        while missing > 0:
            received, _control, _flags, _address = right.recvmsg(missing)
            missing -= len(received)
    return 0


run = pass_fds if fd_count > 0 else pass_data
while line := sys.stdin.readline():
    count = int(line)
    start = time.process_time_ns()
    arrived = run(count)
    print(time.process_time_ns() - start, arrived, flush=True)
