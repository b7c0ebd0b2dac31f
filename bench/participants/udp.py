# CPython: datagrams over 127.0.0.1. Arguments: "receive" (only that is measured; each brings its destination and its time, which are
# read) or "send" (only that), bytes of a datagram, datagrams of a queue.
import socket
import struct
import sys

import serve

SOCKETS = 8
# Of <asm/socket.h>; CPython does not name it.
SO_TIMESTAMPNS = 35
IP_PKTINFO = 8
sends = sys.argv[1] == "send"
byte_count = int(sys.argv[2])
queue = int(sys.argv[3])
data = bytes(byte_count)


def pair():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    if not sends:
        receiver.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    return sender, receiver


def look(control):
    for level, kind, payload in control:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            _interface, _source, destination = struct.unpack("i4s4s", payload)
            socket.inet_ntoa(destination)
        elif level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            struct.unpack("qq", payload)


def receive_queue(receiver):
    recvmsg = receiver.recvmsg
    received = 0
    for _ in range(queue):
        got, control, _flags, _address = recvmsg(byte_count, 256)
        look(control)
        received += len(got)
    return received


def send_queue(sender):
    send = sender.send
    for _ in range(queue):
        send(data)


pairs = [pair() for _ in range(SOCKETS)]


def run(count):
    received = 0
    for _ in range(count):
        if not sends:
            serve.stop_watch()
        for sender, _ in pairs:
            send_queue(sender)
        (serve.stop_watch if sends else serve.start_watch)()
        for _, receiver in pairs:
            received += receive_queue(receiver)
        if sends:
            serve.start_watch()
    return received


serve.serve(run)
