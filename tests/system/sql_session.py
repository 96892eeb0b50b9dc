"""A psql that stays: statements at once, without a process for each."""

import subprocess

import reckoner_process as rp


class Session:
    """As the superuser unless told otherwise. Its commits wait for no standby."""

    def __init__(self, conninfo):
        self._process = subprocess.Popen(
            [rp.postgres_programs() / "psql", "-X", "-q", "-t", "-A", "-F", "\t", "-d", conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=rp.SANDBOX)
        self.ask("set synchronous_commit = local")

    def ask(self, sql):
        """Rows, each a list of texts."""
        self._process.stdin.write(f"{sql};\n\\echo =end=\n")
        self._process.stdin.flush()
        rows = []
        while (line := self._process.stdout.readline()) != "=end=\n":
            if not line or line.startswith(("ERROR", "FATAL", "psql:")):
                raise AssertionError(f"{sql}\n{line}")
            rows.append(line.rstrip("\n").split("\t"))
        return rows

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
