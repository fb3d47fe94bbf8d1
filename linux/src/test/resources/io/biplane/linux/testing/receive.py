"""Prints the marks in all that UDP and ICMP of either family bring to this namespace's own addresses."""
import re
import select
import socket

sockets = [
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP),
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_UDP),
    socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
]
for one in sockets:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
print("ready", flush=True)
while True:
    for ready in select.select(sockets, [], [])[0]:
        for mark in re.findall(rb"mark:[^;]*;", ready.recv(65536)):
            print(mark.decode(), flush=True)
