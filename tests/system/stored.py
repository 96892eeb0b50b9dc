"""What runs leave in the database: a digest of it, and what may never be there."""

from reckoner_process import psql

# Everything a run leaves behind for ever, without what names the run or the clock. Numbers are given in the order in
# which batches commit: with one worker that is always the same, with two it is not.
DOCUMENTS = """
  select d.customer_id, d.ordinal, d.kind, d.currency, d.due_on - d.issued_on, d.customer_name, d.email, d.line_count,
         d.brought_forward, d.subtotal, d.coupons_total, d.tax_total, d.total, d.credits_total,
         d.payments_total, d.carried_forward, d.corrects, d.reason, d.credit_limit, d.version_id{cut}{number}
    from document d join issued i using (customer_id, ordinal)"""
DIGESTS = {
    "documents": DOCUMENTS,
    "lines": """
  select customer_id, ordinal, line, period_starts_at, cycle, side, period_label, true_up, key, subscription, charge,
         description, starts_on, ends_on, quantity, unit, amount, facts, tax_category, tax_percent, counts from document_line""",
    "taxes": "select customer_id, ordinal, position, country, category, percent, base, tax, included from document_tax",
    "credits": "select customer_id, credit, kind, currency, percent, documents, priority, charges from credit",
    "reopenings": "select customer_id, reopening, cycle, from_at, until_at, cause, closed_by_run is null as open from reopening",
    "credit movements": "select customer_id, credit, movement, kind, amount, ordinal, reverses from credit_movement",
    "postings": "select customer_id, entry, account, currency, amount, legal_entity from posting",
    "numbers": "select series, year, seq, number from issued",
    "mails": "select customer_id, message_key, kind, recipient, template, version_id, state from outbox"
             " where customer_id <> 0",
    "balances": "select customer_id, currency, balance from customer_balance",
    "ordinals": "select customer_id, ordinal from customer_state",
    "periods": "select customer_id, cycle, side, starts_at, ends_at, label{billed_cut}, version_id from billing_period",
    "payments": "select customer_id, payment, claimed_by from payment",
    "parked": "select customer_id, reason from parked",
    "reminders": "select customer_id, ordinal, step, place, version_id, currency, overdue, fee, charge, note from dunning_step",
    "charges by hand": "select customer_id, external_key, cycle, title, quantity, price, tax from manual_charge",
}

# Each is empty when all is well.
FAULTS = {
    "gaps in numbers": """
  select series, year from (select series, year, count(*) as n, min(seq) as first, max(seq) as last
                              from issued group by series, year) i
    join series s using (series, year) where first <> 1 or last <> n or next_seq <> n + 1""",
    "broken head of the chain": """
  select series from series s where not exists (
    select from issued i where i.series = s.series and i.year = s.year and i.seq = s.next_seq - 1
                           and i.chain_hash = s.last_hash)""",
    "document without number, or number without document": """
  select * from document d full join issued i using (customer_id, ordinal)
   where d.total is null or i.number is null""",
    "document that is not the sum of its lines": """
  select customer_id, ordinal from document d join document_line l using (customer_id, ordinal)
   group by customer_id, ordinal having min(d.subtotal) <> sum(l.amount) or min(d.line_count) <> count(*)""",
    "document without lines": """
  select * from document d
   where not exists (select from document_line l where l.customer_id = d.customer_id and l.ordinal = d.ordinal)""",
    "line without document": """
  select * from document_line l
   where not exists (select from document d where d.customer_id = l.customer_id and d.ordinal = l.ordinal)""",
    "more than one document of a customer for a period": """
  select customer_id, cycle, period_starts_at, side from document_line where not true_up
   group by 1, 2, 3, 4 having count(distinct ordinal) > 1""",
    "orphan in the outbox": """
  select * from outbox o where customer_id <> 0 and not exists (
    select from document d where d.customer_id = o.customer_id and o.message_key = 'document:' || d.ordinal)
   and not exists (
    select from dunning_step d where d.customer_id = o.customer_id
                                 and o.message_key || ':' like 'dunning:' || d.ordinal || ':' || d.place || ':%')""",
    "reminder without mail": """
  select * from dunning_step s join document d using (customer_id, ordinal) where email <> '' and not exists (
    select from outbox o where o.customer_id = s.customer_id
                           and o.message_key = 'dunning:' || s.ordinal || ':' || s.place)""",
    "due document without mail": """
  select * from document d where carried_forward > 0 and email <> '' and total <> 0 and run_id <> 0 and not exists (
    select from outbox o where d.customer_id = o.customer_id and o.message_key = 'document:' || d.ordinal)""",
    "document without posting": """
  select * from document d where total <> 0 and not exists (
    select from posting p where p.customer_id = d.customer_id and p.entry = 'document:' || d.ordinal)""",
    "ledger that does not balance": """
  select customer_id, entry from posting group by 1, 2 having sum(amount) <> 0""",
    "balance that is not the sum of its postings": """
  select * from customer_balance b where balance <> (
    select coalesce(sum(amount), 0) from posting p
     where p.customer_id = b.customer_id and p.currency = b.currency and account = 'receivable')""",
    "run that does not add up, or is not done": """
  select * from engine_run where due <> invoiced + parked + held + nothing_due or state <> 'done'""",
    "run whose batches do not add up": """
  select r.run_id from engine_run r join run_batch b using (run_id) group by r.run_id
  having r.invoiced <> sum(b.invoiced) or bool_or(b.state <> 'done')
      or sum(cardinality(customer_ids)) <> sum(b.invoiced + b.parked + b.held + b.nothing_due)""",
}


def digest(conninfo, with_numbers=False, with_cuts=True):
    """Count and hash of each kind of row. The same knowledge may stand under other cuts where senders repeat themselves:
    then without them."""
    number = ", i.series, i.year, i.seq" if with_numbers else ""
    cut, billed_cut = (", d.cut", ", billed_cut") if with_cuts else ("", "")
    return {name: rest for name, *rest in psql(conninfo, " union all ".join(f"""
      select '{name}', count(*), md5(coalesce(string_agg(t::text, E'\\n' order by t::text collate "C"), ''))
        from ({query.format(number=number, cut=cut, billed_cut=billed_cut)}) t""" for name, query in DIGESTS.items()))}


def faults(conninfo):
    """Names of what is wrong, each with the number of rows."""
    counts = psql(conninfo, " union all ".join(
        f"select '{name}', count(*) from ({query}) t" for name, query in FAULTS.items()))
    return [row for row in counts if row[1] != "0"]
