# CPython's own parser of control messages, that of socket.recvmsg, on what fuzz/native/received.c makes it receive. Writes for each case
# a line: level, type and payload length of each message, and ! behind them when it warned of malformed data.

import socket
import sys
import warnings

ROOM = 4096

left, right = socket.socketpair()
while True:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        data, messages, _, _ = right.recvmsg(1, ROOM)
    if not data:
        break
    words = [f"{level}/{type}/{len(payload)}" for level, type, payload in messages]
    print(*words, *(["!"] if warned else []), file=sys.stdout)
