"""Customers who cannot be billed, and usage that comes when its period is billed."""

import random
import time

import reckoner_process as rp
import stored_documents
from case import case
from judge import judge, judge_sums, sound
from loaded import FIRST, SECOND, Loaded
from oracle import sums
from world import TAXES, configuration

MONTH, UNTIL = "2026-03-01", "2026-04-01"

# What is the matter with a plan, and the plan once it is mended.
PLANS = {
    "rule": ('<recurring name="base" fee="rule"/>', '<recurring name="base" fee="3.00"/>'),
    "tax": ('<recurring name="base" fee="3.00" tax="books"/>', '<recurring name="base" fee="3.00" tax="reduced"/>'),
    "tier": ('<recurring name="base" quantity="units"><volume above="by-agreement"><tier up-to="5" price="1.00"/></volume>'
             '</recurring>', '<recurring name="base" quantity="units" price="1.00"/>'),
    "dimension": ('<metered name="base" meter="iot-storage" unit="byte"><matrix dimensions="class" missing="park">'
                  '<row class="hot" price="1.00"/></matrix></metered>',
                  '<metered name="base" meter="iot-storage" unit="byte" price="1.00"/>'),
    "overflow": ('<recurring name="base" quantity="units" price="9.75"/>', '<recurring name="base" quantity="units" price="0"/>'),
}
GOOD_PLAN = '<recurring name="base" fee="3.00"/>'
UNITS = {"tier": 6, "overflow": "9" * 37}

# What is the matter with what is stored, and how it is mended. {id}: the customer's.
DAMAGE = {
    "zone": ("update cycle set time_zone = 'Mars/Olympus' where customer_id = {id}",
             "update cycle set time_zone = 'UTC' where customer_id = {id}"),
    "plan": ("update subscription set plan = 'Gone' where customer_id = {id}",
             "update subscription set plan = 'Odd-plan' where customer_id = {id}"),
    "refused": ("""create function refuse_{id}() returns trigger language plpgsql as
                     $$ begin raise exception 'refused by the database'; end $$;
                   create trigger refuse_{id} before insert on document for each row
                     when (new.customer_id = {id}) execute function refuse_{id}()""",
                "drop trigger refuse_{id} on document"),
}
WAYS = [*PLANS, *DAMAGE]


def odd_pricing(mended):
    plans = "".join(f'<plan name="Odd-{way}">{texts[mended]}</plan>' for way, texts in PLANS.items())
    plans += "".join(f'<plan name="Odd-{way}">{GOOD_PLAN}</plan>' for way in DAMAGE)
    return rp.pricing("odd", plans, "EUR")


class Odd(Loaded):
    """The world W, with customers beside it who cannot be billed, for each of eight reasons."""

    def __init__(self, seed, customers, each):
        super().__init__(seed, customers, customers * 10, batch_size=50, files={"pricing/odd.xml": odd_pricing(mended=False)})
        self.keys = [(way, f"odd-{way}-{number}") for way in WAYS for number in range(each)]
        conninfo = self.cluster.conninfo("loaded")
        reckoner = self.program(conninfo)
        directory = rp.new_directory("odd")
        rp.write_csv(directory / "customers.csv", ["key", "name", "time-zone", "anchor-day", "country"],
                     [[key, key, "UTC", 1, "DE"] for _, key in self.keys])
        rp.write_csv(directory / "subscriptions.csv", ["key", "customer", "plan", "starts-on", "ends-on", "quantities"],
                     [["s", key, f"Odd-{way}", MONTH, UNTIL, f"units={UNITS[way]}" if way in UNITS else ""]
                      for way, key in self.keys])
        rp.write_csv(directory / "usage.csv", ["id", "subject", "time", "bytes", "class"],
                     [[key, key, f"{MONTH}T10:00:00Z", 3, "cold"] for way, key in self.keys if way == "dimension"])
        reckoner.ok("import", "customers", directory / "customers.csv")
        reckoner.ok("import", "subscriptions", directory / "subscriptions.csv")
        reckoner.ok("ingest", directory / "usage.csv", "--source", "odd", "--mapping",
                    "id=id,subject=subject,time=time,type:=iot-storage,bytes=bytes,class=class")
        self.ids = dict(rp.psql(conninfo, "select key, customer_id from customer_key"))
        self.to_stored(conninfo, mended=False)

    def to_stored(self, conninfo, mended):
        for way, key in self.keys:
            if way in DAMAGE:
                rp.psql(conninfo, DAMAGE[way][mended].format(id=self.ids[key]))


@case("K5", "customers who cannot be billed, for 8 reasons, among others; later mended", seconds=15)
def unbillable(seed, options):
    odd = Odd(seed, options.pick(960, 120), options.pick(5, 1))
    conninfo, reckoner = odd.copy("parked")
    reckoner.ok(*FIRST, code=1)
    odd.ingest_late(reckoner)
    run = reckoner.json(*SECOND, code=1)
    result = judge(conninfo, odd.books, reckoner, faults=len(odd.keys))
    reasons = dict(rp.psql(conninfo, "select c.key, reason from parked join customer c using (customer_id)"))
    if reasons.keys() != {key for _, key in odd.keys}:
        result.violated.append(f"parked are {sorted(reasons)}")
    ways = {way: {reasons.get(key, "").replace(key, "") for other, key in odd.keys if other == way} for way in WAYS}
    result.violated += [f"reason for {way}: {sorted(said)}" for way, said in ways.items() if not all(said)]
    if run["due"] != run["invoiced"] + run["parked"] + run["nothing_due"] or run["parked"] != len(odd.keys):
        result.violated.append(f"the run says {run}")

    before = stored_documents.documents(conninfo)
    odd.to_stored(conninfo, mended=True)
    mended = configuration("config-mended", files={
        "pricing/odd.xml": odd_pricing(mended=True), "taxes.xml": TAXES})
    reckoner.ok("config", "apply", mended, "--comment", "mended")
    reckoner.ok("run", "monthly", "--retry-parked")
    result += sound(conninfo, reckoner)
    after = stored_documents.documents(conninfo)
    new = {key for key, _ in after.keys() - before.keys()}
    result.violated += [f"not billed when it was mended: {key}" for _, key in odd.keys if key not in new]
    result.violated += [f"billed although nothing was the matter: {key}" for key in sorted(new - reasons.keys())]
    result.violated += [f"document {key} has changed" for key, document in before.items() if after[key] != document]
    result.remark = f"{len(odd.world.customers)} invoiced, {len(odd.keys)} parked, then billed"
    return result


@case("E5", "usage of billed periods comes while runs go on", seconds=30, short=False)
def late_usage(seed, options):
    seeded = random.Random(seed)
    late = options.pick(5000, 400)
    loaded = Loaded(seed, options.pick(300, 40), options.pick(3000, 400), late, batch_size=10)
    conninfo, reckoner = loaded.copy("late")
    reckoner.ok(*FIRST)
    closed = stored_documents.documents(conninfo)
    events = [event for customer in loaded.world.customers for event in customer.late]
    seeded.shuffle(events)
    parts = options.pick(25, 5)
    for part in range(parts):
        ingest = loaded.world.start_ingest_of(reckoner, loaded.directory, events[part::parts], f"late-{part}")
        time.sleep(seeded.uniform(0, 0.2))
        run = reckoner.start(*SECOND)
        for command in (ingest, run):
            if command.wait().code != 0:
                raise AssertionError(f"{command.wait()}")
    reckoner.ok(*SECOND)
    result = judge_sums(conninfo, sums(loaded.world.customers), late) + sound(conninfo, reckoner)
    now = stored_documents.documents(conninfo)
    result.violated += [f"document {key} has changed" for key, document in closed.items() if now[key] != document]
    counts = rp.psql(conninfo, "select count(*) from raw_event")[0][0]
    if int(counts) != options.pick(3000, 400) + late:
        result.violated.append(f"{counts} events are stored")
    result.remark = f"{late} events in {parts} files, {parts} runs meanwhile, {len(now)} documents"
    result.faults = late
    return result
