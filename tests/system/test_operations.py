"""What the program says of its database, and which it refuses."""

import unittest

import reckoner_process as rp

SAFE = {"RECKONER_ALLOW_UNSAFE_DATABASE": "false"}


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()

    def findings(self, reckoner, code=0):
        return {finding["subject"]: finding for finding in reckoner.json("doctor", code=code)["findings"]}

    def test_a_server_that_loses_what_it_has_committed_is_refused(self):
        conninfo = self.cluster.create("unsafe")
        careful = rp.Reckoner(database=conninfo, env=SAFE)
        for command in (("serve",), ("runs",), ("migrate",)):
            refused = careful.run(*command)
            self.assertEqual(refused.code, 3, refused)
            self.assertIn("fsync is off, full_page_writes is off", refused.err)
            self.assertIn("--allow-unsafe-database", refused.err)
        self.assertEqual(self.cluster.sql("unsafe", "select to_regclass('engine_run') is null"), [["t"]])
        careful.ok("--allow-unsafe-database", "runs")
        findings = self.findings(careful, code=1)
        self.assertEqual(findings["durability"]["verdict"], "wrong")
        self.assertIn("fsync", findings["durability"]["todo"])

    def test_doctor_looks_at_everything_and_changes_nothing(self):
        conninfo = self.cluster.create("looked_at")
        reckoner = rp.Reckoner(database=conninfo)
        before = self.findings(reckoner, code=1)
        self.assertEqual(before["schema"]["verdict"], "warning")
        self.assertEqual(self.cluster.sql("looked_at", "select to_regclass('schema_migration') is null"), [["t"]])
        reckoner.ok("migrate")
        after = self.findings(reckoner, code=1)
        self.assertEqual({subject for subject, finding in after.items() if finding["verdict"] == "wrong"}, {"durability"})
        for subject in ("database", "server", "failover", "sharding", "role", "connections", "prepared transactions", "clock",
                        "disk", "schema", "configuration", "unfinished runs", "parked customers", "held documents",
                        "quarantine", "usage", "outbox"):
            self.assertIn(subject, after)
        self.assertEqual(after["clock"]["verdict"], "ok")
        text = reckoner.run("doctor")
        self.assertEqual(text.code, 1)
        self.assertIn("wrong", text.out)
        self.cluster.sql("looked_at", "insert into parked (customer_id, run_id, reason, parked_at, first_parked_at, attempts)"
                                       " values (1, 1, 'no price', '2026-11-01', '2026-11-01', 1)")
        self.assertEqual(self.findings(reckoner, code=1)["parked customers"]["verdict"], "warning")


    def test_doctor_on_what_does_not_answer_and_what_is_not_there_yet(self):
        findings = self.findings(rp.Reckoner(database="host=/nowhere dbname=x"), code=1)
        self.assertEqual(findings["database"]["verdict"], "wrong")
        directory = rp.new_directory("empty")
        findings = self.findings(rp.Reckoner(data_dir=directory))
        self.assertEqual(list(findings), ["database"])
        self.assertIn("makes it", findings["database"]["says"])
        self.assertEqual(list(directory.iterdir()), [])

    def test_the_private_cluster_is_sound(self):
        reckoner = rp.Reckoner(data_dir=rp.new_directory("private"), env=SAFE)
        reckoner.ok("runs")
        findings = self.findings(reckoner)
        for subject in ("database", "server", "durability", "failover", "role", "clock", "schema", "configuration"):
            self.assertEqual(findings[subject]["verdict"], "ok", findings[subject])
        self.assertIn("reckoner_writer", findings["role"]["says"])
        self.assertIn("free", findings["disk"]["says"])

    def test_a_database_of_a_newer_program_is_refused(self):
        conninfo = self.cluster.create("newer")
        reckoner = rp.Reckoner(database=conninfo)
        reckoner.ok("migrate")
        self.cluster.sql("newer", "insert into schema_migration (number, name, sha256)"
                                  " select max(number) + 1, '9999_future.sql', sha256('x') from schema_migration")
        refused = reckoner.run("runs")
        self.assertEqual(refused.code, 3, refused)
        self.assertIn("9999_future.sql", refused.err)
        self.assertIn("newer program", refused.err)
        self.assertEqual(self.findings(reckoner, code=1)["schema"]["verdict"], "wrong")


if __name__ == "__main__":
    rp.main()
