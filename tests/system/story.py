"""A story that has something of everything a database is asked for: imports, events twice, late and wrong ones, interim
invoices, runs by two processes, corrections, changes of the past, checks. Told to any database, it leaves the same.
"""

import random

import reckoner_process as rp

PLANS = """
  <plan name="Partner"><recurring name="subscription" fee="rule"/></plan>
  <plan name="Ahead"><recurring name="base" fee="30.00" side="advance"/></plan>
  <plan name="Metered">
    <recurring name="subscription" fee="10.02"/>
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" allowance="3" price="0.0375"/>
  </plan>"""
MAPPING = "id=id,subject=subject,time=time,type=type,bytes=bytes"


def configuration(name="story", batch=20, workers=2):
    return rp.copy_of_config(name, run=f'batch-size="{batch}" workers="{workers}"',
                             files={"pricing/story.xml": rp.pricing("story", PLANS)})


class Story:
    """The steps, told to `database`. `customers` of them; the same seed gives the same story."""

    def __init__(self, database, config, customers=60):
        self.database = database
        self.reckoner = rp.Reckoner(database=database, config=config)
        self.directory = rp.new_directory("story")
        self.names = [f"c{number:05}" for number in range(customers)]
        self._seeded = random.Random(7)

    def customers(self):
        rp.import_customers(
            self.reckoner, self.directory, [(name, f"{name};{name}-api") for name in self.names],
            [("s", name, "Partner" if number % 50 == 49 else ("Metered", "SMB", "Professional", "Ahead")[number % 4],
              "2026-03-01" if number % 4 else "2026-03-11", "2026-06-01") for number, name in enumerate(self.names)])
        self._import("payments", ["reference", "customer", "amount", "received-on"],
                     [[f"P-{name}", name, "12.50", "2026-04-04"] for name in self.names[::5]])
        self.reckoner.ok("grant", "coupon", self.names[1], "welcome", "--amount", "5.00", "--from", "2026-03-01")
        self.reckoner.ok("grant", "prepaid", self.names[2], "credit", "--amount", "7.00")
        self.reckoner.ok("grant", "prepaid", self.names[6], "credit", "--amount", "1000.00")
        self.reckoner.ok("charge", self.names[3], "Set-up", "--price", "99.00", "--on", "2026-03-15", "--key", "setup")

    def _import(self, kind, header, rows):
        self.reckoner.ok("import", kind, rp.write_csv(self.directory / f"{kind}.csv", header, rows))

    def usage(self, name, months, count, wrong=0):
        """Ingests a file of `count` events; `wrong` more have an unknown subject. Gives the counts."""
        rows = [[f"{name}-{number}", self._seeded.choice(self.names) + ("-api" if number % 3 == 0 else ""),
                 f"2026-{self._seeded.choice(months)}-{self._seeded.randrange(12, 29)}T{number % 24:02}:10:00Z",
                 ("bandwidth", "storage", "bandwidth")[number % 3], self._seeded.randrange(9_000_000)]
                for number in range(count)]
        rows += [[f"{name}-wrong-{number}", "nobody", "2026-03-15T00:00:00Z", "bandwidth", 1] for number in range(wrong)]
        self.file = rp.write_csv(self.directory / f"{name}.csv", ["id", "subject", "time", "type", "bytes"], rows)
        return self.again(code=1 if wrong else 0)

    def again(self, code=0):
        """Ingests the last file, perhaps again."""
        return self.reckoner.json("ingest", self.file, "--source", "story", "--mapping", MAPPING, code=code)

    def interim(self, *customers):
        return [self.reckoner.json("interim", name, "--as-of", "2026-04-15") for name in customers]

    def run(self, *arguments, processes=1):
        """The monthly run by so many processes at once; gives each one's exit code."""
        commands = [self.reckoner.start("run", "monthly", *arguments) for _ in range(processes)]
        return [command.wait(300).code for command in commands]

    def corrections(self):
        """A void with rebill, one without, and a credit note, of documents that are named by customer."""
        numbers = [rp.psql(self.database, f"""
            select number from issued join customer_key using (customer_id) where key = '{name}' and ordinal = 1""")[0][0]
                   for name in self.names[5:8]]
        self.reckoner.ok("void", numbers[0], "rebill", "--reason", "wrong address")
        self.reckoner.ok("void", numbers[1], "waive", "--reason", "goodwill")
        self.reckoner.ok("credit", numbers[2], "--line", "1=1.00", "--as", "correction", "--reason", "late")
        self.reckoner.ok("show", numbers[0])
        self.reckoner.ok("explain", numbers[2], "1")

    def changes(self):
        """What reaches back into billed periods, and events taken back and amended."""
        self.reckoner.ok("change", self.names[8], "s", "--plan", "SMB", "--on", "2026-04-10")
        self.reckoner.ok("cancel", self.names[9], "s", "--on", "2026-05-10")
        self.reckoner.ok("agree", self.names[12], "Metered", "subscription", "fee=8.00", "--from", "2026-04-01")
        self.reckoner.ok("events", "void", "story", "first-1", "--reason", "a test")
        self.reckoner.ok("events", "amend", "story", "first-3", "--data", '{"bytes": 77}', "--reason", "a test")
        self.reckoner.ok("cut")

    def tell(self):
        """All of it. Gives what it said that must be the same everywhere."""
        self.customers()
        said = [self.usage("first", ("03", "04"), 600, wrong=3), self.again(code=1)]
        said.append(self.interim(*self.names[:3]))
        codes = self.run(processes=2)
        assert set(codes) <= {0, 1}, codes
        said.append(self.interim(*self.names[:3]))
        self.corrections()
        self.changes()
        said.append(self.usage("late", ("03", "04", "05"), 120))
        codes = self.run("--true-ups", processes=2)
        assert set(codes) <= {0, 1}, codes
        said.append(self.interim(*self.names[8:13]))
        for check in (("verify",), ("verify", "--recompute")):
            self.reckoner.ok(*check)
        self.hand_over()
        self.lists()
        return said

    def hand_over(self):
        for words in (("journal", "--format", "csv"), ("journal", "--format", "hledger", "--customer", self.names[0]), ("focus",)):
            self.reckoner.ok("export", "new", *words)
        self.reckoner.ok("export", "write", "1")
        self.reckoner.ok("export", "list")

    def lists(self):
        """What only reads."""
        for command in (("customers",), ("customers", "show", self.names[2]), ("invoices",), ("invoices", self.names[0]),
                        ("runs",), ("events",), ("quarantine",), ("meters",), ("mails",), ("config",)):
            self.reckoner.ok(*command)
        self.reckoner.run("run", "monthly", "--dry-run")
