-- What a run writes most, as cheap as it can be had.

-- Up to which cut totals have been merged: only what was touched later is looked at again.
alter table cut_counter add merged bigint not null default 0;

-- A period's cycle stands: it is written before the period by the same writer, and no cycle is ever deleted.
-- The reference made each new period lock and write its cycle's row.
alter table billing_period drop constraint billing_period_customer_id_cycle_fkey;
