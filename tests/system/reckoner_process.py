"""Runs the real program for the system tests.

The program is $RECKONER (a path), the source tree $RECKONER_SOURCE (default: the one this file is in). Everything a
test makes lies in one directory under /tmp, the sandbox. Whatever runs in it, the private PostgreSQL servers included,
is ended by process id when the test ends: also when it fails, and also when it is killed itself.
"""

import atexit
import contextlib
import csv
import functools
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("RECKONER_SOURCE", Path(__file__).resolve().parents[2])).resolve()
PROGRAM = Path(os.environ.get("RECKONER", SOURCE / "build/release/reckoner")).resolve()
CONFIG = SOURCE / "config"
SHARED_DATA = SOURCE.parent / "shared" / "data"
ROOT = os.geteuid() == 0

# The advisory lock of the users of a private cluster (store/embedded.cpp); who holds it keeps the server running.
CLUSTER_USERS_LOCK = 5277210814000001

_MARK = "RECKONER_SYSTEM_TEST"


def _processes_of(root):
    """Ids of the processes that were started for this sandbox, or work in it."""
    mark = f"{_MARK}={root}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            directory = os.readlink(f"/proc/{entry}/cwd").removesuffix(" (deleted)")
            environment = Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if directory == str(root) or directory.startswith(f"{root}/") or mark in environment:
            found.append(int(entry))
    return found


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _clear(root):
    """Ends what is left in a sandbox, and removes it."""
    # PostgreSQL gives its shared memory back at SIGQUIT, not at SIGKILL.
    for number, patience in ((signal.SIGQUIT, 5), (signal.SIGKILL, 30)):
        deadline = time.monotonic() + patience
        for pid in _processes_of(root):
            _signal(pid, number)
        while _processes_of(root) and time.monotonic() < deadline:
            time.sleep(0.02)
    if ROOT:
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for path in sorted((m for m in mounted if m.startswith(f"{root}/")), reverse=True):
            subprocess.run(["umount", path], check=False)
    for path, _, _ in os.walk(root):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(root, ignore_errors=True)


def _guard(root):
    """Starts a process that clears the sandbox when this one has gone, however it went."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.close(writer)
        os.chdir("/")
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        os.read(reader, 1)
        _clear(root)
        os._exit(0)
    os.close(reader)
    os.waitpid(child, 0)


def _sandbox():
    root = Path(tempfile.mkdtemp(prefix="reckoner-test-", dir="/tmp"))
    root.chmod(0o755)  # a server of another user works below
    _guard(root)
    atexit.register(_clear, root)
    return root


SANDBOX = _sandbox()


def for_others():
    """The folder of a copy of the program and its configuration that every user can read: a checkout may lie in root's home."""
    folder = SANDBOX / "for-others"
    if not folder.exists():
        shutil.copytree(CONFIG, folder / "config")
        shutil.copy(PROGRAM, folder / "reckoner")
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
    return folder


class Result:
    """What a finished command left: exit code, standard output and standard error."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def json(self):
        """Its one JSON document. Fails when there is anything else on standard output."""
        return json.loads(self.out)

    def __str__(self):
        return f"reckoner {' '.join(map(str, self.arguments))}\nexit {self.code}\n{self.out}{self.err}"


def _environment(extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECKONER")}
    return {**kept, _MARK: str(SANDBOX), "LC_ALL": "C.UTF-8", "RECKONER_LISTEN": "127.0.0.1:0",
            "RECKONER_ALLOW_UNSAFE_DATABASE": "true", **(extra or {})}


class Command:
    """A started command. Its output goes to files, so that it never waits for us."""

    def __init__(self, arguments, env=None, cwd=None, user=None):
        self.arguments = arguments
        self._result = None
        self._streams = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        identity = {}
        program = PROGRAM
        if user is not None:
            program = for_others() / "reckoner"
            entry = pwd.getpwnam(user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self._process = subprocess.Popen(
            [str(program), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=self._streams[0], stderr=self._streams[1],
            env=_environment(env), cwd=cwd or SANDBOX, start_new_session=True, **identity)

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process.poll() is None

    def send(self, number):
        if self.running():
            self._process.send_signal(number)

    def kill(self):
        """SIGKILL, and waits until it has gone."""
        self.send(signal.SIGKILL)
        return self.wait()

    def wait(self, timeout=120):
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {timeout} s:\n{self._result}") from None
        if self._result is None:
            self._result = self._read(code)
            for stream in self._streams:
                stream.close()
        return self._result

    def so_far(self):
        return self._result or self._read("running")

    def _read(self, code):
        texts = []
        for stream in self._streams:
            size = os.fstat(stream.fileno()).st_size
            texts.append(os.pread(stream.fileno(), size, 0).decode())
        return Result(self.arguments, code, *texts)


class Reckoner:
    """The program with its common options: a data directory or a database, and a configuration."""

    def __init__(self, data_dir=None, database=None, config=CONFIG, env=None, user=None, cwd=None):
        if user is not None and config == CONFIG:
            config = for_others() / "config"
        self._common = ["--config", config] if config else []
        if data_dir:
            self._common += ["--data-dir", data_dir]
        if database:
            self._common += ["--database", database]
        self._how = {"env": env, "user": user, "cwd": cwd}

    def start(self, *arguments):
        return Command([*self._common, *arguments], **self._how)

    def run(self, *arguments, timeout=120):
        return self.start(*arguments).wait(timeout)

    def ok(self, *arguments, code=0, timeout=120):
        """Runs a command that must end with `code`."""
        result = self.run(*arguments, timeout=timeout)
        if result.code != code:
            raise AssertionError(f"exit {result.code}, not {code}:\n{result}")
        return result

    def json(self, *arguments, code=0, timeout=120):
        return self.ok("--json", *arguments, code=code, timeout=timeout).json()


def server_user():
    """Who runs a PostgreSQL server of ours: root may not."""
    if not ROOT:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@functools.cache
def postgres_programs():
    """Their folder; what Debian puts into PATH is a script that looks for it, each time anew."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        raise AssertionError("PostgreSQL is not installed: scripts/install-deps")
    return folders[-1]


def psql(conninfo, sql):
    """Rows of a query, each a list of texts; null is the text 'null'."""
    done = subprocess.run(
        [postgres_programs() / "psql", "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-P", "null=null", "-d", conninfo],
        input=sql, capture_output=True, text=True, env=_environment(None), check=False)
    if done.returncode != 0:
        raise AssertionError(f"{sql}\n{done.stderr}")
    return list(csv.reader(done.stdout.splitlines()))


class Cluster:
    """A PostgreSQL server of the test's own, with databases made in a moment. Does not survive a power cut."""

    _settings = ""

    def __init__(self, settings=""):
        """`settings` are more options of the server, such as `-c log_statement=all`."""
        self._settings = settings
        self.directory = SANDBOX / f"cluster-{time.monotonic_ns()}"
        self.directory.mkdir(mode=0o700)
        if ROOT:
            shutil.chown(self.directory, server_user())
        self.program("initdb", "-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                      "--auth=trust", "--no-sync")
        self.start()
        self.sql("postgres", "create role reckoner login", user="postgres")

    def program(self, name, *arguments):
        identity = {}
        if ROOT:
            entry = pwd.getpwnam(server_user())
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with open(SANDBOX / f"{name}.log", "w+", encoding="utf-8") as log:
            done = subprocess.run([postgres_programs() / name, *arguments], cwd=self.directory, stdout=log, stderr=log,
                                  stdin=subprocess.DEVNULL, env=_environment(None), check=False, **identity)
            log.seek(0)
            if done.returncode != 0:
                raise AssertionError(f"{name}: {log.read()}")

    def start(self):
        self.program("pg_ctl", "start", "-w", "-s", "-D", "data", "-l", "server.log", "-o",
                      "-c listen_addresses= -c unix_socket_directories=.. -c fsync=off -c full_page_writes=off "
                      "-c shared_buffers=128MB -c max_wal_size=2GB -c autovacuum=on " + self._settings)

    def stop_at_once(self):
        """As a crash would."""
        self.program("pg_ctl", "stop", "-m", "immediate", "-s", "-D", "data")

    def conninfo(self, database, user="reckoner"):
        return f"host={self.directory} user={user} dbname={database}"

    def sql(self, database, text, user="reckoner"):
        return psql(self.conninfo(database, user), text)

    def create(self, database, template="template1"):
        self.sql("postgres", f"create database {database} owner reckoner template {template} strategy file_copy",
                 user="postgres")
        return self.conninfo(database)

    def drop(self, database):
        self.sql("postgres", f"drop database {database} with (force)", user="postgres")


def serve_until_up(reckoner, *arguments):
    """A started `serve` that has its database."""
    serve = reckoner.start("serve", *arguments)
    wait_until(lambda: " serves" in serve.so_far().err or not serve.running(), "serve is up")
    if not serve.running():
        raise AssertionError(f"serve has ended:\n{serve.wait()}")
    return serve


def http_address(serve):
    """Where a started `serve` listens, once it does: (host, port)."""
    found = []

    def listens():
        found[:] = re.findall(r"http: listening on ([\d.]+):(\d+)", serve.so_far().err)
        return found or not serve.running()

    wait_until(listens, "serve listens")
    if not found:
        raise AssertionError(f"serve has ended:\n{serve.wait()}")
    return found[0][0], int(found[0][1])


class ClusterKept:
    """Keeps the private cluster of a data directory running between commands, which saves its start each time."""

    def __init__(self, reckoner, data_dir):
        serve = serve_until_up(reckoner)
        self._process = subprocess.Popen(
            [postgres_programs() / "psql", "-X", "-q", "-t", "-A", "-d", private_conninfo(data_dir, "postgres", "postgres")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(None), cwd=SANDBOX, text=True)
        self._process.stdin.write(f"select 'held' from pg_advisory_lock_shared({CLUSTER_USERS_LOCK});\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "held\n":
            raise AssertionError("the private cluster does not answer")
        serve.send(signal.SIGTERM)
        serve.wait()

    def leave(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def private_conninfo(data_dir, database="reckoner", user="reckoner_writer"):
    return f"host={data_dir} user={user} dbname={database}"


def wait_until(condition, what, remark=str, timeout=60):
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain until {what}\n{remark()}")
        time.sleep(0.01)


def new_directory(name):
    path = SANDBOX / f"{name}-{time.monotonic_ns()}"
    path.mkdir()
    return path


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def copy_of_config(name, run=None, files=None):
    """A copy of config/, with `run` as the attributes of monthly's <run>, and more files."""
    directory = SANDBOX / name
    shutil.copytree(CONFIG, directory)
    if run is not None:
        path = directory / "billing-config.xml"
        text = path.read_text(encoding="utf-8")
        start = text.index("<run ")
        end = text.index("/>", start) + 2
        path.write_text(f"{text[:start]}<run {run}/>{text[end:]}", encoding="utf-8")
    for member, text in (files or {}).items():
        (directory / member).write_text(text, encoding="utf-8")
    return directory


def pricing(strategy, plans, currency="USD"):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<pricing xmlns="urn:reckoner:pricing:1" '
            f'strategy="{strategy}" currency="{currency}">\n{plans}\n</pricing>\n')


def import_customers(reckoner, directory, customers, subscriptions):
    """Imports [(key, subjects)] and [(key, customer, plan, starts_on, ends_on)], all in UTC with anchor 1."""
    write_csv(directory / "customers.csv", ["key", "name", "email", "time-zone", "anchor-day", "subjects"],
              [[key, f"Customer {key}", f"{key.replace(':', '-')}@example.com", "UTC", 1, subjects]
               for key, subjects in customers])
    write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on"], subscriptions)
    reckoner.ok("import", "customers", directory / "customers.csv")
    reckoner.ok("import", "subscriptions", directory / "subscriptions.csv")


def main():
    print(f"{PROGRAM}, as {'root' if ROOT else 'a normal user'}, in {SANDBOX}", flush=True)
    unittest.main(verbosity=2)
