"""Tries Reckoner on a real Citus cluster: `tests/citus/try.py --citus-prefix PREFIX` (README.md). Prints what was shown.

Everything is compared with plain PostgreSQL: the same story told to both leaves the same digest. Nodes are killed, processes
are killed, second phases are held back.
"""

import argparse
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
import nodes  # noqa: E402
import placed  # noqa: E402
import reckoner_process as rp  # noqa: E402
import story  # noqa: E402
from stored import digest, faults  # noqa: E402

# True-ups bill a period in a second document; a void needs no mail.
EXPECTED_FAULTS = {"more than one document of a customer for a period", "due document without mail"}


class Trial:
    def __init__(self, prefix, customers):
        self.customers = customers
        self.plain = rp.Cluster()
        self.citus = nodes.CitusCluster(prefix)
        self.config = story.configuration()
        self.failed = 0
        self._databases = 0

    def database(self, extension=True):
        self._databases += 1
        return self.citus.create(f"tried_{self._databases}", extension)

    def placed(self):
        """A database whose tables are spread, and its name."""
        conninfo = self.database()
        self.reckoner(conninfo).ok("migrate", "--distribute", "--shards", "8")
        return conninfo, f"tried_{self._databases}"

    def reckoner(self, database):
        return rp.Reckoner(database=database, config=self.config)

    def told(self, database):
        return story.Story(database, self.config, self.customers)

    def case(self, method):
        print(f"{method.__doc__.strip()}", flush=True)
        begun = time.monotonic()
        try:
            for shown in method() or ():
                print(f"  - {shown}", flush=True)
            print(f"  ok, {time.monotonic() - begun:.1f} s", flush=True)
        except Exception:  # the next case says more than the end would
            self.failed += 1
            print("  FAILED", traceback.format_exc(), sep="\n", flush=True)

    # ------------------------------------------------------------------------------------------------------ setting up

    def refusals(self):
        """What --distribute needs is said when it is missing, and nothing is changed"""
        coordinator, worker = self.citus.coordinator, self.citus.workers[0]

        def refused(conninfo, text, code=1):
            result = self.reckoner(conninfo).run("migrate", "--distribute")
            assert result.code == code and text in result.err, result
            return text

        yield refused(self.plain.create("refused"), "this PostgreSQL has no Citus")
        lone = self.database(extension=False)
        name = f"tried_{self._databases}"
        yield refused(lone, "the database lacks the extension")
        coordinator.sql(name, "create extension citus", user="postgres")
        yield refused(lone, "the coordinator does not know its own address")
        coordinator.sql(name, f"select citus_set_coordinator_host('127.0.0.1', {coordinator.port})", user="postgres")
        yield refused(lone, "no node that holds shards")
        full = self.database()
        name = f"tried_{self._databases}"
        self.reckoner(full).ok("migrate")
        coordinator.sql("postgres", "create role stranger login in role pg_read_all_data, pg_write_all_data", user="postgres")
        yield refused(coordinator.conninfo(name, "stranger"), "only their owner may spread the tables")
        coordinator.sql("postgres", f"alter database {name} owner to postgres", user="postgres")
        yield refused(full, "only the database's owner")
        coordinator.sql("postgres", f"alter database {name} owner to reckoner", user="postgres")
        self.citus.workers[1].stop_at_once()
        yield refused(full, "cannot be reached")
        self.citus.workers[1].start()
        assert coordinator.sql(name, "select count(*) from citus_tables") == [["0"]]
        self.reckoner(full).ok("migrate", "--distribute")
        yield refused(worker.conninfo(name), "this is a worker of the Citus cluster", code=3)

    def kinds(self):
        """Every table lies where its kind says, twice is once, and a table that is new is placed by the next command"""
        conninfo, name = self.placed()
        again = self.reckoner(conninfo).json("migrate", "--distribute")
        assert again["placed"] == [], again
        kinds = placed.placements(rp.SOURCE)
        found = {row[0]: (row[1], row[2]) for row in rp.psql(conninfo, """
            select table_name, citus_table_type, distribution_column from citus_tables""")}
        for table, kind in kinds.items():
            expected = {"kByCustomer": ("distributed", "customer_id"), "kByKey": ("distributed", "key"),
                        "kReference": ("reference", "<none>")}.get(kind)
            assert found.get(table) == expected, (table, kind, found.get(table))
        keyless = rp.psql(conninfo, """
            select relname from pg_dist_partition join pg_class c on c.oid = logicalrelid join pg_index i on i.indrelid = c.oid
              join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where indisprimary and partmethod = 'h' and attname not in ('customer_id', 'key')""")
        assert keyless == [], keyless
        crossing = rp.psql(conninfo, """
            select conrelid::regclass, confrelid::regclass from pg_constraint
             where contype = 'f' and connamespace = 'public'::regnamespace
               and (conrelid in (select logicalrelid from pg_dist_partition))
                   <> (confrelid in (select logicalrelid from pg_dist_partition))""")
        assert crossing == [], crossing
        yield f"{len(kinds)} tables"
        rp.psql(conninfo, "drop trigger commit_in_two_phases on over_limit")
        self.reckoner(conninfo).ok("customers")
        trigger = "select count(*) from pg_trigger where tgname = 'commit_in_two_phases' and tgrelid = 'over_limit'::regclass"
        assert rp.psql(conninfo, trigger) == [["1"]]
        rp.psql(conninfo, """
            begin; set local citus.multi_shard_modify_mode = 'sequential';
            alter table document add column later text not null default ''; create index on document (customer_id, later);
            update customer set name = name; commit;""")
        yield "a later migration alters a spread table and its rows in one transaction"

    # ----------------------------------------------------------------------------------------------------- the story

    def same_story(self):
        """A story told to plain PostgreSQL and to Citus, which is spread in its middle, leaves the same"""
        plain = self.plain.create("plain")
        expected = self.told(plain).tell()
        database = self.database()
        told = self.told(database)
        spread = told.usage

        def usage_then_spread(name, *arguments, **options):
            said = spread(name, *arguments, **options)
            if name == "first":
                result = self.reckoner(database).json("migrate", "--distribute", "--shards", "8")
                assert len(result["placed"]) == len(placed.placements(rp.SOURCE)), result
            return said

        told.usage = usage_then_spread
        said = told.tell()
        for one, other in zip(expected, said):
            self._same_words(one, other)
        wrong = {fault for fault, _ in faults(database)} - EXPECTED_FAULTS
        assert not wrong, wrong
        assert digest(database) == digest(plain), (digest(plain), digest(database))
        rows = digest(database)
        yield f"digests equal: {rows['documents'][0]} documents, {rows['lines'][0]} lines, {rows['postings'][0]} postings"
        yield "two processes a run, voids, credit notes, coupons, changes of the past, late usage; verify --recompute is clean"

    def _same_words(self, one, other):
        """Without what names a file, which lies elsewhere."""
        if isinstance(one, dict):
            one, other = ({key: value for key, value in each.items() if key not in ("file", "files")} for each in (one, other))
        assert one == other, (one, other)

    def daemon(self):
        """A daemon sends its mails once each and closes cuts"""
        conninfo, _ = self.placed()
        told = self.told(conninfo)
        told.customers()
        told.usage("first", ("03", "04"), 200)
        told.run()
        daemon = rp.Reckoner(database=conninfo, data_dir=rp.new_directory("mails"), config=self.config)
        serve = rp.serve_until_up(daemon, "--roles", "delivery,ingest")
        second = rp.serve_until_up(daemon, "--roles", "delivery")
        pending = "select count(*) from outbox where state = 'pending'"
        rp.wait_until(lambda: rp.psql(conninfo, pending) == [["0"]], "the mails are sent",
                      lambda: serve.so_far().err + second.so_far().err)
        for process in (serve, second):
            process.send(signal.SIGTERM)
            process.wait()
        attempts = rp.psql(conninfo, "select count(*), sum(attempts) from outbox where state = 'sent'")[0]
        assert attempts[0] == attempts[1] != "0", attempts
        yield f"{attempts[0]} mails by two daemons"

    # ---------------------------------------------------------------------------------------------------------- faults

    def two_phases(self):
        """A change on one node and on the coordinator is prepared before either is committed"""
        conninfo, name = self.placed()
        told = self.told(conninfo)
        told.customers()
        for worker in self.citus.workers:
            worker.sql("postgres", "alter system set log_statement = 'all'; select pg_reload_conf()", user="postgres")
        time.sleep(0.5)
        before = [len(worker.log()) for worker in self.citus.workers]
        rp.psql(conninfo, """
            begin;
            update customer_state set ordinal = ordinal where customer_id = 1;
            update cut_counter set cut = cut;
            commit;""")
        prepared = sum(worker.log()[size:].count("PREPARE TRANSACTION") for worker, size in zip(self.citus.workers, before))
        for worker in self.citus.workers:
            worker.sql("postgres", "alter system reset log_statement; select pg_reload_conf()", user="postgres")
        assert prepared == 1, prepared
        yield "one customer and a local row: one PREPARE TRANSACTION"

    def held_back(self):
        """A cut waits for rows of an ingest transaction that a node has prepared and not committed yet"""
        conninfo, name = self.placed()
        told = self.told(conninfo)
        told.customers()
        told.usage("first", ("03",), 50)
        told.reckoner.ok("cut")
        worker = self.citus.workers[0]
        # What a crash between the two phases leaves: the batch on the coordinator, its deltas prepared on the node.
        found = rp.psql(conninfo, f"""
            select customer_id, 'usage_delta_' || get_shard_id_for_distribution_column('usage_delta', customer_id)
              from customer where get_shard_id_for_distribution_column('usage_delta', customer_id) in (
                select shardid from citus_shards where nodeport = {worker.port}) limit 1""")[0]
        batch = rp.psql(conninfo, "select nextval('ingest_batch_batch_id_seq')")[0][0]
        recovery = "alter system {} citus.recover_2pc_interval{}; select pg_reload_conf()"
        self.citus.coordinator.sql("postgres", recovery.format("set", " = -1"), user="postgres")
        time.sleep(3)
        gid = "citus_0_1_999999_1"
        worker.sql(name, f"""
            begin;
            insert into {found[1]} (customer_id, batch_id, meter, subject, dimensions, bucket, event_count, value_sum)
            values ({found[0]}, {batch}, 'bandwidth', 'x', '{{}}', '2026-03-20T10:00:00Z', 1, 1);
            prepare transaction '{gid}';""")
        rp.psql(conninfo, f"""
            insert into ingest_batch (batch_id, source, received_at, received, counted, duplicate, quarantined)
            overriding system value values ({batch}, 'held', '2026-11-01', 1, 1, 0, 0)""")
        cut = told.reckoner.start("cut")
        time.sleep(1.5)
        waited = cut.running()
        worker.sql(name, f"commit prepared '{gid}'")
        self.citus.coordinator.sql("postgres", recovery.format("set", " = '2s'"), user="postgres")
        result = cut.wait()
        assert waited, result
        assert result.code == 0, result
        left = rp.psql(conninfo, "select count(*) from usage_delta")
        assert left == [["0"]], left
        yield "the cut closed when the second phase was done, with the delta"

    def _undisturbed(self):
        """The digest of the first run, on plain PostgreSQL."""
        if not hasattr(self, "_first_run"):
            plain = self.plain.create("undisturbed")
            told = self.told(plain)
            told.customers()
            told.usage("first", ("03", "04"), 600)
            told.run()
            self._first_run = digest(plain)
        return self._first_run

    def _run_and(self, what):
        """A run by two processes that `what` happens to, and then again until it is through. Gives the database."""
        expected = self._undisturbed()
        conninfo, name = self.placed()
        told = self.told(conninfo)
        told.customers()
        told.usage("first", ("03", "04"), 600)
        commands = [told.reckoner.start("run", "monthly") for _ in range(2)]
        done = "select count(*) from run_batch where state = 'done'"
        rp.wait_until(lambda: rp.psql(conninfo, done)[0][0] != "0" or not any(c.running() for c in commands), "a batch is done")
        what(commands)
        codes = [command.wait(300).code for command in commands]
        for _ in range(5):
            if told.run()[0] in (0, 1) and not faults(conninfo):
                break
        rp.wait_until(lambda: self.citus.prepared(name) == 0, "second phases are recovered")
        assert faults(conninfo) == [], faults(conninfo)
        assert digest(conninfo) == expected, (expected, digest(conninfo))
        told.reckoner.ok("verify")
        return codes

    def killed_worker(self):
        """A node is killed in the middle of a run, and comes back"""
        def kill(_):
            self.citus.workers[1].stop_at_once()
            time.sleep(1)
            self.citus.workers[1].start()
        codes = self._run_and(kill)
        yield f"digest equal, nothing is lost or doubled; the two processes ended with {codes}"

    def killed_coordinator(self):
        """The coordinator is killed in the middle of a run, and comes back"""
        def kill(_):
            self.citus.coordinator.stop_at_once()
            self.citus.coordinator.start()
        codes = self._run_and(kill)
        yield f"digest equal, nothing is lost or doubled; the two processes ended with {codes}"

    def killed_process(self):
        """One of two processes is killed in the middle of a run"""
        codes = self._run_and(lambda commands: commands[0].kill())
        yield f"digest equal; the two processes ended with {codes}"

    # --------------------------------------------------------------------------------------------------------- figures

    def figures(self, customers):
        """Invoices a second, one process with two workers"""
        config = story.configuration("figures", batch=1000)
        rates = {}
        for kind, database in (("plain PostgreSQL", self.plain.create("figures")), ("Citus", self.placed()[0])):
            told = story.Story(database, config, customers)
            told.customers()
            told.usage("first", ("03", "04"), customers * 2)
            begun = time.monotonic()
            told.run()
            seconds = time.monotonic() - begun
            documents = int(digest(database)["documents"][0])
            rates[kind] = documents / seconds
            yield f"{kind}: {documents} documents in {seconds:.2f} s, {rates[kind]:.0f}/s"
            begun = time.monotonic()
            for _ in range(20):
                told.interim(told.names[0])
            yield f"{kind}: an interim invoice by the command line {(time.monotonic() - begun) / 20 * 1000:.0f} ms"
        yield f"ratio {rates['Citus'] / rates['plain PostgreSQL']:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citus-prefix", required=True, help="where PostgreSQL with Citus lies")
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--figures", type=int, metavar="CUSTOMERS", help="also measure a run over so many")
    parser.add_argument("cases", nargs="*", help="only these")
    arguments = parser.parse_args()
    trial = Trial(arguments.citus_prefix, arguments.customers)
    version = trial.citus.create("version")
    print(rp.psql(version, "select citus_version()")[0][0], f"{len(trial.citus.workers)} workers", sep="; ", flush=True)
    for name in arguments.cases or ("refusals", "kinds", "same_story", "daemon", "two_phases", "held_back", "killed_worker",
                                    "killed_coordinator", "killed_process"):
        trial.case(getattr(trial, name))
    if arguments.figures:
        def figures():
            return trial.figures(arguments.figures)
        figures.__doc__ = trial.figures.__doc__
        trial.case(figures)
    sys.exit(1 if trial.failed else 0)


if __name__ == "__main__":
    main()
