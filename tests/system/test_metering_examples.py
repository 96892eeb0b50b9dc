#!/usr/bin/python3
"""Examples that break meters elsewhere, over HTTP against the real program: late events, moved subjects, zones, logs."""

import hashlib
import random
import signal
import threading
import time
import unittest
from collections import Counter
from decimal import Decimal

import reckoner_process as rp
from http_client import Client, send
from test_real_data import LOG_LINE, generated_log

# One unit costs one dollar and nothing is free, so that amounts are quantities.
UNITS = rp.pricing("units", """
  <plan name="Units" title="Units">
    <metered name="used" title="Used" meter="bandwidth" unit="unit" unit-size="1" allowance="0" price="1"/>
  </plan>
  <plan name="Other" title="Other">
    <metered name="other" title="Other" meter="bandwidth" unit="unit" unit-size="1" allowance="0" price="2"/>
  </plan>""")


def event(name, subject, value, at, source="device"):
    return {"specversion": "1.0", "id": str(name), "source": source, "type": "bandwidth", "subject": subject, "time": at,
            "data": {"bytes": value}}


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.config = rp.copy_of_config("config-units", files={"pricing/units.xml": UNITS})

    def setUp(self):
        self.database = f"examples_{self._testMethodName.removeprefix('test_')}"[:60]
        self.conninfo = self.cluster.create(self.database)
        self.reckoner = rp.Reckoner(database=self.conninfo, config=self.config)
        self.directory = rp.new_directory("examples")
        self.reckoner.ok("migrate")
        secret = self.reckoner.json("key", "create", "sender", "--scopes", "ingest,query")["secret"]
        # What fires on its own would bill while the examples look.
        self.serve = self.reckoner.start("serve", "--roles", "ingest,web")
        self.client = Client(rp.http_address(self.serve), secret)

    def tearDown(self):
        self.client.close()
        self.serve.send(signal.SIGTERM)
        self.assertEqual(self.serve.wait(30).code, 0)
        self.cluster.drop(self.database)

    def customers(self, *rows):
        """(key, zone, subjects), each on plan Units from 1 September 2026 of its calendar."""
        path = rp.write_csv(self.directory / "customers.csv",
                            ["key", "name", "email", "time-zone", "anchor-day", "subjects"],
                            [[key, key, "", zone, 1, subjects] for key, zone, subjects in rows])
        self.reckoner.ok("import", "customers", path)

    def subscribe(self, *keys, plan="Units", since="2026-09-01"):
        path = rp.write_csv(self.directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"],
                            [["s", key, plan, since, ""] for key in keys])
        self.reckoner.ok("import", "subscriptions", path)

    def sql(self, text):
        return rp.psql(self.conninfo, text)

    def billed(self, key):
        """Σ quantity by label of the period, over all documents."""
        rows = self.sql(f"""select l.period_label, sum(l.quantity) from document_line l join customer_key k using (customer_id)
                             where k.key = '{key}' and l.charge in ('used', 'other') group by 1 order by 1""")
        return {label: Decimal(quantity) for label, quantity in rows}

    def documents(self, key):
        return int(self.sql(f"""select count(*) from document d join customer_key k using (customer_id)
                                 where k.key = '{key}'""")[0][0])

    def test_late_events_are_in_the_next_document_once(self):
        self.customers(("acme", "UTC", ""))
        self.subscribe("acme")
        self.assertEqual(send(self.client, [event(1, "acme", 5, "2026-10-31T23:59:59Z")]), (1, 0, 0))
        self.reckoner.ok("run", "monthly")
        self.assertEqual(self.billed("acme")["2026-10"], 5)
        issued = self.documents("acme")
        for day in range(30):  # a device that syncs old usage every day
            send(self.client, [event(f"late-{day}", "acme", 1, "2026-10-20T12:00:00Z")])
            self.reckoner.ok("run", "monthly")
        self.assertEqual(self.documents("acme"), issued)
        self.reckoner.ok("run", "monthly", "--true-ups")
        self.assertEqual(self.documents("acme"), issued + 1)
        self.assertEqual(self.billed("acme")["2026-10"], 35)
        self.reckoner.ok("run", "monthly", "--true-ups")
        self.assertEqual(self.documents("acme"), issued + 1)

    def test_a_killed_run_under_constant_ingestion_bills_its_cut(self):
        keys = [f"c{number}" for number in range(60)]
        self.customers(*[(key, "UTC", "") for key in keys])
        self.subscribe(*keys)
        seeded = random.Random(7)
        stop = threading.Event()
        sent = Counter()

        def keep_sending():
            number = 0
            while not stop.is_set():
                events = [event(number + i, seeded.choice(keys), "0.1", "2026-10-15T10:00:00Z") for i in range(20)]
                number += len(events)
                self.assertEqual(send(self.client, events), (20, 0, 0))
                sent.update(each["subject"] for each in events)

        sender = threading.Thread(target=keep_sending)
        sender.start()
        try:
            rp.wait_until(lambda: len(sent) == len(keys), "all have usage")
            for _ in range(6):
                run = self.reckoner.start("run", "monthly")
                time.sleep(seeded.uniform(0.05, 0.5))
                run.kill()
            self.reckoner.ok("run", "monthly")
        finally:
            stop.set()
            sender.join()
        # What was billed is what the raw events say at the cut that each period was billed at.
        wrong = self.sql("""
            select k.key, b.quantity, r.quantity from customer_key k
              join (select customer_id, sum(quantity) as quantity from document_line
                     where charge = 'used' and period_label = '2026-10' group by 1) b using (customer_id)
              join (select e.customer_id, sum((e.data::json ->> 'bytes')::numeric) as quantity
                      from raw_event e join ingest_batch i using (batch_id)
                      join billing_period p on p.customer_id = e.customer_id and p.side = 'arrears'
                                           and e.occurred_at >= p.starts_at and e.occurred_at < p.ends_at
                     where i.cut <= p.billed_cut group by 1) r using (customer_id)
             where b.quantity <> r.quantity""")
        self.assertEqual(wrong, [])
        self.reckoner.ok("run", "monthly", "--true-ups")
        for key in keys:
            self.assertEqual(self.billed(key)["2026-10"], Decimal("0.1") * sent[key], key)

    def test_a_moved_subject_a_retry_and_a_repaired_subject(self):
        self.customers(("a", "UTC", "machine"), ("b", "UTC", "spare"))
        self.subscribe("a", "b")
        self.assertEqual(send(self.client, [event(1, "machine", 3, "2026-10-10T00:00:00Z")]), (1, 0, 0))
        self.sql("""update subject set ends_at = '2026-10-20' where subject = 'machine';
                    insert into subject (namespace, subject, starts_at, customer_id)
                    select 'default', 'machine', '2026-10-20', customer_id from customer_key where key = 'b'""")
        self.assertEqual(send(self.client, [event(1, "machine", 3, "2026-10-10T00:00:00Z")]), (0, 1, 0))
        self.assertEqual(send(self.client, [event(1, "machine", 3, "2026-10-11T09:00:00Z")]), (0, 1, 0))
        self.assertEqual(send(self.client, [event(1, "machine", 4, "2026-10-10T00:00:00Z")]), (0, 0, 1))
        self.assertEqual(send(self.client, [event(2, "nobody", 7, "2026-10-10T00:00:00Z")]), (0, 0, 1))
        self.assertEqual(send(self.client, [event(3, "machine", 50, "2026-10-20T00:00:00Z")]), (1, 0, 0))
        self.sql("""insert into subject (namespace, subject, starts_at, customer_id)
                    select 'default', 'nobody', '2000-01-01', customer_id from customer_key where key = 'b'""")
        self.assertEqual(send(self.client, [event(2, "nobody", 7, "2026-10-10T00:00:00Z")]), (1, 0, 0))
        self.assertEqual(send(self.client, [event(2, "nobody", 7, "2026-10-10T00:00:00Z")]), (0, 1, 0))
        self.reckoner.ok("run", "monthly")
        self.assertEqual(self.billed("a").get("2026-10", 0), 3)
        self.assertEqual(self.billed("b").get("2026-10", 0), 57)

    def test_zones_lose_no_hour_and_bill_none_twice(self):
        self.customers(("york", "America/New_York", ""), ("kolkata", "Asia/Kolkata", ""))
        self.subscribe("york", "kolkata")
        hours = [f"2026-{month:02}-{day:02}T{hour:02}:30:00Z" for month, days in ((9, 30), (10, 31))
                 for day in range(1, days + 1) for hour in range(24)][4:]  # from midnight in New York
        self.assertEqual(send(self.client, [event(at, "york", 1, at) for at in hours]), (len(hours), 0, 0))
        self.customers(("york", "UTC", ""))
        moments = {"2026-09-30T18:29:59.999999Z": 1, "2026-09-30T18:30:00Z": 10, "2026-10-31T18:29:59.999999Z": 100,
                   "2026-10-31T18:30:00Z": 1000}
        self.assertEqual(send(self.client, [event(at, "kolkata", value, at, "meter") for at, value in moments.items()]),
                         (4, 0, 0))
        self.reckoner.ok("run", "monthly")
        self.assertEqual(sum(self.billed("york").values()), len(hours))
        self.assertEqual(self.billed("kolkata").get("2026-09", 0), 1)
        self.assertEqual(self.billed("kolkata").get("2026-10", 0), 110)

    def test_a_plan_change_takes_its_day_with_it(self):
        self.customers(("kolkata", "Asia/Kolkata", ""))
        self.subscribe("kolkata")
        self.reckoner.ok("change", "kolkata", "s", "--plan", "Other", "--on", "2026-10-15")
        # 14:20 in Kolkata is 08:50 UTC; the day begins at 18:30 UTC of the day before.
        moments = {"2026-10-14T18:29:59Z": 1, "2026-10-14T18:30:00Z": 10, "2026-10-15T08:50:00Z": 100}
        send(self.client, [event(at, "kolkata", value, at) for at, value in moments.items()])
        self.reckoner.ok("run", "monthly")
        rows = self.sql("select charge, sum(quantity) from document_line where period_label = '2026-10' group by 1")
        self.assertEqual({charge: Decimal(quantity) for charge, quantity in rows if charge in ("used", "other")},
                         {"used": Decimal(1), "other": Decimal(110)})

    def test_each_line_of_a_log_counts_once_by_whatever_way(self):
        log = generated_log(self.directory / "access.log")
        lines = log.read_text(encoding="ascii").splitlines()
        clients = sorted({LOG_LINE.match(line).group(1) for line in lines})
        self.customers(*[(client, "UTC", "") for client in clients])

        def events(of):
            seen = Counter()
            made = []
            for line in of:
                client, day, size = LOG_LINE.match(line).groups()
                seen[line] += 1
                name = f"{hashlib.sha256(line.encode()).hexdigest()}-{seen[line]}"
                second = line.split("[")[1][18:20]
                made.append(event(name, client, 0 if size == "-" else int(size), f"2015-05-{day}T10:05:{second}Z", "web-1"))
            return made

        half = len(lines) // 2
        self.assertEqual(send(self.client, events(lines[:half])), (half, 0, 0))
        self.assertEqual(send(self.client, events(lines)), (len(lines) - half, half, 0), "the log has grown")
        copy = self.directory / "access.log.1"
        copy.write_bytes(log.read_bytes())
        for path in (log, copy):
            said = self.reckoner.json("ingest", path, "--source", "web-1", "--mapping", "type:=bandwidth")
            self.assertEqual((said["counted"], said["duplicate"], said["quarantined"]), (0, len(lines), 0))
        self.assertEqual(self.sql("select count(*) from raw_event"), [[str(len(lines))]])


if __name__ == "__main__":
    rp.main()
