"""The program among other processes: signals, a database that goes away, several commands at once, bad places for the
data, and a full disk."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import reckoner_process as rp
from stored import digest, faults

PLAN = rp.pricing("process", """
  <plan name="Plain"><recurring name="subscription" fee="7.00"/></plan>""")


def one_line(test, result, code=3):
    """A command that could not start: its exit code, nothing on standard output, one line of reason."""
    test.assertEqual((result.code, result.out), (code, ""), result)
    test.assertRegex(result.err, r"\Areckoner: [^\n]+\n\Z")
    return result.err


def servers_in(directory):
    """Ids of the PostgreSQL processes that work in a data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.readlink(entry / "cwd") == f"{directory}/cluster":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


# A batch takes its time, however fast the machine is: what is to happen during a run does.
SLOWLY = """
  create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return null; end $$;
  create trigger slowly after insert on document for each statement execute function slowly()"""


class OnADatabase(unittest.TestCase):
    """Runs on a server of the test's own, given by --database."""

    CUSTOMERS = 1200

    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster()
        cls.config = rp.copy_of_config("config-process", run='batch-size="10" workers="2"',
                                       files={"pricing/process.xml": PLAN})
        reckoner = rp.Reckoner(database=cls.cluster.create("loaded"), config=cls.config)
        names = [f"c{number:04}" for number in range(cls.CUSTOMERS)]
        rp.import_customers(reckoner, rp.new_directory("load"), [(name, "") for name in names],
                            [("s", name, "Plain", "2026-03-01", "2026-04-01") for name in names])
        conninfo = cls.cluster.create("undisturbed", template="loaded")
        rp.Reckoner(database=conninfo, config=cls.config).ok("run", "monthly")
        cls.undisturbed = digest(conninfo)

    def begin_run(self, name, *options):
        """A copy of the loaded database, with a run on it that has done some of its batches."""
        conninfo = self.cluster.create(name, template="loaded")
        rp.psql(conninfo, SLOWLY)
        reckoner = rp.Reckoner(database=conninfo, config=self.config)
        command = reckoner.start(*options, "run", "monthly")
        rp.wait_until(lambda: self.batches(conninfo, "done") > 5 or not command.running(), "some batches are done")
        self.assertTrue(command.running(), command.so_far())
        return conninfo, reckoner, command

    def batches(self, conninfo, state):
        if rp.psql(conninfo, "select to_regclass('run_batch') is not null") != [["t"]]:
            return 0
        return int(rp.psql(conninfo, f"select count(*) from run_batch where state = '{state}'")[0][0])

    def assert_finished(self, conninfo, reckoner):
        self.assertEqual(faults(conninfo), [])
        self.assertEqual(digest(conninfo), self.undisturbed)
        again = reckoner.json("run", "monthly")
        self.assertEqual((again["due"], again["invoiced"]), (0, 0))

    def test_sigterm_lets_the_batch_in_hand_finish(self):
        conninfo, reckoner, command = self.begin_run("sigterm", "--json")
        command.send(signal.SIGTERM)
        result = command.wait(20)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.json()["state"], "running")
        done, still_open = self.batches(conninfo, "done"), self.batches(conninfo, "open")
        self.assertEqual(done + still_open, self.CUSTOMERS // 10)
        self.assertGreater(still_open, 0)
        self.assertEqual(rp.psql(conninfo, "select count(*) from document"), [[str(done * 10)]])
        self.assertEqual(rp.psql(conninfo, "select count(*) from run_batch where state = 'open' and invoiced > 0"),
                         [["0"]])
        reckoner.ok("run", "monthly")
        self.assert_finished(conninfo, reckoner)

    def test_database_away_at_start(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        away = rp.Reckoner(database=f"host=127.0.0.1 port={port} dbname=x")
        for command in (["run", "monthly"], ["serve"]):
            self.assertIn("refused", one_line(self, away.run(*command)))
        result = away.run("--json", "customers")
        error = json.loads(result.out)
        self.assertEqual((result.code, error["exit_code"]), (3, 3), result)
        self.assertIn("refused", error["error"])
        reason = one_line(self, rp.Reckoner(database=self.cluster.conninfo("nowhere")).run("customers"))
        self.assertIn('database "nowhere" does not exist', reason)
        reason = one_line(self, rp.Reckoner(database="no such syntax").run("customers"))
        self.assertIn("neither a postgresql:// URL nor keyword=value pairs", reason)

    def test_database_away_during_a_run(self):
        conninfo, reckoner, command = self.begin_run("away", "--json")
        self.cluster.stop_at_once()
        try:
            time.sleep(3)
            self.assertTrue(command.running(), command.so_far())
        finally:
            self.cluster.start()
        result = command.wait(60)
        self.assertEqual(result.code, 0, result)
        self.assertEqual((result.json()["state"], result.json()["invoiced"]), ("done", self.CUSTOMERS))
        self.assertIn("trying again", result.err)
        self.assert_finished(conninfo, reckoner)

    def test_two_runs_at_once_bill_once(self):
        conninfo, reckoner, command = self.begin_run("two_runs")
        second = reckoner.start("run", "monthly")
        for result in (command.wait(), second.wait()):
            self.assertEqual(result.code, 0, result)
        self.assert_finished(conninfo, reckoner)


class OnThePrivateCluster(unittest.TestCase):
    """The embedded PostgreSQL of one data directory."""

    @classmethod
    def setUpClass(cls):
        cls.data = rp.SANDBOX / "data"
        cls.config = rp.copy_of_config("config-private", files={"pricing/process.xml": PLAN})
        cls.reckoner = rp.Reckoner(data_dir=cls.data, config=cls.config)

    def test_1_commands_at_once_on_a_new_directory(self):
        commands = [self.reckoner.start("--json", "customers") for _ in range(4)]
        for result in [command.wait() for command in commands]:
            self.assertEqual((result.code, result.json()), (0, {"customers": []}), result)
        rp.wait_until(lambda: not servers_in(self.data), "the last command has stopped the server")

    def test_2_commands_while_serve_runs_and_after_it_was_killed(self):
        names = [f"c{number}" for number in range(20)]
        rp.import_customers(self.reckoner, rp.new_directory("load"), [(name, "") for name in names],
                            [("s", name, "Plain", "2026-03-01", "2026-04-01") for name in names])
        serve = rp.serve_until_up(self.reckoner)
        server = self.server()
        invoice = self.reckoner.json("interim", "c7", "--as-of", "2026-03-31T00:00:00Z")["invoices"][0]
        self.assertEqual((invoice["document"]["interim"], invoice["document"]["customer"]["key"]), (True, "c7"))
        self.assertEqual(self.reckoner.json("invoices"), {"invoices": []})
        self.assertEqual(self.reckoner.json("run", "monthly")["invoiced"], 20)

        serve.kill()
        self.assertEqual(self.server(), server, "a killed program leaves its server running")
        # The next command adopts the server, and as its last user stops it.
        self.assertEqual(len(self.reckoner.json("invoices")["invoices"]), 20)
        rp.wait_until(lambda: not servers_in(self.data), "the adopted server has stopped")

        serve = rp.serve_until_up(self.reckoner)
        server = self.server()
        serve.kill()
        serve = rp.serve_until_up(self.reckoner)
        self.assertEqual(self.server(), server, "the new one adopts it")

        # The machine's memory killer takes both.
        serve.kill()
        os.kill(server, signal.SIGKILL)
        serve = rp.serve_until_up(self.reckoner)
        self.assertNotEqual(self.server(), server)
        self.assertEqual(len(self.reckoner.json("invoices")["invoices"]), 20)
        serve.send(signal.SIGTERM)
        result = serve.wait(20)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(servers_in(self.data), [])
        self.assertEqual(self.reckoner.json("run", "monthly")["due"], 0)

    def test_3_a_server_that_dies_under_serve_is_started_again(self):
        serve = rp.serve_until_up(self.reckoner)
        server = self.server()
        os.kill(server, signal.SIGKILL)
        rp.wait_until(lambda: self.server() not in (None, server), "there is a new server",
                      lambda: f"{serve.so_far()}\nin the data directory: {self.processes()}")
        self.assertEqual(len(self.reckoner.json("invoices")["invoices"]), 20)
        self.assertTrue(serve.running(), serve.so_far())
        serve.send(signal.SIGINT)
        self.assertEqual(serve.wait(20).code, 0)
        self.assertEqual(servers_in(self.data), [])

    def processes(self):
        names = {pid: Path(f"/proc/{pid}/cmdline") for pid in servers_in(self.data)}
        return {pid: path.read_bytes().decode() for pid, path in names.items() if path.exists()}

    def server(self):
        """Its id; None while there is none."""
        try:
            return int((self.data / "cluster" / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None


class Places(unittest.TestCase):
    """Where data directories may lie, and where not."""

    def setUp(self):
        self.place = rp.new_directory("place")
        self.user = "nobody" if rp.ROOT else None
        rp.Reckoner(user=self.user, cwd="/").ok("--version")

    def as_user(self, data_dir, **how):
        return rp.Reckoner(data_dir=data_dir, user=self.user, cwd="/", **how)

    def give(self, path):
        if rp.ROOT:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def test_home_without_access_for_others(self):
        """A checkout in a home of mode 0700, with the configuration found where one stands."""
        home = self.place / "home"
        shutil.copytree(rp.CONFIG, home / "checkout" / "config")
        home.chmod(0o700)
        if rp.ROOT:
            # Root's default directory is the machine's own: another one is named, outside.
            root = rp.Reckoner(data_dir=self.place / "data", config=None, env={"HOME": str(home)},
                               cwd=home / "checkout")
            self.assertEqual(root.json("customers"), {"customers": []})
            self.assertEqual((self.place / "data").stat().st_mode & 0o777, 0o700)
            self.assertNotEqual((self.place / "data" / "cluster").stat().st_uid, 0)
            inside = rp.Reckoner(data_dir=home / "data", config=None, env={"HOME": str(home)}, cwd=home / "checkout")
            self.assertIn("cannot enter", one_line(self, inside.run("customers")))
            for path, _, _ in os.walk(home):
                self.give(path)
        # A normal user's default directory is in its home.
        user = rp.Reckoner(user=self.user, config=None, env={"HOME": str(home), "XDG_DATA_HOME": ""},
                           cwd=home / "checkout")
        self.assertEqual(user.json("customers"), {"customers": []})
        self.assertTrue((home / ".local/share/reckoner/cluster/PG_VERSION").exists())

    def test_directories_that_cannot_be_used(self):
        locked = self.place / "locked"
        locked.mkdir(mode=0o555)
        self.give(locked)
        file = self.place / "file"
        file.write_text("x")
        self.give(file)
        foreign = self.place / "foreign"
        foreign.mkdir()
        (foreign / "letter.txt").write_text("dear diary")
        self.give(foreign)
        self.give(foreign / "letter.txt")
        for directory, reason in ((locked / "data", "Permission denied"),
                                  (file / "data", "Not a directory"), (file, "not a directory"),
                                  (foreign, "it is not empty, and not a data directory of Reckoner")):
            with self.subTest(directory=directory.relative_to(self.place)):
                said = one_line(self, self.as_user(directory).run("customers"))
                self.assertIn(str(directory), said)
                self.assertIn(reason, said)
        self.assertEqual([path.name for path in foreign.iterdir()], ["letter.txt"])
        if rp.ROOT:
            roots = self.place / "roots"
            roots.mkdir(mode=0o700)
            self.assertIn("belongs to root", one_line(self, self.as_user(roots).run("customers")))
        said = one_line(self, rp.Reckoner(user=self.user, cwd="/", env={"HOME": "", "XDG_DATA_HOME": ""})
                        .run("customers")) if not rp.ROOT or self.user else ""
        self.assertIn("--data-dir", said)

    def test_path_too_long_for_a_socket(self):
        directory = self.place / ("long-" + "x" * 120) / "data"
        reckoner = rp.Reckoner(data_dir=directory)
        self.assertEqual(reckoner.json("customers"), {"customers": []})
        self.assertEqual(reckoner.json("customers"), {"customers": []})
        self.assertEqual(servers_in(directory), [])

    def test_path_with_odd_characters(self):
        directory = self.place / "it's a \"data\" $HOME\\ dir;é"
        self.assertEqual(rp.Reckoner(data_dir=directory).json("customers"), {"customers": []})

    def test_no_configuration(self):
        said = one_line(self, rp.Reckoner(data_dir=self.place / "data", config=self.place / "none").run("customers"))
        self.assertIn(str(self.place / "none"), said)


class SmallDisk(unittest.TestCase):
    """A file system of its own, that fills up or becomes read-only."""

    def setUp(self):
        self.mount = rp.new_directory("small")
        if not rp.ROOT or not self.mounted("size=160m", "none"):
            print("    NOT TESTED: full and read-only disks (needs root and the right to mount)", flush=True)
            self.skipTest("needs root and the right to mount")
        self.data = self.mount / "data"
        self.reckoner = rp.Reckoner(data_dir=self.data)

    def mounted(self, options, source):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, source, self.mount],
                              capture_output=True, check=False).returncode == 0

    def start_on_full_disk(self):
        """Whether the server finds room for its log depends on where its last file of it ends."""
        result = self.reckoner.run("customers")
        print(f"    full at start: exit {result.code}, {result.err.strip()}", flush=True)
        if result.code != 0:
            self.assertIn("No space left on device", one_line(self, result))

    def test_full(self):
        names = [f"c{number:03}" for number in range(300)]
        rp.import_customers(self.reckoner, rp.new_directory("load"), [(name, "") for name in names],
                            [("s", name, "Professional", "2026-03-01", "2026-04-01") for name in names])
        usage = rp.write_csv(rp.SANDBOX / "usage.csv", ["id", "subject", "time", "bytes"],
                             [[n, names[n % 300], f"2026-03-{n % 28 + 1:02}T10:00:00Z", n] for n in range(30_000)])
        arguments = ["ingest", usage, "--source", "disk", "--mapping",
                     "id=id,subject=subject,time=time,type:=bandwidth,bytes=bytes"]

        kept = rp.ClusterKept(self.reckoner, self.data)
        self.fill(leave=4 << 20)
        result = self.reckoner.run("--quiet", *arguments)
        print(f"    full while running: exit {result.code}, {result.err.strip()}", flush=True)
        self.assertIn(result.code, (1, 3), result)
        self.assertRegex(result.err, r"\Areckoner: [^\n]*No space left on device[^\n]*\n\Z")
        kept.leave()
        self.start_on_full_disk()  # the last user: the server stops
        self.fill(leave=0)
        self.start_on_full_disk()

        (self.mount / "filler").unlink()
        counts = self.reckoner.json(*arguments)
        # What the first attempt stored of the file's pieces stays stored.
        self.assertEqual(counts["counted"] + counts["duplicate"], 30_000)
        kept = rp.ClusterKept(self.reckoner, self.data)
        self.assertEqual(self.reckoner.json("run", "monthly")["invoiced"], 300)
        self.assertEqual(faults(rp.private_conninfo(self.data)), [])
        kept.leave()
        self.reckoner.ok("customers")
        self.assertEqual(servers_in(self.data), [])

    def test_read_only(self):
        self.reckoner.ok("customers")
        self.assertTrue(self.mounted("remount,ro", "none"))
        said = one_line(self, self.reckoner.run("customers"))
        self.assertIn("Read-only file system", said)
        self.assertTrue(self.mounted("remount,rw", "none"))
        self.reckoner.ok("customers")

    def fill(self, leave):
        space = os.statvfs(self.mount)
        size = space.f_bavail * space.f_frsize - leave
        with open(self.mount / "filler", "ab") as file:
            try:
                file.write(b"x" * max(size, 0))
            except OSError:
                pass


if __name__ == "__main__":
    rp.main()
