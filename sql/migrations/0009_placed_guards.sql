-- The new rows of a statement are no table that one of several machines could be joined with: what is closed is read first.

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

create or replace function check_document_days() returns trigger language plpgsql as $$
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
