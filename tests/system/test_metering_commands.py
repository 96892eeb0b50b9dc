"""What an operator does with metering afterwards: corrections, quarantine, archives, checks; by hand, with bad input too."""

import unittest

from reckoner_process import Cluster, Reckoner, import_customers, main, new_directory, psql


def event(number, subject="acme", data='{"bytes":1048576}', at="2026-10-05T12:00:00Z", kind="bandwidth"):
    return (f'{{"specversion":"1.0","id":"{number}","source":"gateway","type":"{kind}","subject":"{subject}",'
            f'"time":"{at}","data":{data}}}\n')


class MeteringCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.databases = 0

    def setUp(self):
        self.directory = new_directory("metering")
        MeteringCommands.databases += 1
        self.database = self.cluster.create(f"metering{self.databases}")
        self.reckoner = Reckoner(database=self.database, data_dir=self.directory)
        import_customers(self.reckoner, self.directory, [("acme", "acme")],
                         [("acme-1", "acme", "Professional", "2026-10-01", "")])

    def ingest(self, *events, code=0):
        path = self.directory / "events.jsonl"
        path.write_text("".join(events), encoding="utf-8")
        return self.reckoner.json("ingest", path, "--source", "gateway", code=code)

    def error(self, *arguments, code=1):
        return self.reckoner.json(*arguments, code=code)["error"]

    def sum(self):
        found = self.reckoner.json("events", "find")["events"]
        return sum(int(e["data"]["bytes"]) for e in found if e["voided"] is None)

    def test_events_are_found_voided_and_amended(self):
        self.ingest(event("e1"), event("e2"), event("e3", at="2026-10-06T00:00:00Z"))
        found = self.reckoner.json("events", "find", "--customer", "acme", "--to", "2026-10-06")["events"]
        self.assertEqual({e["id"] for e in found}, {"e1", "e2"})
        self.assertEqual({e["cut"] for e in found}, {1}, "ingest closes a cut at its end")

        void = self.reckoner.json("events", "void", "gateway", "e1", "--reason", "sent twice")
        self.assertEqual((void["meters"], void["cut"], void["successor"]), (["bandwidth"], 2, None))
        amended = self.reckoner.json("events", "amend", "gateway", "e2", "--data", '{"bytes":10}', "--reason", "typo")
        self.assertEqual(amended["successor"]["id"], "e2~1")
        self.assertEqual(self.sum(), 1048576 + 10)
        self.assertIn("amended by 'e2~1': typo", self.reckoner.ok("events").out)
        again = self.ingest(event("e1"))
        self.assertEqual((again["counted"], again["duplicate"]), (0, 1))
        self.assertIn("was voided by", self.error("events", "void", "gateway", "e1", "--reason", "again"))
        self.assertEqual(self.sum(), 1048576 + 10)
        self.reckoner.ok("verify", "--recompute")

    def test_what_cannot_be_corrected_is_told(self):
        self.ingest(event("e1"))
        for arguments, code, said in [
                (("void", "gateway", "e9", "--reason", "r"), 1, "there is no event 'e9' of source 'gateway'"),
                (("void", "gateway", "e1", "--reason", " "), 1, "a correction needs a reason"),
                (("void", "gateway", "e1"), 2, "--reason is required"),
                (("amend", "gateway", "e1", "--reason", "r"), 1, "changes nothing"),
                (("amend", "gateway", "e1", "--data", "{", "--reason", "r"), 2, "--data '{'"),
                (("amend", "gateway", "e1", "--time", "noon", "--reason", "r"), 2, "--time 'noon'"),
                (("amend", "gateway", "e1", "--data", "{}", "--reason", "r"), 1, "could not be counted"),
                (("amend", "gateway", "e1", "--subject", "nobody", "--reason", "r"), 1, "no customer has"),
                (("find", "--customer", "nobody"), 1, "there is no customer 'nobody'"),
                (("find", "--from", "yesterday"), 2, "--from 'yesterday'"),
                (("find", "--limit", "0"), 2, "--limit")]:
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.error("events", *arguments, code=code))
        self.assertEqual(self.sum(), 1048576)

    def test_quarantine_is_replayed_and_dropped(self):
        self.ingest(event("q1", "globex"), event("q2", data='{"bytes":"many"}'), code=1)
        self.assertEqual(len(self.reckoner.json("quarantine")["quarantine"]), 2)
        listed = self.reckoner.json("quarantine", "list", "--reason", "no customer")["quarantine"]
        self.assertEqual([row["id"] for row in listed], ["q1"])
        self.assertIn("many", self.reckoner.ok("quarantine", "show", "gateway", "q2").out)

        (self.directory / "more").mkdir()
        import_customers(self.reckoner, self.directory / "more", [("globex", "globex")],
                         [("globex-1", "globex", "Professional", "2026-10-01", "")])
        replayed = self.reckoner.json("quarantine", "replay", "--all", code=1)
        self.assertEqual((replayed["tried"], replayed["counted"], replayed["refused"]), (2, 1, 1))
        self.assertEqual(self.reckoner.json("quarantine", "drop", "--id", "q2", "--reason", "a test")["dropped"], 1)
        self.reckoner.ok("quarantine", "drop", "--all", "--reason", "nothing left", code=1)
        dropped = self.reckoner.json("quarantine", "list", "--state", "dropped")["quarantine"]
        self.assertEqual([(row["id"], row["settled_why"]) for row in dropped], [("q2", "a test")])
        for arguments in [("replay",), ("replay", "--all", "--source", "s"), ("drop", "--reason", "r"),
                          ("drop", "--all"), ("list", "--state", "lost")]:
            with self.subTest(arguments=arguments):
                self.reckoner.ok("quarantine", *arguments, code=2)
        verified = self.reckoner.json("verify")
        self.assertTrue(verified["holds"])
        self.assertIn("namespace default: 4 received = 1 counted + 0 duplicate + 1 quarantined + 2 dropped",
                      verified["checks"][0]["remarks"])

    def test_a_month_is_archived_and_brought_back(self):
        self.ingest(event("e1"), event("e2"))
        psql(self.database, "update ingest_batch set received_at = '2026-09-15'; "
                            "update ingest_tally set received_at = '2026-09-15'")
        self.assertIn("is not a month", self.error("archive", "september"))
        self.assertIn("nothing was received in 2020-01", self.error("archive", "2020-01"))
        archived = self.reckoner.json("archive", "2026-09", "--to", self.directory / "archive")
        self.assertEqual(archived["events"], 2)
        self.assertIn("lies in the archive of 2026-09", self.error("events", "void", "gateway", "e1", "--reason", "r"))
        self.assertIn("was archived at", self.error("archive", "2026-09"))
        self.assertEqual(self.reckoner.json("events", "find")["events"], [])
        self.assertTrue(self.reckoner.json("verify", "--recompute")["holds"])
        self.assertEqual(self.ingest(event("e1"))["duplicate"], 1)
        moved = self.directory / "elsewhere.zst"
        path = self.directory / "archive" / "events-2026-09.jsonl.zst"
        path.rename(moved)
        self.assertIn("cannot be read", self.error("archive", "restore", "2026-09"))
        moved.with_name("elsewhere.zst.manifest.json").write_text(
            path.with_name(path.name + ".manifest.json").read_text(encoding="utf-8"), encoding="utf-8")
        self.reckoner.ok("archive", "restore", moved)
        self.assertEqual(self.reckoner.json("archive", "list")["archives"][0]["file"], str(moved))
        self.reckoner.ok("events", "void", "gateway", "e1", "--reason", "r")
        self.reckoner.ok("verify", "--recompute")

    def test_verify_names_what_is_wrong(self):
        self.ingest(event("e1"))
        self.assertTrue(self.reckoner.json("verify", "--recompute")["holds"])
        psql(self.database, "update usage_total set value_sum = 7")
        self.reckoner.ok("verify")
        wrong = self.reckoner.ok("verify", "--recompute", code=1).out
        self.assertIn("customer acme, meter bandwidth, subject 'acme', 2026-10-05T12:00:00Z: stored 1 events, sum 7",
                      wrong)
        psql(self.database, "update usage_total set event_count = 2")
        checks = {c["check"]: c for c in self.reckoner.json("verify", code=1)["checks"]}
        self.assertEqual(checks["totals"]["wrong"],
                         ["customer acme, meter bandwidth: 1 counted, 0 voided, 2 in totals"])

    def test_a_run_does_not_start_while_usage_waits_for_a_cut(self):
        self.ingest(event("e1"))
        psql(self.database,
             "insert into ingest_batch (source, received_at, received, counted, duplicate, quarantined) "
             "values ('http', '2026-01-01', 0, 0, 0, 0)")
        self.assertIn("close one with: reckoner cut", self.error("run", "monthly"))
        self.assertEqual(self.reckoner.json("cut")["cut"], 2)
        self.assertEqual(self.reckoner.json("cut")["cut"], 2, "there was nothing to claim")
        self.reckoner.ok("run", "monthly")

    def test_meters_are_listed_and_computed(self):
        self.ingest(event("e1"))
        meters = {m["meter"]: m for m in self.reckoner.json("meters")["meters"]}
        self.assertIn("bandwidth", meters)
        self.assertIsNone(self.reckoner.json("meters", "compute", "bandwidth")["batch"], "it counts them already")
        self.assertIn("there is no meter 'none'", self.error("meters", "compute", "none"))
        self.error("meters", "compute", "bandwidth", "--from", "then", code=2)
        psql(self.database,
             "delete from usage_total; insert into meter_life (meter, since_batch, created_at, updated_at, definition) "
             "values ('bandwidth', 99, '2026-01-01', '2026-01-01', sha256('x')) "
             "on conflict (meter) do update set since_batch = 99")
        computed = self.reckoner.json("meters", "compute", "bandwidth")
        self.assertEqual((computed["counted"], computed["cut"]), (1, 2))
        self.assertIsNone(self.reckoner.json("meters", "compute", "bandwidth")["batch"])
        self.reckoner.ok("verify", "--recompute")


if __name__ == "__main__":
    main()
