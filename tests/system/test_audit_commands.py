"""What proves the books: verify with its heads and samples, replay of one document and of all."""

import json
import unittest

from reckoner_process import Cluster, Reckoner, import_customers, main, new_directory, psql


class AuditCommands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.directory = new_directory("audit")
        reckoner = Reckoner(database=cls.cluster.create("books"), data_dir=cls.directory)
        import_customers(reckoner, cls.directory, [("acme", "acme"), ("bolt", "bolt")],
                         [("a", "acme", "Professional", "2026-09-01", ""), ("b", "bolt", "SMB", "2026-09-01", "")])
        events = cls.directory / "events.jsonl"
        events.write_text("".join(
            f'{{"specversion":"1.0","id":"{day}","source":"gateway","type":"bandwidth","subject":"acme",'
            f'"time":"2026-09-{day:02}T12:00:00Z","data":{{"bytes":{day * 104857600}}}}}\n' for day in range(1, 29)),
            encoding="utf-8")
        reckoner.ok("ingest", events, "--source", "gateway")
        reckoner.ok("run", "monthly", "--period", "2026-09")

    def setUp(self):
        self.database = self.cluster.create("trial", template="books")
        self.addCleanup(self.cluster.drop, "trial")
        self.reckoner = Reckoner(database=self.database, data_dir=self.directory)

    def damage(self, sql):
        self.cluster.sql("trial", f"set session_replication_role = replica; {sql}", user="postgres")

    def checks(self, *arguments, code=0):
        return {check["check"]: check for check in self.reckoner.json("verify", *arguments, code=code)["checks"]}

    def test_verify_says_which_invariant_does_not_hold_and_where(self):
        sound = self.checks("--recompute")
        self.assertEqual({name for check in sound.values() for name in check["invariant"].split()},
                         {f"V{number}" for number in range(1, 26)})
        self.damage("update document_line set amount = amount + 0.01 where customer_id = 2 and line = 1")
        checks = self.checks(code=1)
        self.assertEqual({name for name, check in checks.items() if not check["holds"]}, {"sums", "contents"})
        self.assertEqual(checks["contents"]["wrong"], ["INV-2026-000002 (customer bolt, document 1): does not say what "
                                                       "it said when it was issued"])
        out = self.reckoner.ok("verify", code=1).out
        self.assertIn("WRONG V3 sums: 1 times not: lines, taxes, draws and payments sum to their document"[:14], out)
        self.assertIn("      ! INV-2026-000002 (customer bolt, document 1): lines sum to 100.01, not 100", out)

    def test_a_sample_is_drawn_by_its_seed(self):
        self.assertEqual(self.checks("--recompute", "--sample", "1", "--seed", "7")["recomputed-periods"]["checked"], 1)
        self.damage("update usage_total set value_sum = value_sum + 1048576 where bucket = '2026-09-01T12:00Z'")
        found = [not self.checks("--recompute", "--sample", "1", "--seed", str(seed), code=1)
                 ["recomputed-periods"]["holds"] for seed in range(12)]
        self.assertTrue(any(found) and not all(found), "each seed draws one of the two")
        self.assertIn("what is known gives 0.03 more than was billed",
                      self.checks("--recompute", code=1)["recomputed-periods"]["wrong"][0])
        self.reckoner.ok("verify", "--sample", "0", code=2)

    def test_a_head_is_exported_and_a_cut_tail_is_found(self):
        head = self.directory / "head.json"
        self.reckoner.ok("verify", "--export-head", head)
        exported = json.loads(head.read_text(encoding="utf-8"))
        self.assertEqual([(s["series"], s["year"], s["count"]) for s in exported["series"]],
                         [("billing.invoice.number", 2026, 2)])
        self.assertEqual(json.loads(self.reckoner.ok("verify", "--export-head").out), exported)
        self.assertEqual(self.reckoner.json("verify", "--export-head")["head"], exported)
        self.assertTrue(self.checks("--against", head)["continuation"]["holds"])
        self.reckoner.ok("run", "monthly")
        self.assertTrue(self.checks("--against", head)["continuation"]["holds"])
        self.damage("delete from issued; delete from series")
        wrong = self.checks("--against", head, code=1)["continuation"]["wrong"]
        self.assertEqual(wrong, ["billing.invoice.number 2026: 2 numbers had been issued, to INV-2026-000002; there are "
                                 "0: its tail is cut"])
        self.reckoner.ok("verify", "--export-head", self.directory / "none.json", code=1)
        self.assertFalse((self.directory / "none.json").exists())
        head.write_text("[]", encoding="utf-8")
        self.assertIn("head.json", self.reckoner.json("verify", "--against", head, code=1)["error"])
        self.assertIn("cannot be read", self.reckoner.json("verify", "--against", "/none", code=1)["error"])

    def test_replay(self):
        one = self.reckoner.json("replay", "INV-2026-000001")
        self.assertTrue(one["same"])
        shown = self.reckoner.json("show", "INV-2026-000001")
        del shown["recipient"]  # kept beside the document, and no part of what is proved
        self.assertEqual(one["document"], shown)
        self.assertEqual(one["content_hash"],
                         psql(self.database, "select encode(content_hash, 'hex') from document where customer_id = 1"
                              )[0][0])
        self.assertEqual(self.reckoner.json("replay", "--all"), {"different": [], "documents": 2, "as_they_stand": 0})
        self.assertIn("2 documents computed again, 0 differ", self.reckoner.ok("replay", "--all").out)
        self.damage("update raw_event set data = '{\"bytes\":1}' where event_id = '28'")
        out = self.reckoner.ok("replay", "INV-2026-000001", code=1).out
        self.assertIn("WRONG INV-2026-000001: data behind it was changed\n", out)
        self.assertIn("(2026-09 bandwidth): the events known at cut 1 measure ", out)
        different = self.reckoner.json("replay", "--all", "--run", "1", code=1)["different"]
        self.assertEqual([d["number"] for d in different], ["INV-2026-000001"])
        self.assertEqual(self.reckoner.json("replay", "--all", "--run", "9")["documents"], 0)
        for arguments in ((), ("INV-2026-000001", "--all"), ("INV-2026-000001", "--run", "1")):
            self.reckoner.ok("replay", *arguments, code=2)
        self.assertIn("there is no document 'INV-1'", self.reckoner.json("replay", "INV-1", code=1)["error"])


if __name__ == "__main__":
    main()
