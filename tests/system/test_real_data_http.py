#!/usr/bin/python3
"""Real traffic sent over HTTP, with the totals that its publishers' files have, and three times more without a change.

The data sets lie beside the source tree (../shared/data) and are not part of it. Where they are missing, the same path
is walked with small generated ones, and the output says so.
"""

import csv
import hashlib
import signal
import unittest
from collections import Counter
from decimal import Decimal

import reckoner_process as rp
from http_client import Client, send
from test_real_data import LOG_LINE, TOKEN_METERS, generated_log, generated_requests, say

MONTHS = {"May": "05"}


def cloud_event(source, name, kind, subject, at, data):
    return {"specversion": "1.0", "id": name, "source": source, "type": kind, "subject": subject, "time": at, "data": data}


def azure_events(name, path):
    with open(path, newline="", encoding="ascii") as file:
        for number, row in enumerate(csv.DictReader(file)):
            yield cloud_event(f"azure-{name}", str(number), "inference", f"tenant-{number % 100:02}",
                              row["TIMESTAMP"].replace(" ", "T") + "Z",
                              {"input": int(row["ContextTokens"]), "output": row["GeneratedTokens"]})


def mooncake_events(path):
    with open(path, newline="", encoding="ascii") as file:
        for number, row in enumerate(csv.DictReader(file)):
            seconds, thousandths = divmod(int(row["timestamp_ms"]), 1000)
            at = f"2024-06-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}Z"
            yield cloud_event("mooncake", str(number), "inference", f"tenant-{number % 100:02}", at,
                              {"input": int(row["input_length"]), "output": int(row["output_length"])})


def log_events(path):
    seen = Counter()
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            client, _, size = LOG_LINE.match(line).groups()
            seen[line] += 1
            stamp = line.split("[")[1].split("]")[0]
            day, month, rest = stamp.split("/")
            at = f"{rest[:4]}-{MONTHS[month]}-{day}T{rest[5:13]}{rest[14:17]}:{rest[17:19]}"
            yield cloud_event("web-1", f"{hashlib.sha256(line.encode()).hexdigest()}-{seen[line]}", "bandwidth", client, at,
                              {"bytes": 0 if size == "-" else int(size)})


def generated_mooncake(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("timestamp_ms,input_length,output_length,first_hash_id,n_hash_blocks\n")
        for row in range(200):
            file.write(f"{row * 37},{row * 11 % 900},{row * 7 % 90},0,1\n")
    return path


class RealDataOverHttp(unittest.TestCase):
    def setUp(self):
        self.directory = rp.new_directory("real-http")
        self.cluster = rp.Cluster()
        self.conninfo = self.cluster.create("real")
        config = rp.copy_of_config("config-real-http", files={"meters.xml": TOKEN_METERS})
        self.reckoner = rp.Reckoner(database=self.conninfo, config=config)

    def path(self, name, generated):
        original = rp.SHARED_DATA / name
        if original.exists():
            return original, True
        say(f"{original} IS MISSING: a small generated file is used instead")
        return generated(self.directory / original.name), False

    def totals(self):
        """Σ value by meter and day, closed by a cut or not."""
        rows = rp.psql(self.conninfo, """
            select meter, (bucket at time zone 'UTC')::date, sum(value_sum), sum(event_count)
              from (select meter, bucket, value_sum, event_count from usage_total
                    union all select meter, bucket, value_sum, event_count from usage_delta) t
             group by 1, 2 order by 1, 2""")
        return {(meter, day): (Decimal(value), int(count)) for meter, day, value, count in rows}

    def of(self, meter, year):
        """(Σ value, events) of a meter in a year."""
        found = [total for (name, day), total in self.totals().items() if name == meter and day.startswith(year)]
        return sum(value for value, _ in found), sum(count for _, count in found)

    def test_totals_are_those_of_the_files(self):
        code, real = self.path("azure-llm-2023/AzureLLMInferenceTrace_code.csv", lambda p: generated_requests(p, 300))
        conv, _ = self.path("azure-llm-2023/AzureLLMInferenceTrace_conv.csv", lambda p: generated_requests(p, 500))
        mooncake, real_mooncake = self.path("mooncake-llm/conversation_trace.csv", generated_mooncake)
        log, real_log = self.path("apache-logs/apache_logs", generated_log)
        sets = {"azure code": list(azure_events("code", code)), "azure conv": list(azure_events("conv", conv)),
                "mooncake": list(mooncake_events(mooncake)), "apache": list(log_events(log))}
        subjects = sorted({event["subject"] for events in sets.values() for event in events})
        rp.write_csv(self.directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day"],
                     [[subject, subject, "", "UTC", 1] for subject in subjects])
        self.reckoner.ok("import", "customers", self.directory / "customers.csv")
        secret = self.reckoner.json("key", "create", "sender", "--scopes", "ingest")["secret"]
        serve = self.reckoner.start("serve", "--roles", "ingest")
        client = Client(rp.http_address(serve), secret)

        for name, events in sets.items():
            self.assertEqual(send(client, events), (len(events), 0, 0), name)
            say(f"{name}: {len(events)} events")
        before = self.totals()
        for meter, key in (("input-tokens", "input"), ("output-tokens", "output")):
            for year, names in (("2023", ("azure code", "azure conv")), ("2024", ("mooncake",))):
                expected = [Decimal(event["data"][key]) for name in names for event in sets[name]]
                self.assertEqual(self.of(meter, year), (sum(expected), len(expected)))
        if real:
            self.assertEqual(self.of("input-tokens", "2023"), (18059974 + 22361870, 8819 + 19366))
            self.assertEqual(self.of("output-tokens", "2023"), (245896 + 4088665, 8819 + 19366))
        if real_mooncake:
            self.assertEqual(self.of("input-tokens", "2024"), (144793823, 12031))
            self.assertEqual(self.of("output-tokens", "2024"), (4122048, 12031))
        if real_log:
            self.assertEqual(self.of("bandwidth", "2015"), (2747282740, 10000))
            days = {day: value for (meter, day), (value, _) in before.items() if meter == "bandwidth"}
            self.assertEqual(days, {"2015-05-17": 414259902, "2015-05-18": 788636158, "2015-05-19": 665827339,
                                    "2015-05-20": 878559341})
        for _ in range(3):
            for name, events in sets.items():
                self.assertEqual(send(client, events), (0, len(events), 0), name)
        self.assertEqual(self.totals(), before)
        say("sent three times more: nothing changed")
        # The same lines as a file are the same events.
        said = self.reckoner.json("ingest", log, "--source", "web-1", "--mapping", "type:=bandwidth")
        self.assertEqual((said["counted"], said["duplicate"]), (0, len(sets["apache"])))
        client.close()
        serve.send(signal.SIGTERM)
        self.assertEqual(serve.wait(30).code, 0)


if __name__ == "__main__":
    rp.main()
