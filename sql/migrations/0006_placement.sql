-- Placement of the tables over several machines (sql/README.md): what a trigger of one customer's rows looks at must be found
-- on the machine that has them.

-- A statement's new lines may be of several customers, but on a sharded table they are of one shard: the customers' numbers
-- say which. The new lines are no table that shards could be joined with, so they are taken out of it first.
create or replace function check_document_lines() returns trigger language plpgsql as $$
declare
  customers   bigint[];
  ordinals    bigint[];
  subtotals   numeric[];
  line_counts bigint[];
  agreeing    bigint;
  culprit     record;
begin
  select array_agg(customer_id), array_agg(ordinal), array_agg(subtotal), array_agg(line_count)
    into customers, ordinals, subtotals, line_counts
    from (select customer_id, ordinal, sum(amount) as subtotal, count(*) as line_count
            from new_lines group by customer_id, ordinal) l;
  select count(*) into agreeing
    from unnest(customers, ordinals, subtotals, line_counts) l (customer_id, ordinal, subtotal, line_count)
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal and d.subtotal = l.subtotal
                   and d.line_count = l.line_count
   where d.customer_id = any(customers);
  if agreeing is distinct from coalesce(cardinality(customers), 0) then
    for culprit in
      select * from unnest(customers, ordinals, subtotals, line_counts) l (customer_id, ordinal, subtotal, line_count)
    loop
      perform from document d
        where d.customer_id = culprit.customer_id and d.ordinal = culprit.ordinal and d.subtotal = culprit.subtotal
          and d.line_count = culprit.line_count;
      if not found then
        raise exception 'lines of document (%, %) do not sum to it', culprit.customer_id, culprit.ordinal
          using errcode = 'check_violation';
      end if;
    end loop;
  end if;
  return null;
end $$;
