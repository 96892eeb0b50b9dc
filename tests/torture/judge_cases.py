"""The judges of all other cases: what a broken program could leave behind is seen."""

import random

import stored
from case import CaseResult, case
from judge import judge
from loaded import Loaded

FIRST_DOCUMENT = "customer_id = (select min(customer_id) from document) and ordinal = 1"

# What is done to a copy of a sound database, and what the judge says of it.
DAMAGE = [
    ("a line is lost", f"delete from document_line where {FIRST_DOCUMENT} and line = 1", "lost"),
    ("a line stands twice", f"insert into document_line select (jsonb_populate_record(l, '{{\"line\": 99}}')).* "
                            f"from document_line l where {FIRST_DOCUMENT} and line = 1", "double"),
    ("a line was billed again by the next document",
     f"insert into document_line select (jsonb_populate_record(l, '{{\"ordinal\": 2, \"line\": 99}}')).* "
     f"from document_line l where {FIRST_DOCUMENT} and line = 1", "double"),
    ("a document is lost", f"delete from document where {FIRST_DOCUMENT}; delete from document_line where {FIRST_DOCUMENT}; "
                           f"delete from document_tax where {FIRST_DOCUMENT}", "lost"),
    ("a document nobody expects", f"insert into document select (jsonb_populate_record(d, '{{\"ordinal\": 9}}')).* "
                                  f"from document d where {FIRST_DOCUMENT}", "nobody expects document 9"),
    ("a line is a unit too high, and everything adds up",
     f"update document_line set amount = amount + 1 where {FIRST_DOCUMENT} and line = 1; "
     f"update document set subtotal = subtotal + 1, total = total + 1, carried_forward = carried_forward + 1 "
     f"where {FIRST_DOCUMENT}", "subtotal"),
    ("a quantity is wrong", f"update document_line set quantity = quantity + 0.01 where {FIRST_DOCUMENT} and line = 1", "line "),
    ("a line is of another period", f"update document_line set period_label = '2026-05' where {FIRST_DOCUMENT} and line = 1",
     "lost"),
    ("a tax is of another rate", "update document_tax set percent = percent + 1 where percent > 0", "taxes"),
    ("a tax is missing", f"delete from document_tax where {FIRST_DOCUMENT}", "taxes"),
    ("a payment is shown by nobody", "update document set payments_total = 0, carried_forward = carried_forward + payments_total "
                                     "where payments_total > 0", "payments"),
    ("a balance is wrong", "update customer_balance set balance = balance + 1 where customer_id = 1", "balance of"),
    ("a number is missing", "delete from issued where seq = 3", "gaps"),
    ("a number was given twice", "alter table issued drop constraint issued_pkey; "
                                 "insert into issued select * from issued where seq = 3", "double"),
    ("numbers are not in the order of issue", "update issued set issued_at = issued_at - interval '1 day' where seq = 9",
     "lower than an earlier one's"),
    ("a line has other facts", f"update document_line set facts = '{{}}' where {FIRST_DOCUMENT} and line = 1", "lines are not"),
    ("a posting is missing", "delete from posting where customer_id = 1", "posting"),
    ("a posting does not balance", "update posting set amount = amount + 1 where customer_id = 1 and account = 'receivable'",
     "balance"),
    ("a mail is missing", "delete from outbox where customer_id = (select min(customer_id) from outbox where customer_id > 0)",
     "mails are not"),
    ("a mail without a document", "update outbox set message_key = 'document:77' where message_key = 'document:1'", "orphan"),
    ("a period is open again", "update billing_period set billed_cut = null, version_id = null where customer_id = 1",
     "periods are not"),
    ("a credit was drawn twice", "insert into credit_movement select (jsonb_populate_record(m, jsonb_build_object('movement', "
                                 "movement + 99))).* from credit_movement m where kind = 'draw'", "credit movements are not"),
    ("a customer is parked", "insert into parked (customer_id, run_id, reason, parked_at, first_parked_at, attempts) "
                             "values (1, 1, 'no', now(), now(), 1)", "parked are not"),
    ("a run is not done", "update engine_run set state = 'running', ended_at = null", "run that does not add up"),
]


@case("J1", "documents, numbers, balances, mails and periods are damaged one by one: each is seen", seconds=15)
def damage(seed, options):
    loaded = Loaded(seed, 40, 400, batch_size=10)
    digest = loaded.bill_undisturbed("sound")
    result = CaseResult(0)
    planted = DAMAGE if not options.short else random.Random(seed).sample(DAMAGE, 8)
    for what, sql, says in planted:
        conninfo = loaded.cluster.create("damaged", template="sound")
        loaded.cluster.sql("damaged", f"set session_replication_role = replica; {sql}", user="postgres")
        found = judge(conninfo, loaded.books, digest=digest)
        counted = says in ("lost", "double", "gaps") and getattr(found, says) > 0
        if not counted and not any(says in line for line in found.violated):
            result.violated.append(f"not seen: {what}: {found.violated}")
        result.faults += 1
        loaded.cluster.drop("damaged")
    assert stored.digest(loaded.cluster.conninfo("sound")) == digest
    return result
