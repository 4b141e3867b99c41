"""python3 -m bench.hold PORT COUNT: opens connections, uses each once, keeps them until the input ends.

Prints `open` when all stand; for each line of input, how many are still open.
"""

import resource
import select
import socket
import sys


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    for start in range(0, count, 100):
        group = []
        for _ in range(min(100, count - start)):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            group.append(connection)
        for connection in group:
            if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
                sys.exit("not answered")
        connections += group
    print("open", flush=True)
    for _ in sys.stdin:
        poll = select.poll()
        for connection in connections:
            poll.register(connection, select.POLLIN)
        print(count - len(poll.poll(0)), flush=True)


main()
