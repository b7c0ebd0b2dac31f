# Sends and receives control messages of many types, and prints each list of (level, type, data) in the order of the calls. Run
# under strace by strace.test.ts. Needs no privileges and no network but the loopback interface.

import json
import os
import socket
import struct

SOL_IP, SOL_IPV6, SOL_UDP = 0, 41, 17


def say(call, items):
    print(json.dumps([call, [[level, kind, data.hex()] for level, kind, data in items]]))


def send(sock, items, to=None):
    try:
        sock.sendmsg([b'he"l\\lo ] } msg_control=[\x01'], items, 0, *([to] if to else []))
    except OSError:
        pass  # What the kernel refuses is traced as well.
    say("sendmsg", items)


def receive(sock, size=2000, flags=0):
    say("recvmsg", sock.recvmsg(100, size, flags)[1])


left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
# A name with everything that a note of -y could stumble over.
path = "/tmp/a->b<c>\"d\" e\\f %d" % os.getpid()
named = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
os.unlink(path)
null = os.open("/dev/null", os.O_RDWR)
fds = lambda *numbers: (socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("%di" % len(numbers), *numbers))
mine = (socket.SOL_SOCKET, 2, struct.pack("iII", os.getpid(), os.getuid(), os.getgid()))

right.setsockopt(socket.SOL_SOCKET, 16, 1)
send(left, [fds(null, named), mine])
receive(right)
right.setsockopt(socket.SOL_SOCKET, 29, 1)
send(left, [fds(left.fileno(), null, right.fileno())])
receive(right)
right.setsockopt(socket.SOL_SOCKET, 35, 1)
send(left, [fds(*[null] * 100)])
receive(right, 80)
send(left, [fds()])
receive(right)

send(left, [(1, 1, b"abcdef")])
send(left, [(1, 2, b"abcdef")])
send(left, [(1, 3, b"a label\0")])
send(left, [(99, 77, b"label\0")])
send(left, [(SOL_IP, 8, b"abcdef"), (SOL_IP, 4, b"\x01\x83\x04\x04\x7f\0\0\1"), (SOL_IP, 6, b"\x83\x07\x04")])
for new in (0, 34):
    seconds = "qq" if struct.calcsize("l") == 8 or new else "ll"
    send(left, [(1, kind + (new if kind < 37 else new - 6), struct.pack(seconds, -5, 6)) for kind in (29, 35)])
send(left, [(1, 37, struct.pack("6l", 1, 2, 3, 4, 5, -6)), (1, 65, struct.pack("6q", 1, 2, 3, 4, 5, 6))])
send(left, [(1, 37, struct.pack("3l", 1, 2, 3))])

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
for option in (8, 12, 13, 6, 7, 20, 23):
    try:
        udp.setsockopt(SOL_IP, option, 1)
    except OSError:
        pass
for option, value in ((37, 0x5B), (29, 1), (40, 1)):
    udp.setsockopt(socket.SOL_SOCKET, option, value)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
send(client, [], udp.getsockname())
receive(udp)
told = struct.pack("i4s4s", 0, bytes(4), bytes(4))
send(client, [(SOL_IP, 8, told), (SOL_IP, 2, struct.pack("i", 5)), (SOL_IP, 1, struct.pack("i", 4))], udp.getsockname())
receive(udp)
for size in (1, 40, 50, 60, 100):
    send(client, [], udp.getsockname())
    receive(udp, size)

client.setsockopt(SOL_IP, 11, 1)
closed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
closed.bind(("127.0.0.1", 0))
nobody = closed.getsockname()
closed.close()
client.connect(nobody)
client.send(b"x")
receive(client, 2000, socket.MSG_ERRQUEUE)

try:
    udp6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp6.bind(("::1", 0))
except OSError:
    udp6 = None
if udp6 is not None:
    for option in (49, 51, 66, 74):
        udp6.setsockopt(SOL_IPV6, option, 1)
    client6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    send(client6, [(SOL_IPV6, 52, struct.pack("i", 5)), (SOL_UDP, 103, struct.pack("H", 500))], udp6.getsockname()[:2])
    receive(udp6)
