"""A primary and a standby, in a directory each, that change places: what a failover leaves a program with."""

import shutil
import threading

import reckoner_process as rp

STANDBY = "standby"


class Server(rp.Cluster):
    """One of the two. Its name is what synchronous_standby_names calls it."""

    def __init__(self, name):
        self.name = name
        self.directory = rp.SANDBOX / f"{name}-{rp.time.monotonic_ns()}"
        self.directory.mkdir(mode=0o700)
        if rp.ROOT:
            shutil.chown(self.directory, rp.server_user())

    def make(self):
        self.program("initdb", "-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync")
        self.start()
        self.sql("postgres", "create role reckoner login", user="postgres")

    def copy_of(self, primary):
        """Becomes a standby of the primary, whatever it was before."""
        shutil.rmtree(self.directory / "data", ignore_errors=True)
        connection = f"host={primary.directory} user=postgres application_name={STANDBY}"
        self.program("pg_basebackup", "-D", "data", "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", connection)
        self.start()

    def wait_for_standbys(self, names):
        """Makes commits wait for the standbys of that name; '' for none."""
        self.set("synchronous_standby_names", names)
        if names:
            rp.wait_until(lambda: self.sql("postgres", "select 1 from pg_stat_replication where sync_state = 'sync'",
                                           user="postgres"), "the standby is synchronous")

    def set(self, name, value):
        self.sql("postgres", f"alter system set {name} = '{value}'", user="postgres")
        self.sql("postgres", "select pg_reload_conf()", user="postgres")
        rp.wait_until(lambda: self.sql("postgres", f"select current_setting('{name}') = '{value}'", user="postgres") == [["t"]],
                      f"{name} is set")

    def promote(self):
        self.program("pg_ctl", "promote", "-w", "-s", "-D", "data")


class Pair:
    """`primary` takes writes, each of which is on `standby` before it is acknowledged."""

    def __init__(self):
        self.primary, self.standby = Server("one"), Server("two")
        self.servers = (self.primary, self.standby)
        self.primary.make()
        self.join()
        self.failovers = 0

    def join(self):
        """The standby is made anew from the primary."""
        self.standby.copy_of(self.primary)
        self.primary.wait_for_standbys(STANDBY)

    def create(self, database, template="template1"):
        self.primary.create(database, template)
        return self.conninfo(database)

    def drop(self, database):
        self.primary.drop(database)

    def conninfo(self, database, user="reckoner"):
        """As given to a program: both servers, always in the same order."""
        return f"host={','.join(str(server.directory) for server in self.servers)} user={user} dbname={database}"

    def fail_over(self):
        """The primary dies, the standby takes over. Gives the dead one."""
        self.primary.stop_at_once()
        self.standby.promote()
        self.standby.wait_for_standbys("")
        self.primary, self.standby = self.standby, self.primary
        self.failovers += 1
        return self.standby


class Commands(threading.Thread):
    """Repeats a command that a person would give, each time with a key of its own, and notes which were acknowledged."""

    def __init__(self, reckoner, arguments):
        super().__init__(daemon=True)
        self._reckoner, self._arguments = reckoner, arguments
        self._over = threading.Event()
        self.acknowledged, self.refused, self.unsure, self.wrong = [], [], [], []

    def run(self):
        number = 0
        while not self._over.is_set():
            number += 1
            key = f"k{number}"
            result = self._reckoner.run(*self._arguments(key))
            if result.code == 0:
                self.acknowledged.append(key)
            elif "is not known" in result.err:
                self.unsure.append(key)
            elif result.code == 3 or "statement " in result.err:
                self.refused.append(key)
            else:
                self.wrong.append(str(result))

    def wait_for(self, count):
        rp.wait_until(lambda: len(self.acknowledged) >= count or not self.is_alive(), f"{count} commands are acknowledged",
                      lambda: f"{self.wrong[:1]}")

    def stop(self):
        self._over.set()
        self.join()
