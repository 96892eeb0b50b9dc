"""The proxy that breaks connections, without a database: against a server that answers with what it was told to."""

import socket
import struct
import threading
import time
import unittest

from tcp_fault import CUT, EAT, HALF_OPEN, PASS, TO_CLIENT, TO_SERVER, Delay, Proxy, Trickle, cut_at, eat_commits


def message(kind, body):
    return kind.encode() + struct.pack("!i", len(body) + 4) + body


STARTUP = struct.pack("!ii", 8, 196608)
QUERY = message("Q", b"commit\0")
ANSWER = message("C", b"COMMIT\0") + message("Z", b"I")


class Server:
    """Answers each query by CommandComplete and ReadyForQuery; remembers what it received."""

    def __init__(self):
        self.received = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        while piece := connection.recv(4096):
            self.received += piece
            if piece.endswith(QUERY):
                connection.sendall(ANSWER)


class TcpFault(unittest.TestCase):
    def setUp(self):
        self.server = Server()

    def exchange(self, fault, size=len(ANSWER), timeout=2.0):
        """What a client receives for a query, until the connection ends or it has waited in vain."""
        with Proxy(self.server.address, fault) as proxy:
            client = socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout)
            client.sendall(STARTUP + QUERY)
            received = b""
            try:
                while len(received) < size and (piece := client.recv(4096)):
                    received += piece
            except socket.timeout:
                received += b" (silent)"
            client.close()
            self.proxy = proxy
            return received

    def assert_received(self, expected):
        """By the server, which reads in its own time."""
        deadline = time.monotonic() + 2
        while self.server.received != expected and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertEqual(self.server.received, expected)

    def test_nothing_is_changed_without_a_fault(self):
        seen = []
        self.assertEqual(self.exchange(lambda m: seen.append((m.number, m.direction, m.kind)) or PASS), ANSWER)
        self.assertEqual(seen, [(1, TO_SERVER, "startup"), (2, TO_SERVER, "Q"), (3, TO_CLIENT, "C"), (4, TO_CLIENT, "Z")])
        self.assert_received(STARTUP + QUERY)

    def test_a_cut_loses_the_message_and_the_connection(self):
        self.assertEqual(self.exchange(cut_at(2)), b"")
        self.assert_received(STARTUP)
        self.assertEqual(self.exchange(cut_at(4)), message("C", b"COMMIT\0"))

    def test_the_answer_to_commit_is_eaten(self):
        self.assertEqual(self.exchange(eat_commits()), b"")
        self.assert_received(STARTUP + QUERY)
        self.assertEqual(self.exchange(eat_commits(lambda number: number == 2)), ANSWER)

    def test_one_message_is_eaten_and_the_rest_passes(self):
        rest = message("Z", b"I")
        self.assertEqual(self.exchange(lambda m: EAT if m.number == 3 else PASS, len(rest)), rest)

    def test_silence_is_no_end(self):
        self.assertEqual(self.exchange(lambda m: HALF_OPEN if m.number == 3 else PASS, timeout=0.3), b" (silent)")

    def test_delays_and_single_bytes_take_time(self):
        for fault in (Delay(0.2), Trickle(0.02, 100)):
            began = time.monotonic()
            self.assertEqual(self.exchange(lambda m, f=fault: f if m.number == 3 else PASS), ANSWER)
            self.assertGreater(time.monotonic() - began, 0.19)

    def test_messages_that_come_in_pieces_are_one(self):
        with Proxy(self.server.address, lambda m: CUT if m.kind == "Q" else PASS) as proxy:
            client = socket.create_connection(("127.0.0.1", proxy.port), timeout=2)
            for byte in STARTUP + QUERY:
                client.sendall(bytes([byte]))
                time.sleep(0.002)
            self.assertEqual(client.recv(10), b"")
            self.assertEqual(proxy.messages, 2)


if __name__ == "__main__":
    unittest.main()
