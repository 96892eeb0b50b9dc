"""Runs shared by several processes: killed, stopped and cancelled in the middle; documents held and approved."""

import signal
import time
import unittest

import reckoner_process as rp
from held_locks import NUMBERS, Gate
from stored import digest, faults

CUSTOMERS = 600
BATCH = 10
BATCHES = CUSTOMERS // BATCH
RECOVERY_SECONDS = 2
SILENCE_SECONDS = 10

# Each batch takes a quarter of a second.
SLOWLY = """
  create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.25); return null; end $$;
  create trigger slowly after insert on document for each statement execute function slowly()"""


class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.config = rp.copy_of_config("config-runs", run=f'batch-size="{BATCH}" workers="1"')
        reckoner = rp.Reckoner(database=cls.cluster.create("loaded"), config=cls.config)
        names = [f"c{number:04}" for number in range(CUSTOMERS)]
        rp.import_customers(
            reckoner, rp.new_directory("load"), [(name, "") for name in names],
            [("s", name, ("SMB", "Professional")[number % 2], "2026-03-01", "2026-05-01")
             for number, name in enumerate(names)])
        cls.expected = cls.undisturbed()

    @classmethod
    def undisturbed(cls):
        conninfo = cls.cluster.create("undisturbed", template="loaded")
        run = rp.Reckoner(database=conninfo, config=cls.config).json("run", "monthly")
        assert run["invoiced"] == CUSTOMERS
        return digest(conninfo)

    def setUp(self):
        self.conninfo = self.cluster.create("trial", template="loaded")
        self.reckoner = rp.Reckoner(database=self.conninfo, config=self.config)
        self.daemons = []
        self.addCleanup(self.clear)

    def clear(self):
        for daemon in self.daemons:
            daemon.send(signal.SIGCONT)
            daemon.kill()
        self.cluster.drop("trial")

    def daemon(self, roles="engine"):
        daemon = rp.serve_until_up(self.reckoner, "--roles", roles, "--listen", "none")
        self.daemons.append(daemon)
        return daemon

    def number(self, sql):
        return int(self.cluster.sql("trial", sql)[0][0])

    def done(self):
        return self.number("select count(*) from run_batch where state = 'done'")

    def wait_for_batches(self, count):
        rp.wait_until(lambda: self.done() >= count, f"{count} batches are done")

    def wait_for_end(self):
        rp.wait_until(lambda: self.number("select count(*) from engine_run where state <> 'running'") == 1,
                      "the run has ended", remark=lambda: [daemon.so_far() for daemon in self.daemons])

    def check_books(self):
        self.assertEqual(faults(self.conninfo), [])
        self.assertEqual(digest(self.conninfo), self.expected)

    def test_who_began_a_run_may_die(self):
        self.daemon()
        command = self.reckoner.start("run", "monthly")
        self.wait_for_batches(3)
        command.kill()
        self.wait_for_end()
        self.check_books()

    def test_the_next_batch_comes_within_two_seconds_of_a_kill(self):
        rp.psql(self.conninfo, SLOWLY)
        slowest = 0
        working = self.reckoner.start("run", "monthly")
        for _ in range(4):
            self.wait_for_batches(self.done() + 2)
            waiting = self.daemon()
            rp.wait_until(lambda: self.in_hand(working), "it works")
            working.send(signal.SIGSTOP)
            left = self.in_hand(working)
            working.kill()
            killed = time.monotonic()
            rp.wait_until(lambda: not left or self.number(
                f"select count(*) from run_batch where state = 'done' and batch = {left[0][0]}"), "its batch is done")
            slowest = max(slowest, time.monotonic() - killed)
            working = waiting
        print(f"    slowest recovery {slowest:.2f} s", flush=True)
        self.assertLess(slowest, RECOVERY_SECONDS)
        self.wait_for_end()
        self.check_books()

    def in_hand(self, worker):
        """The batches that a process holds."""
        return self.cluster.sql("trial", f"""
            select batch from run_batch join run_worker using (worker_id)
             where state = 'open' and process = {worker.pid}""")

    def test_a_process_that_stands_still_holds_nobody_up(self):
        daemons = [self.daemon(), self.daemon()]
        command = self.reckoner.start("run", "monthly")
        self.wait_for_batches(2)
        stopped = daemons[0]
        with Gate(self.conninfo, NUMBERS) as gate:  # whoever bills comes to it, and no further
            gate.wait_for(1)
            rp.wait_until(lambda: self.stopped_inside_a_transaction(stopped), "it stands still inside a transaction")
        begun = time.monotonic()
        self.wait_for_end()
        print(f"    ended {time.monotonic() - begun:.1f} s after the stop", flush=True)
        self.assertLess(time.monotonic() - begun, SILENCE_SECONDS + 20)
        stopped.send(signal.SIGCONT)
        self.assertEqual(command.wait().code, 0)
        time.sleep(1)
        self.assertTrue(stopped.running())
        self.check_books()

    def stopped_inside_a_transaction(self, daemon):
        """Stops a process; lets it go on where it has claimed nothing that it works on."""
        daemon.send(signal.SIGSTOP)
        time.sleep(0.02)
        inside = self.number(f"""
            select count(*) from run_batch b join run_worker w using (worker_id)
              join pg_stat_activity a on a.pid = b.backend_pid
             where b.state = 'open' and w.process = {daemon.pid} and a.xact_start is not null""")
        if not inside:
            daemon.send(signal.SIGCONT)
        return inside > 0

    def test_cancel_leaves_whole_batches(self):
        self.daemon()
        self.daemon()
        command = self.reckoner.start("run", "monthly")
        self.wait_for_batches(5)
        cancelled = self.reckoner.json("runs", "cancel", "1")
        self.assertEqual(cancelled["state"], "cancelled")
        self.assertEqual(command.wait().code, 0)
        documents = self.number("select count(*) from document")
        self.assertEqual(documents % BATCH, 0)
        self.assertLess(documents, CUSTOMERS)
        self.assertEqual(cancelled["invoiced"], documents)
        self.assertEqual(self.number("select sum(invoiced) from run_batch"), documents)
        again = self.reckoner.json("run", "monthly")
        self.assertEqual(again["invoiced"], CUSTOMERS - documents)
        self.assertEqual(self.number("select count(*) from document"), CUSTOMERS)
        self.assertEqual(self.number("select count(distinct customer_id) from document"), CUSTOMERS)

    def test_progress_is_told_by_any_process(self):
        command = self.reckoner.start("run", "monthly")
        self.addCleanup(command.kill)
        self.wait_for_batches(3)
        with Gate(self.conninfo, NUMBERS) as gate:
            gate.wait_for(1)
            shown = self.reckoner.json("runs", "show", "1")
            progress = shown["progress"]
            self.assertEqual(shown["state"], "running")
            self.assertEqual((progress["customers"], progress["batches"]), (CUSTOMERS, BATCHES))
            self.assertEqual(progress["customers_done"], progress["batches_done"] * BATCH)
            self.assertEqual(shown["invoiced"], progress["customers_done"])
            self.assertGreater(float(progress["customers_per_second"]), 0)
            self.assertGreater(progress["seconds_left"], 0)
            self.assertIn(command.pid, [worker["process"] for worker in progress["workers"]])
            self.assertIn("customers/s, about PT", self.reckoner.ok("runs", "show", "1").out)
            self.assertIn("running ", self.reckoner.ok("runs").out)

    def test_a_scheduler_and_an_engine_in_processes_of_their_own(self):
        every_second = self.config.parent / "config-every-second"
        if not every_second.exists():
            rp.shutil.copytree(self.config, every_second)
            file = every_second / "billing-config.xml"
            text = file.read_text(encoding="utf-8")
            begin = text.index("<schedule ")
            end = text.index("/>", begin) + 2
            text = f'{text[:begin]}<schedule cron="* * * * * ?" time-zone="UTC" missed="skip"/>{text[end:]}'
            file.write_text(text, encoding="utf-8")
        self.reckoner.ok("config", "apply", every_second)
        scheduler = self.daemon("scheduler")
        rp.wait_until(lambda: self.number("select count(*) from engine_run") > 0, "a run has begun")
        self.assertEqual(self.done(), 0)
        self.daemon("engine")
        rp.wait_until(lambda: self.number("select count(*) from engine_run where state = 'done'") >= 2,
                      "two firings are done", remark=scheduler.so_far)
        self.assertEqual(self.number("select count(*) from document"), CUSTOMERS)

    def test_held_documents_are_approved_or_rejected(self):
        self.reckoner.ok("run", "monthly")
        config = rp.copy_of_config("config-one-line", run=f'batch-size="{BATCH}" workers="1"')
        file = config / "billing-config.xml"
        text = file.read_text(encoding="utf-8").replace(
            "<settings>", '<settings><setting name="billing.bounds.linesPerDocument" value="1"/>', 1)
        file.write_text(text, encoding="utf-8")
        self.reckoner.ok("config", "apply", config)
        directory = rp.new_directory("held")
        rp.import_customers(self.reckoner, directory, [("big", ""), ("small", "")],
                            [("s", "big", "Professional", "2026-03-01", "2026-05-01"),
                             ("s", "small", "Professional", "2026-03-01", "2026-05-01")])
        run = self.reckoner.json("run", "monthly", code=1)
        self.assertEqual((run["due"], run["held"]), (2, 2))
        self.assertEqual([held["customer"] for held in run["held_customers"]], ["big", "small"])
        held = self.reckoner.json("runs", "held", code=1)["held_customers"]
        self.assertIn("more than 1 (billing.bounds.linesPerDocument)", held[0]["reasons"])
        number = str(run["run"])
        approved = self.reckoner.json("runs", "approve", number, "--customer", "big", "--reason", "looked at it")
        self.assertEqual(len(approved["approvals"][0]["issued"]), 1)
        self.assertIn("is due again", self.reckoner.ok("runs", "reject", number, "--reason", "no").out)
        self.reckoner.ok("runs", "held")
        self.assertEqual(self.reckoner.run("runs", "approve", number).code, 1)
        self.assertEqual(self.reckoner.json("run", "monthly", code=1)["held"], 1)
        self.assertEqual([name for name, _ in faults(self.conninfo)], [])


if __name__ == "__main__":
    rp.main()
