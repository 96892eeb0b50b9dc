"""A client of the program's HTTP interface, as applications write one: a keep-alive connection with a key."""

import http.client
import json

import contract

BATCH = "application/cloudevents-batch+json"


class Client:
    """A keep-alive connection to (host, port), with an API key or without. Each answer is judged by the contract."""

    def __init__(self, address, key=None):
        self.connection = http.client.HTTPConnection(*address, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, method, path, body=None, headers=None, chunked=False):
        sent = {**self.headers, **(headers or {})}
        self.connection.request(method, path, body, sent, encode_chunked=chunked)
        answer = self.connection.getresponse()
        answer.body = answer.read()
        contract.check(method, path, answer, body if isinstance(body, (str, bytes)) else None, sent.get("Content-Type", ""))
        answer.text = answer.body.decode(errors="replace")
        return answer

    def post(self, body, content_type=BATCH, **headers):
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/api/v1/events", body, {"Content-Type": content_type, **named})

    def close(self):
        self.connection.close()


def counts(answer):
    """(counted, duplicate, quarantined) of an answer to events."""
    return tuple(int(answer.headers[f"Reckoner-{name}"]) for name in ("Counted", "Duplicate", "Quarantined"))


def send(client, events, size=500):
    """Sends events in batches, each acknowledged; gives the sums of counts()."""
    sums = (0, 0, 0)
    for start in range(0, len(events), size):
        answer = client.post(events[start:start + size])
        if answer.status not in (200, 204):
            raise AssertionError(f"{answer.status}: {answer.text}")
        sums = tuple(a + b for a, b in zip(sums, counts(answer)))
    return sums
