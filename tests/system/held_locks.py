"""Brings processes to a place they do not get past: a lock that the test holds in the database.

    with Gate(conninfo, "lock table issued in share mode") as gate:
        run = reckoner.start("run", "monthly")
        gate.wait_for(1)            # all is written but the numbers
        ...
    run.wait()

What happens at once is so arranged, not left to chance.
"""

import subprocess

import reckoner_process as rp

# Writers wait for it, readers do not.
DOCUMENTS = "lock table document in share mode"
NUMBERS = "lock table issued in share mode"
MAILS = "lock table outbox in share mode"
RAW_EVENTS = "lock table raw_event in share mode"
STARTERS = "select from cut_counter for update"  # of runs


class Session:
    """A connection of the test's own that stays open."""

    def __init__(self, conninfo):
        self._process = subprocess.Popen(
            ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", conninfo], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=rp.SANDBOX)

    def run(self, sql):
        """The lines that a text of statements gives."""
        self._process.stdin.write(f"{sql};\n\\echo done\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == "done\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"{sql}: {' '.join(lines)}")

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Gate:
    """Holds a lock from the beginning of its block to the end, or to open()."""

    def __init__(self, conninfo, lock):
        self._conninfo, self._lock = conninfo, lock
        self._holder = None

    def __enter__(self):
        self._holder = Session(self._conninfo)
        self.shut()
        return self

    def __exit__(self, *failure):
        if self._holder:
            self.open()
            self._holder.close()

    def shut(self):
        """Waits for who is at it now."""
        self._holder.run(f"begin; {self._lock}")

    def open(self):
        self._holder.run("rollback")

    def waiting(self, table=None):
        """Backends of the program that wait for a lock; for one of `table` alone."""
        sql = """select distinct a.pid from pg_stat_activity a join pg_locks l using (pid)
                  where a.datname = current_database() and a.application_name = 'reckoner' and not l.granted"""
        if table:
            sql += f" and l.relation = '{table}'::regclass"
        return [int(pid) for pid, in rp.psql(self._conninfo, sql)]

    def wait_for(self, count, table=None):
        """Until so many wait; gives their backends."""
        found = []

        def there():
            found[:] = self.waiting(table)
            return len(found) >= count

        rp.wait_until(there, f"{count} wait for {table or 'a lock'}", lambda: f"{len(found)} wait", timeout=30)
        return found

    def end(self, backend):
        """Terminates a backend, as the loss of its connection would, and waits until it has gone."""
        rp.psql(self._conninfo, f"select pg_terminate_backend({backend}, 5000)")
