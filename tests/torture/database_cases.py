"""The database is lost in every way that can be made: connections at each message, sessions, servers, their disk."""

import concurrent.futures
import itertools
import queue
import random
import threading
import time

import reckoner_process as rp
import stored
import tcp_fault
from case import CaseResult, case
from judge import judge, sound
from loaded import FIRST, SECOND, Loaded
from sql_session import Session

LANES = 3
PATIENCE = 120


def socket_of(cluster):
    return str(cluster.directory / ".s.PGSQL.5432")


def finish(reckoner, command):
    """Repeats a command that found the database away, as an operator would."""
    deadline = time.monotonic() + PATIENCE
    while True:
        result = reckoner.run(*command)
        if result.code == 0:
            return result
        if not away(result) or time.monotonic() > deadline:
            raise AssertionError(f"a command ended with {result}")


def away(result):
    """Whether it says that the database was away, or that its connection broke."""
    return result.code == 3 or (result.code == 1 and "statement " in result.err)


# K3 ------------------------------------------------------------------------------------------------------------------

class MessageLoop:
    """A run of three customers through a proxy, on copies of one database."""

    def __init__(self, seed):
        self.loaded = Loaded(seed, 3, 40, late=0, batch_size=2, workers=1)
        self.log = []  # direction of each message of an undisturbed run
        with tcp_fault.Proxy(socket_of(self.loaded.cluster), self._note) as proxy:
            self.loaded.cluster.create("calm", template="loaded")
            self.loaded.program(proxy.conninfo("calm")).ok(*FIRST)
        self.messages = len(self.log)
        self.digest = stored.digest(self.loaded.cluster.conninfo("calm"))

    def _note(self, message):
        self.log.append(message.direction)
        return tcp_fault.PASS

    def turns(self):
        """Numbers of the messages with which one side begins to speak. To cut there loses a request, or the answer to one
        that was carried out; libpq and PostgreSQL send what follows in one piece with it."""
        return [number for number in range(1, self.messages + 1)
                if number == 1 or self.log[number - 1] != self.log[number - 2]]

    def trial(self, lane, fault):
        """Gives what is wrong after a run that meets the fault, and how often it had to be begun."""
        name = f"lane_{lane}"
        conninfo = self.loaded.cluster.create(name, template="loaded")
        began = 0
        with tcp_fault.Proxy(socket_of(self.loaded.cluster), fault) as proxy:
            reckoner = self.loaded.program(proxy.conninfo(name))
            while True:
                began += 1
                result = reckoner.run(*FIRST)
                if result.code == 0:
                    break
                if not away(result) or began == 3:
                    return [f"ended with {result}"], began
        wrong = sound(conninfo, digest=self.digest).violated
        self.loaded.cluster.drop(name)
        return wrong, began


@case("K3", "connection cut at every turn of the protocol of a run of three customers, both directions", seconds=60)
def cut_at_each_message(seed, options):
    loop = MessageLoop(seed)
    seeded = random.Random(seed)
    turns = loop.turns()
    others = sorted(set(range(1, loop.messages + 1)) - set(turns))
    numbers = turns + seeded.sample(others, min(30, len(others)))
    if options.short:
        numbers = seeded.sample(numbers, 12)
    violated, again = [], 0
    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        lanes = queue.SimpleQueue()
        for lane in range(LANES):
            lanes.put(lane)

        def work(number):
            lane = lanes.get()
            wrong, began = loop.trial(lane, tcp_fault.cut_at(number))
            lanes.put(lane)
            return [f"message {number}: {line}" for line in wrong], began - 1

        for wrong, more in pool.map(work, numbers):
            violated += wrong
            again += more
    return CaseResult(len(numbers), violated=violated[:20],
                      remark=f"{len(numbers)} of {loop.messages} messages, {len(turns)} of which begin a turn; "
                             f"the command went on by itself, but for {again} times")


@case("K3-slow", "messages of a run delayed, a byte at a time, and connections that fall silent", seconds=15)
def slow_connections(seed, options):
    loop = MessageLoop(seed)
    seeded = random.Random(seed)
    violated, faults = [], 0
    for _ in range(options.pick(6, 2)):
        for make in (lambda: tcp_fault.Delay(0.3), lambda: tcp_fault.Trickle(0.005, 200)):
            number, what = seeded.randrange(1, loop.messages), make()
            wrong, began = loop.trial(0, lambda message, n=number, w=what: w if message.number == n else tcp_fault.PASS)
            faults += 1
            violated += [f"{what} at {number}: {line}" for line in wrong]
            if began != 1:
                violated.append(f"{what} at {number}: begun {began} times")
    for _ in range(options.pick(4, 1)):
        wrong = silent(loop, seeded.randrange(1, loop.messages))
        faults += 1
        violated += wrong
    return CaseResult(faults, violated=violated)


def silent(loop, number):
    """A connection that falls silent for a second, and is found broken then."""
    conninfo = loop.loaded.cluster.create("silent", template="loaded")

    def fault(message):
        return tcp_fault.HALF_OPEN if message.number == number else tcp_fault.PASS

    with tcp_fault.Proxy(socket_of(loop.loaded.cluster), fault) as proxy:
        reckoner = loop.loaded.program(proxy.conninfo("silent"))
        command = reckoner.start(*FIRST)
        rp.wait_until(lambda: proxy.faults or not command.running(), "the connection falls silent")
        time.sleep(1)
        proxy.cut_all()
        result = command.wait()
        if result.code != 0:
            finish(reckoner, FIRST)
    wrong = [f"silent at {number}: {line}" for line in sound(conninfo, digest=loop.digest).violated]
    loop.loaded.cluster.drop("silent")
    return wrong


# K4 ------------------------------------------------------------------------------------------------------------------

# Commands whose repetition would do their work twice; each with how often it must have been done in the end.
CHANGES = (
    (lambda n: ("charge", "c0000", "Setup", "--price", "1", "--on", "2026-04-20", "--key", f"charge-{n}"),
     "select count(*) from manual_charge where external_key like 'charge-%'"),
    (lambda n: ("grant", "prepaid", "c0001", "pot", "--amount", "1", "--top-up"),
     "select count(*) - 1 from credit_movement join credit c using (customer_id, credit) where c.external_key = 'pot'"),
    (lambda n: ("key", "create", f"key-{n}"), "select count(*) from api_key where name like 'key-%'"),
    (lambda n: ("events", "void", "world", f"e{n // 5}", "--reason", "torture"), "select count(*) from event_void"),
    (lambda n: ("cut",), None),
)


class Ambiguous:
    """Commands whose COMMIT is kept, and never answered."""

    def __init__(self, seed):
        self.loaded = Loaded(seed, 4, 40, late=0)
        self.conninfo, reckoner = self.loaded.copy("ambiguous")
        reckoner.ok("grant", "prepaid", "c0001", "pot", "--amount", "1", "--currency", "EUR")
        self.done = {}
        self.violated, self.slowest = [], 0.0

    def note(self, change, result, seconds):
        self.slowest = max(self.slowest, seconds)
        self.done[change] = self.done.get(change, 0) + 1
        if result.code != 0:
            self.violated.append(f"ended with {result}")

    def through_proxy(self, number, proxy):
        change = CHANGES[number % len(CHANGES)]
        proxy.restart(tcp_fault.eat_commits(lambda seen: seen == 1))
        began = time.monotonic()
        result = self.loaded.program(proxy.conninfo("ambiguous")).run(*change[0](number))
        self.note(change, result, time.monotonic() - began)
        return proxy.faults

    def with_ghost(self, number, session):
        """COMMIT waits for a standby that is not there, and its session is ended while it waits."""
        change = CHANGES[number % len(CHANGES)]
        session.ask("alter system set synchronous_standby_names = 'ghost'")
        session.ask("select pg_reload_conf()")
        began = time.monotonic()
        command = self.loaded.program(self.conninfo).start(*change[0](number))
        waits = "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'"
        ended = 0
        while command.running() and not ended:
            ended = int(session.ask(waits)[0][0])
        session.ask("alter system set synchronous_standby_names = ''")
        session.ask("select pg_reload_conf()")
        self.note(change, command.wait(), time.monotonic() - began)
        return ended

    def check(self):
        lost = double = 0
        for change, times in self.done.items():
            if change[1] is None:
                continue
            found = int(rp.psql(self.conninfo, change[1])[0][0])
            lost += max(0, times - found)
            double += max(0, found - times)
        return lost, double


@case("K4", "COMMIT kept and never answered: reply eaten by a proxy, sessions ended in their wait for a standby", seconds=30)
def ambiguous_commits(seed, options):
    world = Ambiguous(seed)
    wanted, faults = (options.pick(100, 10), options.pick(20, 3)), [0, 0]
    with tcp_fault.Proxy(socket_of(world.loaded.cluster)) as proxy:
        for number in range(wanted[0]):
            faults[0] += world.through_proxy(number, proxy)
    with Session(world.loaded.cluster.conninfo("postgres", user="postgres")) as session:
        for number in range(wanted[1]):
            faults[1] += world.with_ghost(wanted[0] + number, session)
    lost, double = world.check()
    if tuple(faults) != wanted:
        world.violated.append(f"{faults} commits were ambiguous, not {wanted}")
    if world.slowest > 5:
        world.violated.append(f"one took {world.slowest:.1f} s")
    return CaseResult(sum(faults), lost, double, violated=world.violated,
                      remark=f"{faults[0]} by proxy, {faults[1]} by a standby that is not there; the slowest command took "
                             f"{world.slowest:.2f} s")


# P1 to P4 -------------------------------------------------------------------------------------------------------------

class Rounds:
    """Both runs of the world with late usage between them, again and again, each run by two processes at once, while
    something breaks; each round is judged. Nothing is to break while `calm` is held."""

    def __init__(self, seed, customers, **configured):
        self.loaded = Loaded(seed, customers, customers * 12, **configured)
        self.digest = self.loaded.bill_undisturbed()
        self.calm = threading.Lock()

    def work(self, enough):
        """Rounds until enough() is true. Gives the result, the number of rounds, and how often commands were begun again."""
        result, rounds, began_again = CaseResult(0), 0, 0
        while not rounds or not enough():
            name = f"round_{rounds}"
            with self.calm:
                conninfo, reckoner = self.loaded.copy(name)
            again = self._through(lambda: [reckoner.start(*FIRST) for _ in range(2)])
            again += self._through(lambda: [self.loaded.start_ingest_late(reckoner)])
            again += self._through(lambda: [reckoner.start(*SECOND) for _ in range(2)])
            with self.calm:
                # An ingest that was begun again may have closed a cut more.
                result += judge(conninfo, self.loaded.books) + sound(conninfo, digest=None if again else self.digest)
                self.loaded.cluster.drop(name)
            rounds += 1
            began_again += again
        return result, rounds, began_again

    @staticmethod
    def _through(start):
        """Begins commands again that found the database away. Gives how often."""
        deadline = time.monotonic() + PATIENCE
        for again in itertools.count():
            results = [command.wait(PATIENCE) for command in start()]
            for result in results:
                if result.code != 0 and (not away(result) or time.monotonic() > deadline):
                    raise AssertionError(f"a command ended with {result}")
            if all(result.code == 0 for result in results):
                return again


class Breaking(threading.Thread):
    """Breaks something again and again, with pauses, until it is stopped."""

    def __init__(self, calm, breaks, pause, seed):
        super().__init__(daemon=True)
        self._calm = calm
        self._breaks, self._pause, self._seeded = breaks, pause, random.Random(seed)
        self._over = threading.Event()
        self.count, self.failure = 0, None

    def run(self):
        try:
            while not self._over.wait(self._seeded.uniform(*self._pause)):
                with self._calm:
                    self.count += self._breaks()
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def stop(self):
        self._over.set()
        self.join()
        if self.failure:
            raise self.failure


def broken_rounds(rounds, breaks, pause, seed, wanted):
    breaking = Breaking(rounds.calm, breaks, pause, seed)
    breaking.start()
    result, count, began_again = rounds.work(lambda: breaking.count >= wanted or breaking.failure)
    breaking.stop()
    result.faults = breaking.count
    result.remark = f"{count} × 2 runs; {began_again} commands found the database away and were begun again"
    return result


@case("P1", "backends ended by pg_terminate_backend during runs", seconds=35)
def terminated_backends(seed, options):
    rounds = Rounds(seed, options.pick(120, 40), batch_size=1)
    with Session(rounds.loaded.cluster.conninfo("postgres", user="postgres")) as session:
        # A backend that has gone by itself meanwhile is warned of, and no fault.
        session.ask("select set_config('client_min_messages', 'error', false)")

        def end_one():
            return int(session.ask("""
                select count(pg_terminate_backend(pid)) from (
                  select pid from pg_stat_activity where application_name = 'reckoner' and datname like 'round%'
                   order by random() limit 1) one""")[0][0])

        return broken_rounds(rounds, end_one, (0.04, 0.12), seed, options.pick(300, 15))


def crashing(name, wanted, crash):
    """A case in which the whole server crashes, with a daemon that must live through it all."""

    def function(seed, options):
        rounds = Rounds(seed, options.pick(120, 40), batch_size=1)
        conninfo = rounds.loaded.cluster.create("daemon", template="loaded")
        serve = rp.serve_until_up(rounds.loaded.program(conninfo), "--listen", "127.0.0.1:0")
        health = Health(serve)

        def break_it():
            crash(rounds.loaded.cluster)
            health.wait_until_ready()
            return 1

        result = broken_rounds(rounds, break_it, (0.1, 0.5), seed, options.pick(wanted, 3))
        result.violated += health.violated
        result.remark += f"; the daemon is ready again after {health.slowest:.2f} s at most"
        if not serve.running():
            result.violated.append(f"the daemon has ended: {serve.wait()}")
        serve.send(rp.signal.SIGTERM)
        serve.wait()
        return result

    function.__name__ = name
    return function


class Health:
    """Asks a daemon whether it is ready."""

    def __init__(self, serve):
        self._address = rp.http_address(serve)
        self.slowest, self.violated = 0.0, []

    def ask(self):
        import http.client  # pylint: disable=import-outside-toplevel
        connection = http.client.HTTPConnection(*self._address, timeout=15)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError as failure:
            return 0, str(failure)
        finally:
            connection.close()

    def wait_until_ready(self):
        began = time.monotonic()
        while self.ask()[0] != 200 and time.monotonic() < began + 30:
            time.sleep(0.02)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if self.ask()[0] != 200:
            self.violated.append(f"not ready {time.monotonic() - began:.1f} s after the database")


def restart_at_once(cluster):
    cluster.stop_at_once()
    cluster.start()


def kill_a_backend(cluster):
    """The postmaster ends all others when one is killed, and recovers."""
    rp.wait_until(lambda: kills_one(cluster), "there is a backend to kill")
    rp.wait_until(lambda: answers(cluster), "the server has recovered")


def kills_one(cluster):
    """The last kill may not be over yet, a backend may end by itself, and there may be none between two commands."""
    try:
        pids = cluster.sql("postgres", "select pid from pg_stat_activity where application_name = 'reckoner' order by random()",
                           user="postgres")
        rp.os.kill(int(pids[0][0]), rp.signal.SIGKILL)
        return True
    except (AssertionError, IndexError, ProcessLookupError):
        return False


def answers(cluster):
    try:
        return cluster.sql("postgres", "select 1", user="postgres")
    except AssertionError:
        return False


case("P2", "PostgreSQL stopped at once and started again during runs", seconds=40)(
    crashing("restarts", 20, restart_at_once))
case("P3", "SIGKILL of a backend, which restarts all of PostgreSQL, during runs", seconds=25)(
    crashing("killed_backends", 10, kill_a_backend))

CHANCE = 0.3
INJECT = """
create sequence injected;
create function inject() returns trigger language plpgsql as $$
begin
  if random() < {chance} then
    perform nextval('public.injected');
    raise exception 'injected' using errcode = (array['40001', '40P01', '55P03', '57014'])[1 + floor(random() * 4)];
  end if;
  return null;
end $$;
"""


def bill_all(reckoner, command):
    """A batch that is refused too often parks its customer: an operator tries those again."""
    result = reckoner.run(*command)
    if result.code == 1:
        finish(reckoner, [*command, "--retry-parked"])
    elif result.code != 0:
        raise AssertionError(str(result))


@case("P4", "serialization failures, deadlocks, lock and statement timeouts injected into transactions", seconds=30)
def refused_transactions(seed, options):
    loaded = Loaded(seed, options.pick(150, 30), options.pick(1800, 360), batch_size=1)
    digest = loaded.bill_undisturbed()
    result, rounds = CaseResult(0), 0
    while not rounds or result.faults < options.pick(500, 20):
        conninfo, reckoner = loaded.copy("refused")
        tables = ("document", "billing_period", "ingest_batch", "usage_delta", "cut")
        rp.psql(conninfo.replace("user=reckoner", "user=postgres"), INJECT.format(chance=CHANCE) + "".join(
            f"create trigger inject after insert on {table} for each statement execute function inject();" for table in tables)
            + "grant usage, select on sequence injected to public;")
        bill_all(reckoner, FIRST)
        loaded.ingest_late(reckoner)
        bill_all(reckoner, SECOND)
        result.faults += int(rp.psql(
            conninfo, "select case when is_called then last_value else 0 end from injected")[0][0])
        result += judge(conninfo, loaded.books, digest=digest)
        loaded.cluster.drop("refused")
        rounds += 1
    result.remark = f"{rounds} × 2 runs; each statement of {len(tables)} tables refused with {CHANCE:.0%}"
    return result
