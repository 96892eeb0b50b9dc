"""Senders: HTTP with several keep-alive connections, a Kafka topic, files. Each repeats what was not acknowledged.

A sender takes no more than it is granted (Grants), so that whoever breaks things does so in the middle of the load.
"""

import http.client
import json
import queue
import random
import signal
import subprocess
import threading
import time

RETRY_SECONDS = 0.02
BATCH_MAX = 200
FILE_EVENTS = 600
ANSWER_SECONDS = 60


class Grants:
    """How many deliveries may have been taken so far, and how many were."""

    def __init__(self):
        self._changed = threading.Condition()
        self._granted = 0
        self._taken = 0
        self._closed = False

    def grant_up_to(self, total):
        with self._changed:
            self._granted = max(self._granted, total)
            self._changed.notify_all()

    def close(self):
        """Nobody is held up any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take(self, count):
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._taken < self._granted)
            self._taken += count
            self._changed.notify_all()

    def wait_taken(self, total, timeout):
        """Whether so many were taken in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._taken >= total, timeout)


class Outcome:
    """What senders report; a failure ends the torture."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = set()  # numbers of events
        self.deliveries = 0        # acknowledged
        self.retries = 0
        self.last_refusal = None   # for people
        self.failure = None

    def acknowledge(self, numbers):
        with self.lock:
            self.deliveries += len(numbers)
            self.acknowledged.update(number for number in numbers if number is not None)

    def retried(self):
        with self.lock:
            self.retries += 1

    def failed(self, failure):
        with self.lock:
            self.failure = self.failure or failure


class Sender(threading.Thread):
    """A thread whose exception is the outcome's failure."""

    def __init__(self, name, outcome):
        super().__init__(name=name, daemon=True)
        self.outcome = outcome

    def run(self):
        try:
            self.send()
        except Exception as failure:  # pylint: disable=broad-except
            self.outcome.failed(f"{self.name}: {failure!r}")

    def send(self):
        raise NotImplementedError


class HttpSender(Sender):
    def __init__(self, number, ports, key, work, grants, outcome, seed):
        super().__init__(f"http sender {number}", outcome)
        self._ports = ports
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents-batch+json"}
        self._work, self._grants = work, grants
        self._seeded = random.Random(seed)
        self._connection = None

    def send(self):
        while True:
            # Many small batches and some large ones.
            wanted = 1 + int(BATCH_MAX * self._seeded.random() ** 2)
            batch = []
            try:
                while len(batch) < wanted:
                    batch.append(self._work.get_nowait())
            except queue.Empty:
                pass
            if not batch:
                return
            self._grants.take(len(batch))
            self.deliver(batch)

    def deliver(self, batch):
        """Until it is acknowledged."""
        body = f"[{','.join(text for _, text in batch)}]".encode()
        while self.outcome.failure is None:
            if self._acknowledged(body, len(batch)):
                return self.outcome.acknowledge([number for number, _ in batch])
            self.outcome.retried()
            time.sleep(RETRY_SECONDS * (1 + self._seeded.random()))

    def _acknowledged(self, body, count):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._seeded.choice(self._ports),
                                                              timeout=ANSWER_SECONDS)
            self._connection.request("POST", "/api/v1/events", body, self._headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._leave()
            return False
        if 200 <= answer.status < 300:
            self._check_counts(text, count)
            return True
        if answer.status != 429 and answer.status < 500:
            raise AssertionError(f"{answer.status} {text[:500]}")
        self.outcome.last_refusal = f"{answer.status} {text[:500]}"
        if self._seeded.random() < 0.3:
            self._leave()  # the other daemon may be better
        return False

    @staticmethod
    def _check_counts(text, count):
        """An answer that says how many says it for all."""
        said = json.loads(text) if text else {}
        if "received" in said and said["received"] != count:
            raise AssertionError(f"{said} answers {count} events")

    def _leave(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class FileSender(Sender):
    """Writes files of CloudEvents and has them taken in by commands; some of these are killed."""

    def __init__(self, reckoner, directory, work, grants, outcome, seed):
        super().__init__("file sender", outcome)
        self._reckoner, self._directory = reckoner, directory
        self._work, self._grants = work, grants
        self._seeded = random.Random(seed)
        self.files = self.kills = 0

    def send(self):
        while self._work:
            batch, self._work = self._work[:FILE_EVENTS], self._work[FILE_EVENTS:]
            self._grants.take(len(batch))
            self.files += 1
            path = self._directory / f"events-{self.files}.jsonl"
            path.write_text("".join(f"{text}\n" for _, text in batch), encoding="utf-8")
            self._deliver(path, batch)

    def _deliver(self, path, batch):
        while self.outcome.failure is None:
            command = self._reckoner.start("ingest", path, "--source", "files")
            if self._seeded.random() < 0.25:
                time.sleep(self._seeded.uniform(0.05, 0.6))
                self.kills += command.running()
                command.kill()
            code = command.wait().code
            if code in (0, 1):  # 1: some were quarantined
                return self.outcome.acknowledge([number for number, _ in batch])
            if code == 2:
                raise AssertionError(f"{command.wait()}")
            self.outcome.retried()
            time.sleep(RETRY_SECONDS)


class KafkaSender(Sender):
    """Puts messages into a topic; acknowledged is what the stored positions are behind."""

    TOPIC = "usage"
    PARTITIONS = 4

    def __init__(self, program, work, grants, outcome, seed):
        super().__init__("kafka sender", outcome)
        self._work, self._grants = work, grants
        self._seeded = random.Random(seed)
        self._process = subprocess.Popen(
            [str(program), "--topic", self.TOPIC, "--partitions", str(self.PARTITIONS)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True)
        line = self._process.stdout.readline()
        if not line.startswith("bootstrap: "):
            raise AssertionError(f"{program} says {line!r}")
        self.bootstrap = line.removeprefix("bootstrap: ").strip()
        self.messages = 0

    def environment(self):
        """For the daemons."""
        return {"RECKONER_KAFKA_BROKERS": self.bootstrap, "RECKONER_KAFKA_TOPICS": self.TOPIC}

    def send(self):
        pipe = self._process.stdin
        while self._work:
            count = self._seeded.randrange(1, BATCH_MAX)
            batch, self._work = self._work[:count], self._work[count:]
            self._grants.take(len(batch))
            pipe.write("".join(f"{text}\n" for _, text in batch))
            pipe.write("flush\n")
            pipe.flush()
            self.messages += len(batch)
            if not self._process.stdout.readline().startswith("flushed"):
                raise AssertionError("the brokers have gone")

    def close(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
