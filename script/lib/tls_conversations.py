#!/usr/bin/env python3
"""TLS conversations with a server on loopback, well-formed and not, and what it must answer.

The conversations are those of tlsfuzzer's scripts test-tls13-conversation, -version-negotiation, -ccs, -finished and
-connection-abort, written anew on tlslite-ng (tlsfuzzer itself is on no package registry). Two things differ, because the
server offers only the suites of Mozilla's intermediate profile: fallback to TLS 1.2 is tried with an ECDHE suite,
and fallback to TLS 1.1 has to be refused.

  tls_conversations.py --port 8443 [--group finished] [--full] [-v]

Exit status 1 if any conversation goes otherwise than it must."""
import argparse
import socket
import sys
import time

from tlslite.api import HandshakeSettings, TLSConnection
from tlslite.constants import AlertDescription, ContentType, ExtensionType, HandshakeType
from tlslite.errors import TLSAbruptCloseError, TLSRemoteAlert
from tlslite.extensions import SupportedVersionsExtension
from tlslite.messages import ClientHello, Finished, ServerHello

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
HOST = "127.0.0.1"


class Abort(Exception):
    """The conversation ends here, on purpose."""


class Raw:
    """A handshake message of given bytes."""

    contentType = ContentType.handshake

    def __init__(self, data):
        self.data = bytearray(data)

    def write(self):
        return self.data


class Client(TLSConnection):
    """A client that can change what it sends, and leave after what it receives."""

    change_hello = None
    change_finished = None
    abort_after = None

    def _sendMsg(self, msg, *args, **kwargs):
        if isinstance(msg, ClientHello) and self.change_hello:
            self.change_hello(msg)
        if isinstance(msg, Finished) and self.change_finished:
            msg = Raw(self.change_finished(msg.write()))
        return super()._sendMsg(msg, *args, **kwargs)

    def _getMsg(self, *args, **kwargs):
        for result in super()._getMsg(*args, **kwargs):
            if isinstance(result, ServerHello):
                self.server_random = bytes(result.random)
            if self.abort_after is not None and getattr(result, "handshakeType", None) == self.abort_after:
                raise Abort
            yield result


def connect(port):
    s = socket.create_connection((HOST, port), timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def settings(low=(3, 4), high=(3, 4), ciphers=("aes128gcm",), groups=("secp256r1",)):
    made = HandshakeSettings()
    made.minVersion, made.maxVersion = low, high
    made.cipherNames = list(ciphers)
    made.eccCurves = list(groups)
    made.keyShares = list(groups)
    made.ticketKeys = []
    return made


def client(port, setup=None, **options):
    c = Client(connect(port))
    c.closeSocket = True
    if setup:
        setup(c)
    c.handshakeClientCert(settings=settings(**options))
    return c


def request(c):
    """Asks for / and reads the answer up to the server's close_notify."""
    c.send(REQUEST)
    answer = bytes(c.read(min=1))
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:60]
    while True:
        more = c.read(min=1)  # Raises TLSAbruptCloseError if the end is not announced.
        if not more:
            break
        answer += more
    return answer


def expect_alert(run, *descriptions):
    """Runs the conversation, which the server must end with one of these fatal alerts."""
    try:
        run()
    except TLSRemoteAlert as alert:
        assert alert.description in descriptions, f"alert {AlertDescription.toStr(alert.description)}"
        return
    raise AssertionError("no alert")


# --- conversation ---------------------------------------------------------------------------------------------------

def conversation(port, full):
    for name in ("aes128gcm", "aes256gcm", "chacha20-poly1305"):
        yield f"sanity {name}", lambda name=name: request(client(port, ciphers=[name]))
    for group in ("x25519", "secp256r1", "secp384r1"):
        yield f"sanity {group}", lambda group=group: request(client(port, groups=[group]))

    def retry():
        # No key share for a group that the server accepts: it must ask for one (HelloRetryRequest).
        made = settings(groups=["secp521r1", "secp256r1"])
        made.keyShares = ["secp521r1"]
        c = Client(connect(port))
        c.handshakeClientCert(settings=made)
        request(c)

    yield "hello retry request", retry

    def close_first():
        c = client(port)
        c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert c.read(min=1).startswith(b"HTTP/1.1 200 ")
        c.close()

    yield "client closes first", close_first

    def key_update():
        c = client(port)
        for _ in c.send_keyupdate_request(1):
            pass
        request(c)

    yield "key update", key_update


# --- version negotiation --------------------------------------------------------------------------------------------

def versions(port, full):
    def offered(*list_of_versions):
        def change(hello):
            hello.extensions = [e for e in hello.extensions or [] if e.extType != ExtensionType.supported_versions]
            hello.extensions.append(SupportedVersionsExtension().create(list(list_of_versions)))
        return lambda c: setattr(c, "change_hello", change)

    def legacy(version):
        def change(hello):
            hello.client_version = version
            hello.extensions = [e for e in hello.extensions or [] if e.extType != ExtensionType.supported_versions]
        return lambda c: setattr(c, "change_hello", change)

    tls12 = dict(low=(3, 3), high=(3, 3))

    def is_12(c):
        assert c.version == (3, 3), c.version
        request(c)

    for minor in range(4):
        def record_version(minor=minor):
            c = Client(connect(port))
            c._recordLayer.version = (3, minor)
            c.handshakeClientCert(settings=settings())
            assert c.version == (3, 4)
            request(c)
        yield f"TLS 1.3 with 3.{minor} in the record layer", record_version

    yield "TLS 1.8 only", lambda: expect_alert(
        lambda: client(port, offered((3, 9))), AlertDescription.protocol_version)
    yield "fallback from TLS 1.8 to 1.2", lambda: is_12(client(port, offered((3, 9), (3, 3)), **tls12))
    yield "fallback from TLS 1.8 to 1.1 is refused", lambda: expect_alert(
        lambda: client(port, offered((3, 9), (3, 2))), AlertDescription.protocol_version)
    yield "SSL 3.0 in supported versions", lambda: expect_alert(
        lambda: client(port, offered((3, 0))), AlertDescription.protocol_version)
    yield "TLS 1.3 in the legacy field", lambda: is_12(client(port, legacy((3, 4)), **tls12))
    yield "TLS 1.8 in the legacy field", lambda: is_12(client(port, legacy((3, 9)), **tls12))
    for version, name in (((3, 0), "SSL 3.0"), ((3, 1), "TLS 1.0"), ((3, 2), "TLS 1.1")):
        # SSL 3.0 has no alert protocol_version (RFC 6101 section 5.4.2); its nearest is handshake_failure.
        alerts = [AlertDescription.protocol_version, AlertDescription.handshake_failure][:2 if version == (3, 0) else 1]
        yield f"{name} in the legacy field", lambda version=version, alerts=alerts: expect_alert(
            lambda: client(port, legacy(version), **tls12), *alerts)

    def ssl2():
        # An SSL 2 ClientHello: length, type 1, version 3.4, one TLS 1.3 suite, no session, 16 bytes of challenge.
        hello = bytes([1, 3, 4, 0, 3, 0, 0, 0, 16, 0, 0x13, 0x01]) + bytes(16)
        s = connect(port)
        s.sendall(bytes([0x80 | len(hello) >> 8, len(hello) & 255]) + hello)
        answer = s.recv(100)
        # An alert record (21) with level fatal (2), or nothing but the end.
        assert answer == b"" or answer[0] == 21 and answer[5] == 2, answer
        s.close()

    yield "SSL 2.0 ClientHello with TLS 1.3 suites", ssl2

    def downgrade():
        # RFC 8446 section 4.1.3: a server that could have spoken TLS 1.3 says so in its random value.
        c = client(port, **tls12)
        assert c.server_random[-8:] == b"DOWNGRD\x01", c.server_random

    yield "TLS 1.2 carries the downgrade mark", downgrade


# --- change cipher spec ---------------------------------------------------------------------------------------------

CCS = bytes([20, 3, 3, 0, 1, 1])


def ccs(port, full):
    yield "sanity", lambda: request(client(port))

    def after(record):
        c = client(port)
        c.sock.socket.sendall(record)
        c.read(min=1)

    yield "CCS after Finished", lambda: expect_alert(lambda: after(CCS), AlertDescription.unexpected_message)
    yield "CCS of two bytes after Finished", lambda: expect_alert(
        lambda: after(bytes([20, 3, 3, 0, 2, 1, 1])), AlertDescription.unexpected_message)
    yield "plaintext after Finished", lambda: expect_alert(
        lambda: after(bytes([22, 3, 3, 0, 4, 1, 0, 0, 0])), AlertDescription.unexpected_message)

    def first():
        s = connect(port)
        s.sendall(CCS)
        answer = s.recv(100)
        assert answer[:1] == b"" or answer[0] == 21 and answer[5] == 2 and answer[6] == 10, answer
        s.close()

    yield "CCS before ClientHello", first


# --- finished -------------------------------------------------------------------------------------------------------

def finished(port, full):
    yield "sanity", lambda: request(client(port))

    def case(cipher, change, *alerts):
        def run():
            c = client(port, lambda c: setattr(c, "change_finished", change), ciphers=[cipher])
            c.read(min=1)
        return lambda: expect_alert(run, *alerts)

    def body(data):
        # Type 20 and a length of three bytes, then the verify data.
        return bytes([HandshakeType.finished]) + len(data).to_bytes(3, "big") + bytes(data)

    for cipher, size in (("aes128gcm", 32), ("aes256gcm", 48)):
        decode, decrypt = AlertDescription.decode_error, AlertDescription.decrypt_error
        yield f"{cipher} empty", case(cipher, lambda m: body(b""), decode)
        for bit in range(0, size * 8, 1 if full else 9):
            def flip(message, bit=bit):
                message = bytearray(message)
                message[-1 - bit // 8] ^= 1 << bit % 8
                return message
            yield f"{cipher} bit {bit}", case(cipher, flip, decrypt)
        cuts = [(0, -1), (0, -2), (0, -4), (0, -8), (0, -16), (0, 12), (1, None), (2, None), (4, None), (8, None),
                (16, None)]
        for start, end in cuts + ([(0, -32), (32, None)] if size == 48 else []):
            yield f"{cipher} cut {start}:{end}", case(
                cipher, lambda m, start=start, end=end: body(m[4:][start:end]), decode)
        for left, right in ((0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (1, 1),
                            (0, 32), (0, 48), (48, 0), (0, 2**14 - 4 - size), (0, 0x20000)):
            # Beyond 64 bytes, the longest hash, OpenSSL refuses the length itself, and says illegal_parameter; tlsfuzzer
            # wants decode_error there too (RFC 8446 section 6.2 leaves room for both).
            alerts = [decode] if size + left + right <= 64 else [decode, AlertDescription.illegal_parameter]
            yield f"{cipher} padded {left}+{right}", case(
                cipher, lambda m, left=left, right=right: body(bytes(left) + bytes(m[4:]) + bytes(right)), *alerts)


# --- connection abort -----------------------------------------------------------------------------------------------

def aborts(port, full):
    def abort_at(handshake_type):
        def run():
            c = Client(connect(port))
            c.abort_after = handshake_type
            try:
                c.handshakeClientCert(settings=settings())
                raise AssertionError("message not seen")
            except Abort:
                pass
            finally:
                c.sock.close()
        return run

    def close_after(steps):
        def run():
            c = client(port)
            if "request" in steps:
                c.send(REQUEST)
            if "answer" in steps:
                assert c.read(min=1).startswith(b"HTTP/1.1 200 ")
            if "alert" in steps:
                c.closeSocket = False
                for _ in c.closeAsync():
                    break
            c.sock.close()
        return run

    def before_hello():
        connect(port).close()

    def after_hello():
        c = Client(connect(port))

        class Gone(Exception):
            pass

        def get(*args, **kwargs):
            raise Gone
            yield
        c._getMsg = get
        try:
            c.handshakeClientCert(settings=settings())
        except Gone:
            pass
        c.sock.close()

    def half_hello():
        s = connect(port)
        s.sendall(bytes([22, 3, 1, 1, 0, 1, 0, 0, 0xFC, 3, 3]))
        s.close()

    def reset():
        s = connect(port)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.sendall(bytes([22, 3, 1, 1, 0, 1, 0, 0, 0xFC, 3, 3]))
        s.close()

    for turn in range(10 if full else 3):
        yield f"sanity {turn}", lambda: request(client(port))
        yield f"before ClientHello {turn}", before_hello
        yield f"half a ClientHello {turn}", half_hello
        yield f"reset {turn}", reset
        yield f"after ClientHello {turn}", after_hello
        for name in ("server_hello", "encrypted_extensions", "certificate", "certificate_verify", "finished"):
            yield f"after {name} {turn}", abort_at(getattr(HandshakeType, name))
        yield f"after client Finished {turn}", close_after([])
        yield f"after client request {turn}", close_after(["request"])
        yield f"after server answer {turn}", close_after(["request", "answer"])
        yield f"after close_notify {turn}", close_after(["request", "answer", "alert"])

    def ticket():
        c = client(port)
        c.send(REQUEST)
        assert c.read(min=1).startswith(b"HTTP/1.1 200 ")
        assert c.tickets, "no NewSessionTicket"
        c.sock.close()

    yield "after NewSessionTicket", ticket
    yield "sanity at the end", lambda: request(client(port))


GROUPS = dict(conversation=conversation, versions=versions, ccs=ccs, finished=finished, aborts=aborts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--group", choices=GROUPS)
    parser.add_argument("--full", action="store_true", help="every bit of Finished, ten turns of aborts")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    passed, failed = 0, 0
    for name, group in GROUPS.items():
        if options.group not in (None, name):
            continue
        began, before = time.monotonic(), passed
        for case, run in group(options.port, options.full):
            try:
                run()
                passed += 1
                if options.v:
                    print(f"ok {name}: {case}")
            except Exception as error:  # Whatever it is, the conversation did not go as it must.
                failed += 1
                print(f"FAILED {name}: {case}: {type(error).__name__}: {error}")
        print(f"{name}: {passed - before} passed, {time.monotonic() - began:.1f} s")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
