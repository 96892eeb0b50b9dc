"""A Citus cluster of the test's own: a coordinator without customers' rows, and workers, on loopback.

PREFIX is where PostgreSQL lies with Citus installed into it: `PREFIX/usr/lib/postgresql/15/bin`, or `PREFIX/bin`
(README.md says how to make one). Nothing survives a power cut.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
import reckoner_process as rp  # noqa: E402


def programs(prefix):
    found = sorted(Path(prefix).glob("usr/lib/postgresql/*/bin/postgres")) + sorted(Path(prefix).glob("bin/postgres"))
    if not found:
        raise AssertionError(f"no PostgreSQL lies under {prefix}")
    return found[-1].parent


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Node:
    """One PostgreSQL server with Citus loaded."""

    def __init__(self, bin_directory, name, port):
        self.name, self.port, self._bin = name, port, bin_directory
        self.directory = rp.SANDBOX / f"{name}-{port}"
        self.directory.mkdir(mode=0o700)
        if rp.ROOT:
            shutil.chown(self.directory, rp.server_user())
        self._program("initdb", "-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync")
        # What a case changes by ALTER SYSTEM must not stand on the command line.
        with open(self.directory / "data" / "postgresql.auto.conf", "a", encoding="utf-8") as settings:
            settings.write("citus.recover_2pc_interval = '2s'\n")
        self.start()

    def _program(self, name, *arguments):
        identity = {}
        if rp.ROOT:
            entry = pwd.getpwnam(rp.server_user())
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with open(rp.SANDBOX / f"{self.name}-{name}.log", "w+", encoding="utf-8") as log:
            done = subprocess.run([self._bin / name, *arguments], cwd=self.directory, stdout=log, stderr=log, check=False,
                                  stdin=subprocess.DEVNULL, env=rp._environment(None), **identity)
            log.seek(0)
            if done.returncode != 0:
                raise AssertionError(f"{self.name}, {name}: {log.read()}")

    def start(self):
        self._program("pg_ctl", "start", "-w", "-s", "-D", "data", "-l", "server.log", "-o",
                      f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=.. "
                      "-c shared_preload_libraries=citus -c wal_level=logical -c max_prepared_transactions=200 "
                      "-c citus.node_conninfo=sslmode=disable "
                      "-c citus.enable_statistics_collection=off "
                      "-c fsync=off -c full_page_writes=off -c shared_buffers=128MB -c max_wal_size=2GB")

    def stop_at_once(self):
        """As a crash would."""
        self._program("pg_ctl", "stop", "-m", "immediate", "-s", "-D", "data")

    def conninfo(self, database, user="reckoner"):
        return f"host={self.directory} port={self.port} user={user} dbname={database}"

    def sql(self, database, text, user="reckoner"):
        return rp.psql(self.conninfo(database, user), text)

    def log(self):
        return (self.directory / "server.log").read_text(encoding="utf-8", errors="replace")


class CitusCluster:
    """A coordinator and workers; databases are made on all of them."""

    def __init__(self, prefix, workers=2):
        bin_directory = programs(prefix)
        ports = free_ports(workers + 1)
        names = ["coordinator", *(f"worker-{number}" for number in range(1, workers + 1))]
        self.nodes = [Node(bin_directory, name, port) for name, port in zip(names, ports)]
        self.coordinator, self.workers = self.nodes[0], self.nodes[1:]
        for node in self.nodes:
            node.sql("postgres", "create role reckoner login", user="postgres")

    def create(self, database, extension=True):
        """A database of the owner `reckoner`. Without `extension` it is a plain one of the coordinator."""
        for node in self.nodes if extension else [self.coordinator]:
            node.sql("postgres", f"create database {database} owner reckoner", user="postgres")
            if extension:
                node.sql(database, "create extension citus", user="postgres")
        if extension:
            self.coordinator.sql(database, f"select citus_set_coordinator_host('127.0.0.1', {self.coordinator.port})",
                                 user="postgres")
            for worker in self.workers:
                self.coordinator.sql(database, f"select citus_add_node('127.0.0.1', {worker.port})", user="postgres")
        return self.coordinator.conninfo(database)

    def prepared(self, database):
        """Transactions that wait for their second phase, on any node."""
        return sum(int(node.sql(database, "select count(*) from pg_prepared_xacts where gid like 'citus%'",
                                user="postgres")[0][0]) for node in self.nodes)
