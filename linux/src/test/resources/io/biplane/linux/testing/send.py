"""Sends packets as they are ordered on standard input, with any source, around the whole of the kernel's IP.

Arguments: link, MAC of the next hop. A line: form, source, destination, mark.
"""
import fcntl
import ipaddress
import socket
import struct
import sys

UDP, ICMP, ICMPV6, FRAGMENT, HOP_BY_HOP, DESTINATION_OPTIONS = 17, 1, 58, 44, 0, 60
PORT = 5005


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(source, destination, protocol, length):
    if source.version == 4:
        return source.packed + destination.packed + struct.pack("!BBH", 0, protocol, length)
    return source.packed + destination.packed + struct.pack("!LL", length, protocol)


def udp(source, destination, payload):
    length = 8 + len(payload)
    header = struct.pack("!HHHH", PORT, PORT, length, 0)
    total = checksum(pseudo(source, destination, UDP, length) + header + payload)
    return UDP, struct.pack("!HHHH", PORT, PORT, length, total or 0xFFFF) + payload


def icmp(source, destination, kind, code, payload, word=0):
    body = struct.pack("!BBHL", kind, code, 0, word) + payload
    protocol = ICMP if source.version == 4 else ICMPV6
    prefix = b"" if source.version == 4 else pseudo(source, destination, ICMPV6, len(body))
    total = checksum(prefix + body)
    return protocol, struct.pack("!BBHL", kind, code, total, word) + payload


def packet(source, destination, protocol, body, options=b"", offset=0, more=False, hops=64):
    """One IPv4 packet, or one IPv6 packet whose extension headers are in the body already."""
    if source.version == 6:
        return struct.pack("!LHBB", 6 << 28, len(body), protocol, hops) + source.packed + destination.packed + body
    flags = (0x2000 if more else 0) | offset // 8
    words = 5 + len(options) // 4
    header = struct.pack(
        "!BBHHHBBH", 4 << 4 | words, 0, words * 4 + len(body), 77, flags, 64, protocol, 0)
    header += source.packed + destination.packed + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + body


def fragments(source, destination, protocol, body):
    first, rest = body[:16], body[16:]
    if source.version == 4:
        return [packet(source, destination, protocol, first, offset=0, more=True),
                packet(source, destination, protocol, rest, offset=16)]
    return [packet(source, destination, FRAGMENT, struct.pack("!BBHL", protocol, 0, 1, 77) + first),
            packet(source, destination, FRAGMENT, struct.pack("!BBHL", protocol, 0, 16, 77) + rest)]


def with_options(source, destination, protocol, body):
    if source.version == 4:
        return [packet(source, destination, protocol, body, options=b"\x01" * 4)]
    pad = struct.pack("!BB4x", 1, 4)
    chain = struct.pack("!BB", DESTINATION_OPTIONS, 0) + pad + struct.pack("!BB", protocol, 0) + pad
    return [packet(source, destination, HOP_BY_HOP, chain + body)]


def packets(form, source, destination, payload):
    four = source.version == 4
    if form == "udp":
        return [packet(source, destination, *udp(source, destination, payload))]
    if form == "fragments":
        return fragments(source, destination, *udp(source, destination, payload))
    if form == "options":
        return with_options(source, destination, *udp(source, destination, payload))
    if form == "echo":
        return [packet(source, destination, *icmp(source, destination, 8 if four else 128, 0, payload))]
    if form == "error":  # port unreachable, about a packet of which the payload stands for the rest
        about = packet(destination, source, *udp(destination, source, payload))
        return [packet(source, destination, *icmp(source, destination, 3 if four else 1, 3 if four else 4, about))]
    if form == "redirect":
        return redirect(source, destination)
    raise ValueError(form)


def invented_mac(source):
    return b"\x02\x66" + source.packed[-4:]


def redirect(source, destination):
    """The way to 2001:db8::9 or 198.51.100.9, says the source, is by way of somebody else."""
    if source.version == 4:
        far, via = ipaddress.ip_address("198.51.100.9"), int(ipaddress.ip_address("169.254.1.66"))
        about = packet(destination, far, *udp(destination, far, b"redirected"))
        return [packet(source, destination, *icmp(source, destination, 5, 1, about, via))]
    target, far = ipaddress.ip_address("fe80::66"), ipaddress.ip_address("2001:db8::9")
    body = target.packed + far.packed + b"\x02\x01" + invented_mac(target)
    return [packet(source, destination, *icmp(source, destination, 137, 0, body), hops=255)]


def discovery(form, source, destination):
    """Neighbour discovery of IPv6: the destination is what it is about."""
    everybody = ipaddress.ip_address("ff02::1")
    mac = invented_mac(source)
    if form == "ns":
        body = icmp(source, everybody, 135, 0, destination.packed + b"\x01\x01" + mac)
    elif form == "na":
        body = icmp(source, everybody, 136, 0, destination.packed + b"\x02\x01" + mac, 0x20000000)
    else:
        prefix = struct.pack("!BBBBLLL", 3, 4, 64, 0xC0, 3600, 3600, 0) + ipaddress.ip_address("2001:db8:bad::").packed
        body = icmp(source, everybody, 134, 0, struct.pack("!LL", 0, 0) + prefix + b"\x01\x01" + mac, 0x40000708)
    return packet(source, everybody, *body, hops=255)


def arp(form, source, destination):
    operation = 1 if form == "arp-request" else 2
    mac = invented_mac(source)
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac + source.packed + b"\0" * 6 + destination.packed


def frames(form, source, destination, payload):
    """What comes behind the addresses of a frame."""
    if form in ("arp-request", "arp-reply"):
        return [struct.pack("!H", 0x0806) + arp(form, source, destination)]
    kind = struct.pack("!H", 0x0800 if source.version == 4 else 0x86DD)
    if form in ("ns", "na", "ra"):
        return [kind + discovery(form, source, destination)]
    return [kind + one for one in packets(form, source, destination, payload)]


def own_mac(link):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, 0x8927, struct.pack("256s", link.encode()))  # SIOCGIFHWADDR
    return answer[18:24]


def main():
    link, next_hop = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", ""))
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((link, 0))
    mac = own_mac(link)
    for line in sys.stdin:
        form, source, destination, mark = line.split()
        source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
        for one in frames(form, source, destination, mark.encode()):
            out.send(next_hop + mac + one)


main()
