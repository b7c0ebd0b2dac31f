# The client of the file server in Python.
import os
import socket
import sys

path, *names = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
    connection.connect(path)
    connection.sendall("\n".join(names).encode())
    answer, fds, flags, address = socket.recv_fds(connection, 1024, len(names))
    for line in answer.decode().split("\n"):
        if line == "":
            continue
        status, name = line.split(" ", 1)
        if status == "ok":
            with os.fdopen(fds.pop(0)) as file:
                print(f"{name}: {file.read().rstrip()}", flush=True)
        else:
            print(f"{name}: not sent, {status}", flush=True)
