"""Documents beyond a bound of safety."""

import datetime

import oracle
import reckoner_process as rp
import stored_documents
from case import case
from judge import judge, sound
from loaded import FIRST, SECOND, Loaded
from world import Event

RUNAWAYS = 10
GIANT = str(10**14)  # bytes: above any floor in each currency


class Runaway(Loaded):
    """W, with customers whose usage of the second period is out of all proportion."""

    def __init__(self, seed, customers):
        super().__init__(seed, customers, customers * 10, batch_size=10)
        self.runaways = [customer for customer in self.world.customers if not (customer.coupon or customer.prepaid)][:RUNAWAYS]
        self.giants = []
        for number, customer in enumerate(self.runaways):
            at = customer.instant_of(customer.bounds()[1]) + datetime.timedelta(days=3)
            event = Event(f"giant{number}", customer.key, "bandwidth", "bytes", GIANT, at)
            customer.events.append(event)
            self.giants.append(event)
        self.books = oracle.books(self.world)


@case("B1", "usage out of all proportion: held, nothing issued, until approved", seconds=15)
def runaway(seed, options):
    loaded = Runaway(seed, options.pick(300, 60))
    conninfo, reckoner = loaded.copy("held")
    reckoner.ok(*FIRST)
    loaded.world.start_ingest_of(reckoner, loaded.directory, loaded.giants, "giants").wait()
    loaded.ingest_late(reckoner)
    run = reckoner.json(*SECOND, code=1)
    keys = {customer.key for customer in loaded.runaways}
    result = sound(conninfo, reckoner)
    issued = {key for key, ordinal in stored_documents.documents(conninfo) if ordinal == 2}
    if run["held"] != len(keys) or issued & keys or len(issued) != len(loaded.world.customers) - len(keys):
        result.violated.append(f"held are {run['held']}, issued all the same {sorted(issued & keys)}, in all {len(issued)}")
    again = reckoner.run("--json", *SECOND)
    if again.json()["invoiced"]:
        result.violated.append(f"a later run issued held documents: {again}")
    reckoner.ok("runs", "approve", run["run"], "--reason", "torture")
    result += judge(conninfo, loaded.books, reckoner, faults=len(keys))
    result.remark = f"{len(keys)} held, then issued"
    return result
