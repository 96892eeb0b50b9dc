"""The world W in databases: loaded once, copied for each trial, billed without disturbance for comparison."""

import oracle
import reckoner_process as rp
import stored
from judge import judge
from world import World, configuration

FIRST = ("run", "monthly", "--period", "2026-03")
SECOND = ("run", "monthly", "--true-ups")


class Loaded:
    """`template` is a database with everything that is known before the first run."""

    template = "loaded"

    def __init__(self, seed, customers, events, late=None, cluster=None, **configured):
        self.cluster = cluster or rp.Cluster()
        self.world = World(seed, customers, events, events // 10 if late is None else late)
        self.books = oracle.books(self.world)
        self.directory = rp.new_directory("world")
        self.config = configuration(f"config-{self.directory.name}", **configured)
        reckoner = self.program(self.cluster.create(self.template))
        self.world.load(reckoner, self.directory)
        self.world.ingest(reckoner, self.directory, late=False)

    def program(self, conninfo, **environment):
        return rp.Reckoner(database=conninfo, config=self.config, env=environment)

    def copy(self, name, template=None):
        """(conninfo, the program on it) of a copy."""
        conninfo = self.cluster.create(name, template=template or self.template)
        return conninfo, self.program(conninfo)

    def start_ingest_late(self, reckoner):
        return self.world.start_ingest(reckoner, self.directory, late=True)

    def ingest_late(self, reckoner):
        self.world.ingest(reckoner, self.directory, late=True)

    def bill_undisturbed(self, name="undisturbed"):
        """Both runs on a copy, which stays. Gives its digest; it must be what the oracle says, or nothing here is worth
        anything."""
        conninfo, reckoner = self.copy(name)
        reckoner.ok(*FIRST)
        self.ingest_late(reckoner)
        reckoner.ok(*SECOND)
        result = judge(conninfo, self.books, reckoner)
        if not result.passed:
            raise AssertionError(f"without any disturbance: {result}")
        return stored.digest(conninfo)
