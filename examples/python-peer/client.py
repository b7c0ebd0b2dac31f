# The client of pass-files in Python: opens files, passes them, prints the reply.
import socket
import sys

path, *names = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
    connection.connect(path)
    files = [open(name) for name in names]
    socket.send_fds(connection, ["\n".join(names).encode()], [file.fileno() for file in files])
    for file in files:
        file.close()
    print(f"the server has {connection.recv(1024).decode()}", flush=True)
