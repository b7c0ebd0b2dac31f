# The file server in Python: opens files by name and sends their descriptors back.
import errno
import os
import socket
import sys

path, root = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
    server.bind(path)
    server.listen()
    print(f"serving {root}", flush=True)
    while True:
        connection, _ = server.accept()
        with connection:
            asked = connection.recv(1024).decode()
            if asked == "stop":
                break
            lines, fds = [], []
            for name in asked.split("\n"):
                try:
                    fds.append(os.open(os.path.join(root, name), os.O_RDONLY))
                    lines.append(f"ok {name}")
                except OSError as error:
                    lines.append(f"{errno.errorcode[error.errno]} {name}")
            socket.send_fds(connection, ["\n".join(lines).encode()], fds)
            for fd in fds:
                os.close(fd)
            print(f"sent {len(fds)} of {len(lines)} files", flush=True)
