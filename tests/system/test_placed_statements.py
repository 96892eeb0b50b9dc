"""Every statement the program runs is one that works where tables are spread by customer: judged by its plan on plain
PostgreSQL, so that it is known without a Citus cluster (tests/citus tries it on one).

The statements are those a server heard while a story was told to it, not those somebody listed.
"""

import json
import re
import unittest

import placed
import reckoner_process as rp
import story

# They look at all customers on purpose: a parallel scan over all nodes. Everything else says whose rows it wants.
OVER_ALL = {
    "customers due", "first open period of an engine", "usage of the population", "usage of the population with the tail",
    "customers with periods", "all with budgets", "changed budgets", "touched with budgets", "touched since the last look",
    "subscribed to plans of cost centres", "spending of cost centres", "forget spending of customers",
    "metering.fold_deltas", "metering.note_touches", "metering.drop_deltas", "metering.merge_totals",
    "metering.next_slice_to_merge", "metering.read_merge_horizon", "metering.drop_merged_totals", "metering.drop_cut_touches", "due mails", "parked customers",
    "due webhooks", "tellable webhook endpoints", "forget webhook deliveries", "forget webhook events", "give up waiting webhooks",
    "remove webhook deliveries", "resend dead webhooks", "find webhook delivery by message", "mail metrics", "webhook metrics",
    "webhook endpoint metrics",
}
# Lists, checks and whatever else no run, interim invoice or ingestion waits for.
FOR_PEOPLE = re.compile(r"^(metering\.(check_|count_|list_|find_|raw_|stored_|points_|by_|usage_|read_|sum_|group_)"
                        r"|list |show |audit|verify|count |scan |customers with billed periods|held customers)")
# Of the proofs, those that a cluster plans although the rules below doubt it: tests/citus runs them all.
TRIED = {"audit amounts", "audit owners"}


class Statements:
    """What a server was asked, by name and by transaction."""

    def __init__(self, cluster):
        self.by_name = {}
        for path in (cluster.directory / "data" / "log").glob("*.json"):
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                said = re.match(r"execute ([^:]+): (.*)", entry.get("message", ""), re.S)
                if said and not said[1].startswith("<"):
                    self.by_name[said[1]] = said[2]


def plan_of(cluster, database, sql):
    """Its plan for any parameters, or None for what has none (COPY, cursors, settings)."""
    if not re.match(r"\s*(select|insert|update|delete|with)\b", sql, re.I):
        return None
    count = max([int(number) for number in re.findall(r"\$(\d+)", sql)], default=0)
    arguments = f"({', '.join(['null'] * count)})" if count else ""
    found = cluster.sql(database, f"""
        set plan_cache_mode = force_generic_plan;
        prepare judged as {sql};
        explain (verbose, costs off, format json) execute judged{arguments};""")
    return json.loads("\n".join(row[0] for row in found))[0]["Plan"]


class PlacedStatements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = rp.Cluster("-c logging_collector=on -c log_destination=jsonlog -c log_directory=log "
                                 "-c log_filename=all.log -c log_file_mode=0644 -c log_statement=all")
        cls.kinds = placed.placements(rp.SOURCE)
        cls.columns = placed.columns_of(cls.kinds)
        cls.database = "told"
        told = story.Story(cls.cluster.create(cls.database), story.configuration())
        told.tell()
        cls.volatile = {row[0] for row in cls.cluster.sql(cls.database, """
            select distinct proname from pg_proc where provolatile = 'v'
             and proname not in (select proname from pg_proc where provolatile <> 'v')""")}
        cls.statements = Statements(cls.cluster).by_name

    def faults(self, sql):
        root = plan_of(self.cluster, self.database, sql)
        if root is None:
            return [], None
        plan = placed.Plan(root, self.columns)
        return [*plan.faults(), *placed.text_faults(sql, plan, self.volatile)], plan

    def test_what_the_program_asks(self):
        self.assertGreater(len(self.statements), 100, "the story was not heard")
        over_all = set()
        for name, sql in sorted(self.statements.items()):
            with self.subTest(statement=name):
                faults, plan = self.faults(sql)
                if FOR_PEOPLE.match(name):  # what cannot meet at its node is gathered for them
                    faults = [fault for fault in faults if "without their customer" not in fault]
                if name not in TRIED:
                    self.assertEqual(faults, [], sql)
                if plan and plan.spread and not all(plan.is_bound(alias) for alias in plan.spread):
                    over_all.add(name)
        over_all = {name for name in over_all if not FOR_PEOPLE.match(name)}
        self.assertEqual(over_all - OVER_ALL, set(), "these read the rows of all customers")
        print(f"    {len(self.statements)} statements; {len(over_all)} read the rows of all customers", flush=True)

    def test_the_rules_bite(self):
        for fault, sql in (
                ("without their customer", "select * from document d join posting p on p.entry = d.program"),
                ("without their customer", """
                    select * from customer c join document d on d.customer_id = c.customer_id
                      join document_line l on l.ordinal = d.ordinal where c.customer_id = any($1::bigint[])"""),
                ("without their customer", "select * from event_key k join raw_event e on e.batch_id = k.batch_id"),
                ("not a table of customers", """
                    update reopening r set closed_by_run = 1 from unnest($1::bigint[]) as c(customer_id)
                     where r.customer_id = c.customer_id and not exists (
                       select from billing_period p where p.customer_id = c.customer_id)"""),
                ("outer join", """
                    select * from unnest($1::bigint[]) as w(customer_id)
                      join posting p on p.customer_id = w.customer_id
                      left join payment m on m.customer_id = w.customer_id and m.payment = 1"""),
                ("does not name the customer", """
                    select (select max(ordinal) from document d where d.customer_id = n.customer_id)
                      from unnest($1::bigint[]) as n(customer_id)"""),
                ("inserts rows of arrays joined", """
                    insert into parked (customer_id, run_id, reason, parked_at, attempts)
                    select n.customer_id, 1, '', $2, p.attempts from unnest($1::bigint[]) as n(customer_id)
                      left join parked p on p.customer_id = n.customer_id"""),
                ("settles a conflict by an argument", """
                    insert into parked (customer_id, run_id, reason, parked_at, attempts)
                    select n.customer_id, $2, '', $3, 1 from unnest($1::bigint[]) as n(customer_id)
                        on conflict (customer_id) do update set run_id = $2"""),
                ("at once", """
                    with gone as (delete from usage_delta where batch_id = 1 returning *)
                    insert into cut_touch select customer_id, 1, bucket, bucket from gone"""),
                ("more than one customer", "select 1 from customer_state where customer_id = any($1::bigint[]) for update"),
                ("more than one customer", "select 1 from outbox order by next_try_at limit 1 for update skip locked"),
                ("is lateral", """
                    select * from unnest($1::bigint[]) as q(customer_id) cross join lateral (
                      select * from usage_total t where t.customer_id = q.customer_id limit 1) t"""),
                ("calls random", "update customer_state set ordinal = random() where customer_id = $1"),
                ("calls clock_timestamp", "update outbox set sent_at = clock_timestamp() where customer_id = $1"),
                ("beside tables of customers", """
                    select * from document d join pg_stat_activity a on a.pid = d.run_id where d.customer_id = $1""")):
            with self.subTest(fault=fault, sql=sql):
                self.assertTrue(any(fault in found for found in self.faults(sql)[0]), self.faults(sql)[0])

    def test_what_is_bound(self):
        for bound, sql in ((True, "select * from document where customer_id = $1"),
                           (True, "select * from document where customer_id = any($1::bigint[])"),
                           (True, """select * from unnest($1::bigint[]) q(customer_id)
                                       join document d on d.customer_id = q.customer_id
                                       left join document_line l on l.customer_id = d.customer_id"""),
                           (False, "select * from document where ordinal = $1"),
                           (False, "select * from document d join posting p using (customer_id)")):
            with self.subTest(sql=sql):
                _, plan = self.faults(sql)
                self.assertEqual(all(plan.is_bound(alias) for alias in plan.spread), bound)

    def test_triggers_do_not_join_their_new_rows(self):
        """Citus cannot join a transition table with one that is spread or shared: what is needed of it is read first."""
        shared = [table for table, kind in self.kinds.items() if kind != "kLocal"]
        found = self.cluster.sql(self.database, """
            select distinct tgnewtable, proname, prosrc from pg_trigger join pg_proc p on p.oid = tgfoid
             where tgnewtable is not null""")
        self.assertGreaterEqual(len(found), 2)
        for rows, function, source in found:
            for statement in source.split(";"):
                if re.search(rf"\b{rows}\b", statement):
                    joined = [table for table in shared if re.search(rf"(from|join)\s+{table}\b", statement)]
                    self.assertEqual(joined, [], f"{function}: {statement}")

    def test_every_table_has_a_kind(self):
        tables = {row[0] for row in self.cluster.sql(self.database, """
            select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')""")}
        self.assertEqual(set(self.kinds), tables)

    def test_the_list_for_people_is_the_same(self):
        text = (rp.SOURCE / "sql/README.md").read_text(encoding="utf-8")
        names = {"distributed by `customer_id`": "kByCustomer", "distributed by its key": "kByKey",
                 "reference": "kReference", "local": "kLocal"}
        listed = {table: kind for name, kind in names.items()
                  for table in re.search(rf"^\| {re.escape(name)} \| ([^|]*) \|", text, re.M)[1].strip().split(", ")}
        self.assertEqual(listed, self.kinds)

    def test_keys_begin_with_the_customer(self):
        """Primary keys, unique indexes and foreign keys of what is spread; no foreign key goes to another kind."""
        wrong = []
        for table, constraint, columns in self.cluster.sql(self.database, """
                select c.relname, i.indexrelid::regclass, (select string_agg(attname, ',') from pg_attribute a
                                                           where a.attrelid = c.oid and a.attnum = any(i.indkey))
                  from pg_index i join pg_class c on c.oid = i.indrelid
                 where c.relnamespace = 'public'::regnamespace and (indisunique or indisexclusion)"""):
            if table in self.columns and self.columns[table] not in columns.split(","):
                wrong.append((table, constraint))
        for table, other, columns in self.cluster.sql(self.database, """
                select c.conrelid::regclass, c.confrelid::regclass, (
                         select string_agg(attname, ',') from pg_attribute a
                          where a.attrelid = c.conrelid and a.attnum = any(c.conkey))
                  from pg_constraint c where contype = 'f' and connamespace = 'public'::regnamespace"""):
            if self.kinds[table] != self.kinds[other] and self.kinds[other] != "kReference":
                wrong.append((table, other, "another kind"))
            elif self.kinds[table] == "kLocal" and self.kinds[other] == "kReference":
                wrong.append((table, other, "local to reference"))
            elif self.kinds[table] == "kByCustomer" and "customer_id" not in columns.split(","):
                wrong.append((table, other, "without the customer"))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    rp.main()
