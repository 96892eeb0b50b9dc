-- The journal: legal entities, postings of prepaid credit, accounting months that are closed, numbers that follow the calendar.

-- Legal entities ------------------------------------------------------------------------------------ distributed
-- '' is the default one. A customer belongs to one; a document and what is booked keep the one they were made for.
alter table customer add legal_entity text not null default '';
alter table document add legal_entity text not null default '';
alter table posting add legal_entity text not null default '';

-- Numbers follow the days of issue ---------------------------------------------------------------------- local
alter table series add last_issued_on date;
update series s set last_issued_on = i.last_issued_on
  from (select i.series, i.year, max(d.issued_on) as last_issued_on
          from issued i join document d on d.customer_id = i.customer_id and d.ordinal = i.ordinal
         group by i.series, i.year) i
 where s.series = i.series and s.year = i.year;
update series set last_issued_on = (last_issued_at at time zone 'UTC')::date where last_issued_on is null;
alter table series alter last_issued_on set not null;

-- Accounting months ------------------------------------------------------------------------------------ reference
-- Closed months of a legal entity follow one another: nothing is booked up to the end of the last.
create table closed_month (
  legal_entity  text not null,
  month         date not null check (extract(day from month) = 1),
  primary key (legal_entity, month)
);

-- local: what was closed and opened again, for ever. trial_balance and series_heads (canonical JSON) are what stood there when
-- the month was closed: an anchor for the ledger and the chains.
create table closing (
  closing        bigint generated always as identity primary key,
  legal_entity   text not null,
  month          date not null,
  action         text not null check (action in ('close', 'reopen')),
  acted_at       timestamptz not null,
  acted_by       text not null,
  reason         text not null check (action = 'close' or reason <> ''),
  trial_balance  text not null,
  series_heads   text not null
);
create trigger closing_immutable before update or delete on closing
  for each row execute function refuse_change();

-- Prepaid credit given by hand before it was posted, and what lapsed of it by a document: the account then holds what is left of
-- all prepaid credits.
insert into posting (customer_id, entry, account, currency, amount, booked_on)
select m.customer_id, 'credit:' || m.credit || ':' || m.movement, a.account, c.currency, a.sign * m.amount, m.booked_on
  from credit_movement m
  join credit c on c.customer_id = m.customer_id and c.credit = m.credit
  cross join (values ('prepaid', -1), ('credits-granted', 1)) as a(account, sign)
 where c.kind = 'prepaid' and m.kind = 'grant' and m.ordinal is null and m.amount <> 0;
insert into posting (customer_id, entry, account, currency, amount, booked_on)
select m.customer_id, 'lapse:' || m.ordinal, a.account, m.currency, a.sign * m.amount, m.booked_on
  from (select m.customer_id, m.ordinal, c.currency, sum(m.amount) as amount, max(m.booked_on) as booked_on
          from credit_movement m
          join credit c on c.customer_id = m.customer_id and c.credit = m.credit
         where c.kind = 'prepaid' and m.kind = 'lapse'
         group by m.customer_id, m.ordinal, c.currency) m
  cross join (values ('prepaid', -1), ('credits-granted', 1)) as a(account, sign)
 where m.amount <> 0;

-- Guards --------------------------------------------------------------------------------------------------------------
-- Every entry balances, in the books of one legal entity, and is booked on an open day. What is closed is read before it is
-- compared: the new rows of a statement are no table that one spread over several machines could be joined with.
create or replace function check_postings() returns trigger language plpgsql as $$
declare
  entities  text[];
  open_from date[];
  culprit   record;
begin
  select customer_id, entry into culprit from new_postings
   group by customer_id, entry, currency, legal_entity having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'entry % of customer % does not balance', culprit.entry, culprit.customer_id
      using errcode = 'check_violation';
  end if;
  select array_agg(m.legal_entity), array_agg((m.month + interval '1 month')::date) into entities, open_from
    from (select legal_entity, max(month) as month from closed_month group by legal_entity) m;
  if entities is not null then
    select p.customer_id, p.entry, p.booked_on into culprit
      from new_postings p join unnest(entities, open_from) c (legal_entity, open_from) using (legal_entity)
     where p.booked_on < c.open_from limit 1;
    if found then
      raise exception 'entry % of customer % is booked on %, in a month that is closed',
                      culprit.entry, culprit.customer_id, culprit.booked_on
        using errcode = 'check_violation';
    end if;
  end if;
  return null;
end $$;

-- A document of 0.00 has no postings: its day is looked at by itself.
create function check_document_days() returns trigger language plpgsql as $$
declare
  entities  text[];
  open_from date[];
  culprit   record;
begin
  select array_agg(m.legal_entity), array_agg((m.month + interval '1 month')::date) into entities, open_from
    from (select legal_entity, max(month) as month from closed_month group by legal_entity) m;
  if entities is not null then
    select d.customer_id, d.ordinal, d.issued_on into culprit
      from new_documents d join unnest(entities, open_from) c (legal_entity, open_from) using (legal_entity)
     where d.issued_on < c.open_from limit 1;
    if found then
      raise exception 'document (%, %) is issued on %, in a month that is closed',
                      culprit.customer_id, culprit.ordinal, culprit.issued_on
        using errcode = 'check_violation';
    end if;
  end if;
  return null;
end $$;
create trigger document_open_month after insert on document
  referencing new table as new_documents for each statement execute function check_document_days();

-- A series goes on, in number and in day.
create function check_series() returns trigger language plpgsql as $$
begin
  if new.next_seq < old.next_seq or new.last_issued_on < old.last_issued_on then
    raise exception 'series % of % would go back', new.series, new.year
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger series_goes_on before update on series
  for each row execute function check_series();

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, delete on closed_month to reckoner_writer;
    grant select, insert on closing to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
  end if;
end $$;
