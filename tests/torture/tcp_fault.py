"""A TCP proxy in front of PostgreSQL that breaks connections at messages of the protocol.

    with Proxy(upstream) as proxy:                       # ("127.0.0.1", port), or the path of a unix socket
        proxy.fault = cut_at(17)
        reckoner = rp.Reckoner(database=proxy.conninfo("name"))

A fault is a function of each Message, in the order in which they pass, that says what becomes of it: PASS, CUT (this one
and everything behind it is lost, both sides see the connection end), EAT (this one is lost, the connection goes on),
HALF_OPEN (nothing passes any more, and nobody is told until the proxy cuts or is closed), Delay(seconds), or
Trickle(seconds, bytes), which lets the next so many bytes pass one by one, with that time between them. It is called by
one thread at a time. Connections are made without TLS and GSSAPI, so that the messages can be read.
"""

import collections
import socket
import struct
import threading
import time

TO_SERVER, TO_CLIENT = "to server", "to client"
PASS, CUT, EAT, HALF_OPEN = "pass", "cut", "eat", "half-open"
Delay = collections.namedtuple("Delay", "seconds")
Trickle = collections.namedtuple("Trickle", "seconds bytes")

# `number` counts from 1 over all connections and both directions; `kind` is the letter of the protocol, "startup" for the
# first; `connection` numbers connections from 1; `answers` is the text of the simple query that was sent last on it.
Message = collections.namedtuple("Message", "number direction kind body connection answers")

READY, COMMAND_COMPLETE, QUERY = "Z", "C", "Q"
STARTUP = "startup"


def no_fault(_):
    return PASS


def cut_at(number):
    """Loses the message of that number, and the connection with it."""
    return lambda message: CUT if message.number == number else PASS


def answers_commit(message):
    """Whether this is the reply of PostgreSQL that something was committed."""
    return (message.direction == TO_CLIENT and message.kind == COMMAND_COMPLETE and message.body == b"COMMIT\0"
            and message.answers.lower() == b"commit\0")


def eat_commits(which=lambda number: True):
    """Loses the reply to COMMIT, for the commits (numbered from 1) that `which` chooses, and the connection with it."""
    seen = 0

    def fault(message):
        nonlocal seen
        if not answers_commit(message):
            return PASS
        seen += 1
        return CUT if which(seen) else PASS

    return fault


class _Pair:
    """One connection of a client, and the proxy's own to the server."""

    def __init__(self, proxy, number, client, server):
        self.proxy, self.number = proxy, number
        self.client, self.server = client, server
        self.query = b""
        self.silent = threading.Event()
        self.trickle = {}  # by direction

    def start(self):
        for direction, source, sink in ((TO_SERVER, self.client, self.server), (TO_CLIENT, self.server, self.client)):
            threading.Thread(target=self._pump, args=(direction, source, sink), daemon=True).start()

    def cut(self):
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.cut()
        self.client.close()
        self.server.close()

    def _pump(self, direction, source, sink):
        started = direction == TO_CLIENT
        held = b""
        try:
            while True:
                received = source.recv(1 << 16)
                if not received:
                    break
                held += received
                passing = []
                while (size := self._size(held, started)) is not None and len(held) >= size:
                    whole, held = held[:size], held[size:]
                    kind, body = (chr(whole[0]), whole[5:]) if started else (STARTUP, whole[4:])
                    started = True
                    fate = self.proxy.judge(self, direction, kind, body)
                    if fate == CUT:
                        self._send(direction, sink, b"".join(passing))
                        return
                    if fate == HALF_OPEN:
                        self.silent.set()
                    if isinstance(fate, Trickle):
                        self.trickle = {TO_SERVER: fate, TO_CLIENT: fate}
                    if isinstance(fate, Delay):
                        self._send(direction, sink, b"".join(passing))
                        passing = []
                        time.sleep(fate.seconds)
                    if fate != EAT:
                        passing.append(whole)
                self._send(direction, sink, b"".join(passing))
        except OSError:
            pass
        finally:
            if not self.silent.is_set():
                self.cut()

    @staticmethod
    def _size(held, started):
        """The length of the message at the start of what is held, once that can be told."""
        offset = 1 if started else 0
        return None if len(held) < offset + 4 else offset + struct.unpack_from("!i", held, offset)[0]

    def _send(self, direction, sink, data):
        if self.silent.is_set():
            return
        trickle = self.trickle.get(direction, Trickle(0.0, 0))
        singly = min(len(data), trickle.bytes)
        for position in range(singly):
            sink.sendall(data[position:position + 1])
            time.sleep(trickle.seconds)
        if singly:
            self.trickle[direction] = Trickle(trickle.seconds, trickle.bytes - singly)
        if data[singly:]:
            sink.sendall(data[singly:])


class Proxy:
    """Listens at 127.0.0.1 until closed."""

    def __init__(self, upstream, fault=no_fault):
        self._upstream, self.fault = upstream, fault
        self._lock = threading.Lock()
        self._pairs = []
        self.messages = self.connections = self.faults = 0
        self._refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def conninfo(self, database, user="reckoner"):
        return (f"host=127.0.0.1 port={self.port} user={user} dbname={database} sslmode=disable gssencmode=disable")

    def refuse(self, whether):
        """Connections that come are ended at once, as by a server that is away."""
        self._refusing = whether

    def restart(self, fault=no_fault):
        """Counts from the beginning again, and ends what is connected."""
        self.cut_all()
        with self._lock:
            self.fault, self.messages, self.connections, self.faults = fault, 0, 0, 0

    def cut_all(self):
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.close()

    def close(self):
        self._listener.close()
        self.cut_all()

    def judge(self, pair, direction, kind, body):
        """What becomes of a message."""
        with self._lock:
            self.messages += 1
            if direction == TO_SERVER and kind == QUERY:
                pair.query = body
            fate = self.fault(Message(self.messages, direction, kind, body, pair.number, pair.query))
            self.faults += fate != PASS
            return fate

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._refusing:
                    raise OSError
                family = socket.AF_UNIX if isinstance(self._upstream, str) else socket.AF_INET
                server = socket.socket(family, socket.SOCK_STREAM)
                server.connect(self._upstream)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                if end.family == socket.AF_INET:
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                pair = _Pair(self, self.connections, client, server)
                self._pairs = [p for p in self._pairs if p.client.fileno() >= 0] + [pair]
            pair.start()
