# The server of pass-files in Python: takes open files and answers.
import os
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
    server.bind(sys.argv[1])
    server.listen()
    print("listening", flush=True)
    connection, _ = server.accept()
    with connection:
        message, fds, flags, address = socket.recv_fds(connection, 1024, 2)
        sizes = [os.fstat(fd).st_size for fd in fds]
        for name, fd in zip(message.decode().split("\n"), fds):
            with os.fdopen(fd) as file:
                print(f"{name}: {file.readline().strip()}", flush=True)
        reply = f"read {len(sizes)} files of {' and '.join(map(str, sizes))} bytes"
        connection.sendall(reply.encode())
