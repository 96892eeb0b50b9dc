"""SIGKILL in the middle of a run, then again: the same invoices as an undisturbed run.

The seed of the kill points is printed; RECKONER_KILL_SEED repeats them. Every trial works on a copy of one database:
it is killed at its point, and run again as an operator would, until the run is through.
"""

import os
import random
import time
import unittest

import reckoner_process as rp
from stored import digest, faults

CUSTOMERS = 400
BATCH = 20
BATCHES = CUSTOMERS // BATCH
TRIALS = {2: 15, 1: 9}  # by workers

class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.seed = int(os.environ.get("RECKONER_KILL_SEED", random.randrange(1_000_000)))
        print(f"    seed {cls.seed}: RECKONER_KILL_SEED={cls.seed} repeats the kill points", flush=True)

    def load(self, workers):
        """A database with two months to bill; some customers pay, some are parked."""
        config = rp.copy_of_config(f"config-{workers}", run=f'batch-size="{BATCH}" workers="{workers}"', files={
            "pricing/kill.xml": rp.pricing("kill", """
              <plan name="Partner"><recurring name="subscription" fee="rule"/></plan>
              <plan name="Metered">
                <recurring name="subscription" fee="10.02"/>
                <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" allowance="3" price="0.0375"/>
              </plan>""")})
        database = f"loaded_{workers}"
        reckoner = rp.Reckoner(database=self.cluster.create(database), config=config)
        directory = rp.new_directory("load")
        names = [f"c{number:04}" for number in range(CUSTOMERS)]
        rp.import_customers(
            reckoner, directory, [(name, "") for name in names],
            [("s", name, "Partner" if number % 50 == 49 else ("Metered", "SMB", "Professional")[number % 3],
              "2026-03-01" if number % 4 else "2026-03-11", "2026-05-01") for number, name in enumerate(names)])
        payments = rp.write_csv(directory / "payments.csv", ["reference", "customer", "amount", "received-on"],
                                [[f"P-{name}", name, "12.50", "2026-04-04"] for name in names[::5]])
        reckoner.ok("import", "payments", payments)
        seeded = random.Random(1)
        usage = rp.write_csv(
            directory / "usage.csv", ["id", "subject", "time", "bytes"],
            [[number, seeded.choice(names), f"2026-{seeded.choice(('03', '04'))}-{seeded.randrange(12, 31)}T10:00:00Z",
              seeded.randrange(9_000_000)] for number in range(4000)])
        reckoner.ok("ingest", usage, "--source", "kill", "--mapping",
                    "id=id,subject=subject,time=time,type:=bandwidth,bytes=bytes")
        return database, config

    def undisturbed(self, loaded, config, with_numbers):
        """The digest of a run that nobody kills."""
        conninfo = self.cluster.create(f"undisturbed_{loaded}", template=loaded)
        run = rp.Reckoner(database=conninfo, config=config).json("run", "monthly", code=1)
        self.assertEqual((run["due"], run["invoiced"], run["parked"]), (CUSTOMERS, CUSTOMERS - 8, 8))
        self.assertEqual(faults(conninfo), [])
        result = digest(conninfo, with_numbers)
        self.assertEqual(result["documents"][0], str(CUSTOMERS - 8))
        return result

    def kill_and_finish(self, loaded, config, batches, delay):
        """Kills a run `delay` seconds after so many batches are done, and finishes it. Gives where the kill hit: the
        number of batches done by then, None when no run was under way."""
        conninfo = self.cluster.create("trial", template=loaded)
        reckoner = rp.Reckoner(database=conninfo, config=config)
        command = reckoner.start("run", "monthly")
        if batches is not None:
            rp.psql(conninfo, f"""
              set statement_timeout = '60s';
              do $$ begin
                while not exists (select from engine_run)
                   or (select count(*) from run_batch where state = 'done') < {batches} loop
                  perform pg_sleep(0.001);
                end loop;
              end $$""")
        time.sleep(delay)
        command.kill()
        running = self.cluster.sql("trial", """
            select count(*) filter (where b.state = 'done') from engine_run r join run_batch b using (run_id)
             where r.state = 'running' group by r.run_id""")
        # The first says what it parked itself (exit 1) or found done (exit 0); the second finds nothing at all.
        self.assertIn(reckoner.run("run", "monthly").code, (0, 1))
        again = reckoner.json("run", "monthly", code=1)
        self.assertEqual((again["invoiced"], again["parked"], again["nothing_due"]), (0, again["due"], 0))
        return int(running[0][0]) if running else None

    def kill_many(self, workers):
        with_numbers = workers == 1
        loaded, config = self.load(workers)
        expected = self.undisturbed(loaded, config, with_numbers)
        seeded = random.Random(self.seed * 10 + workers)
        trials = TRIALS[workers]
        inside, where = 0, []
        for trial in range(trials):
            # The first hits somewhere in the start, the others after a number of batches that grows.
            batches = None if trial == 0 else seeded.randrange(BATCHES * (trial - 1) // (trials - 1),
                                                               BATCHES * trial // (trials - 1))
            delay = seeded.uniform(0, 0.1 if trial == 0 else 0.03)
            with self.subTest(workers=workers, trial=trial, batches=batches, delay=round(delay, 4)):
                done = self.kill_and_finish(loaded, config, batches, delay)
                self.assertEqual(faults(self.cluster.conninfo("trial")), [])
                self.assertEqual(digest(self.cluster.conninfo("trial"), with_numbers), expected)
                inside += done is not None
                where.append("-" if done is None else str(done))
            self.cluster.drop("trial")
        print(f"    {workers} worker(s): {trials} kills, {inside} of them inside the run, at batches done "
              f"{' '.join(where)} of {BATCHES}; {len(where)} digests equal", flush=True)
        self.assertGreater(inside, trials * 2 // 3, "too few kills hit inside the run")

    def test_damage_is_seen(self):
        """The checks above find what a broken program would leave behind."""
        loaded, config = self.load(3)
        database = self.cluster.create("damaged_before", template=loaded)
        rp.Reckoner(database=database, config=config).ok("run", "monthly", code=1)
        sound = digest(database)
        for fault, sql in (
                ("gaps in numbers", "delete from issued where seq = 7"),
                ("document without number, or number without document", "delete from issued where seq = 392"),
                ("orphan in the outbox", "update outbox set message_key = 'document:9' where customer_id = 1"),
                ("due document without mail", "delete from outbox where customer_id = 1"),
                ("document without posting", "delete from posting where customer_id = 1"),
                ("ledger that does not balance", "update posting set amount = amount + 0.01 where customer_id = 1 and "
                                                 "account = 'receivable'"),
                ("balance that is not the sum of its postings", "update customer_balance set balance = balance + 0.01"),
                ("more than one document of a customer for a period",
                 "insert into document_line select (jsonb_populate_record(l, '{\"ordinal\": 2}')).* "
                 "from document_line l where customer_id = 1"),
                ("document that is not the sum of its lines", "update document_line set amount = amount + 0.01"),
                ("line without document", "delete from document where customer_id = 1"),
                ("document without lines", "delete from document_line where customer_id = 1"),
                ("broken head of the chain", "update series set last_hash = sha256('')"),
                ("run that does not add up, or is not done", "update engine_run set invoiced = invoiced - 1"),
                ("run whose batches do not add up", "update run_batch set invoiced = 0 where batch = 3")):
            with self.subTest(fault=fault):
                conninfo = self.cluster.create("damaged", template="damaged_before")
                self.cluster.sql("damaged", f"set session_replication_role = replica; {sql}", user="postgres")
                self.assertIn(fault, [name for name, _ in faults(conninfo)])
                if not fault.startswith(("run", "broken")):
                    self.assertNotEqual(digest(conninfo), sound)
            self.cluster.drop("damaged")

    def test_two_workers(self):
        self.kill_many(2)

    def test_one_worker_gives_the_same_numbers(self):
        self.kill_many(1)


if __name__ == "__main__":
    rp.main()
