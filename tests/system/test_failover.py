"""A primary dies, its synchronous standby takes over: commands go on, nothing acknowledged is lost, nothing is done twice,
and nothing is written to the old primary when it comes back."""

import unittest

import reckoner_process as rp
from replicated import Commands, Pair
from stored import digest, faults

CUSTOMERS = 60


def charge(key):
    return ("charge", "c0001", "Setup", "--price", "1", "--on", "2026-03-15", "--key", key)


class Failover(unittest.TestCase):
    def test_the_program_follows_the_primary(self):
        pair = Pair()
        config = rp.copy_of_config("failover", run='batch-size="1" workers="2"')
        pair.primary.create("billed")
        reckoner = rp.Reckoner(database=pair.conninfo("billed"), config=config)
        names = [f"c{number:04}" for number in range(CUSTOMERS)]
        rp.import_customers(reckoner, rp.new_directory("load"), [(name, "") for name in names],
                            [("s", name, "SMB", "2026-03-01", "2026-05-01") for name in names])
        self.assertIn("commits wait for the synchronous one", self.finding(reckoner, "failover")["says"])
        serve = rp.serve_until_up(reckoner, "--roles", "ingest,web")
        commands = Commands(reckoner, charge)
        commands.start()
        run = reckoner.start("run", "monthly", "--period", "2026-03")
        rp.wait_until(lambda: int(pair.primary.sql("billed", "select count(*) from run_batch where state = 'done'")[0][0]) > 5,
                      "some batches are done")
        commands.wait_for(2)

        old = pair.fail_over()
        self.assertEqual(run.wait().code, 0, run.wait())
        commands.wait_for(len(commands.acknowledged) + 3)
        old.start()  # as it was: it takes writes, and it is the first in the list
        before = old.sql("billed", "select count(*) from manual_charge")
        commands.wait_for(len(commands.acknowledged) + 5)
        reckoner.ok("run", "monthly", "--period", "2026-04")
        commands.stop()

        self.assertEqual(commands.wrong, [])
        charged = sorted(key for key, in pair.primary.sql("billed", "select external_key from manual_charge"))
        self.assertEqual(sorted(set(charged)), charged)
        self.assertEqual(set(commands.acknowledged) - set(charged), set())
        self.assertEqual(old.sql("billed", "select count(*) from manual_charge"), before)
        self.assertEqual(old.sql("billed", "select count(*) from document where cut > 1"), [["0"]])
        conninfo = pair.primary.conninfo("billed")
        self.assertEqual(faults(conninfo), [])
        self.assertEqual(digest(conninfo)["documents"][0], str(2 * CUSTOMERS))
        reckoner.ok("verify")
        self.assertTrue(serve.running())
        serve.send(rp.signal.SIGTERM)
        self.assertEqual(serve.wait().code, 0)
        old.stop_at_once()

    def finding(self, reckoner, subject):
        findings = reckoner.json("doctor", code=1)["findings"]  # the servers of tests do not sync
        return next(finding for finding in findings if finding["subject"] == subject)


if __name__ == "__main__":
    rp.main()
