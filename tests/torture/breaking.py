"""Daemons that are killed and started again, PostgreSQL that crashes, and runs that bill meanwhile."""

import http.client
import random
import socket
import threading
import time

import reckoner_process as rp

LISTENING = "http: listening on"
START_SECONDS = 60
COULD_NOT_START = 3  # exit code


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """One of several `serve` on one database. Listens at the same port whenever it runs."""

    def __init__(self, reckoner):
        self.port = free_port()
        self._reckoner = reckoner
        self._command = None
        self.kills = 0

    def start(self):
        self._command = self._reckoner.start("serve", "--listen", f"127.0.0.1:{self.port}")

    def up(self):
        """Whether it takes connections. One that found the database away when it began is begun again, as whoever
        supervises it would; one that ended by itself otherwise throws."""
        if not self._command.running():
            ended = self._command.wait()
            found_database_away = ended.code == COULD_NOT_START or ended.code == 1 and "statement " in ended.err
            if not found_database_away or "cannot listen" in ended.err:
                raise AssertionError(f"a daemon has ended by itself:\n{ended}")
            self.start()
            return False
        return LISTENING in self._command.so_far().err

    def log(self):
        """The end of what it says."""
        return f"daemon at port {self.port}: ...{self._command.so_far().err[-1500:]}"

    def kill(self):
        self._command.kill()
        self.kills += 1

    def stop(self):
        """In good order."""
        self._command.send(rp.signal.SIGTERM)
        return self._command.wait()

    def healthy(self):
        """Whether it answers requests."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
            return True
        except (OSError, http.client.HTTPException):
            return False


class Breaker:
    """Kills in rounds: each grants a share of the load and kills a daemon, or PostgreSQL, somewhere in the middle of it."""

    def __init__(self, cluster, daemons, grants, outcome, seed):
        self._cluster, self._daemons = cluster, daemons
        self._grants, self._outcome = grants, outcome
        self._seeded = random.Random(seed)
        self.database_restarts = 0

    def work(self, deliveries, kills, database_restarts):
        rounds = ["daemon"] * kills + ["database"] * database_restarts
        self._seeded.shuffle(rounds)
        for number, what in enumerate(rounds):
            victim = self._wait_for_victim()
            begin, end = (deliveries * i // len(rounds) for i in (number, number + 1))
            self._grants.grant_up_to(end)
            self._wait_for_progress(begin + int((end - begin) * self._seeded.uniform(0.05, 0.9)))
            time.sleep(self._seeded.uniform(0.0, 0.02))
            if what == "database":
                self._cluster.stop_at_once()
                self._cluster.start()
                self.database_restarts += 1
            else:
                victim.kill()
                victim.start()
        self._grants.close()

    def _wait_for_victim(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            up = [daemon for daemon in self._daemons if daemon.up()]
            if up:
                return self._seeded.choice(up)
            if self._outcome.failure or time.monotonic() > deadline:
                raise AssertionError(self._outcome.failure or "no daemon comes up")
            time.sleep(0.005)

    def _wait_for_progress(self, taken):
        deadline = time.monotonic() + START_SECONDS
        while not self._grants.wait_taken(taken, 1.0):
            if self._outcome.failure or time.monotonic() > deadline:
                raise AssertionError(self._outcome.failure or f"the senders do not get on: {self._outcome.last_refusal}\n"
                                     + "\n".join(daemon.log() for daemon in self._daemons))


class Biller(threading.Thread):
    """Bills what has become known, again and again; now and then it is killed."""

    def __init__(self, reckoner, outcome, pause, seed):
        super().__init__(name="biller", daemon=True)
        self._reckoner, self._outcome, self._pause = reckoner, outcome, pause
        self._seeded = random.Random(seed)
        self._over = threading.Event()
        self.runs = self.kills = 0

    def run(self):
        try:
            while not self._over.wait(self._pause):
                command = self._reckoner.start("run", "monthly", "--true-ups")
                if self._seeded.random() < 0.1:
                    time.sleep(self._seeded.uniform(0.05, 0.5))
                    self.kills += command.running()
                    command.kill()
                if command.wait().code == 2:
                    raise AssertionError(f"{command.wait()}")
                self.runs += 1
        except Exception as failure:  # pylint: disable=broad-except
            self._outcome.failed(f"biller: {failure!r}")

    def stop(self):
        self._over.set()
        self.join()
