-- Costs that customers share: the amount of a pool's month, and what each customer bears of it (docs/allocation.md).

-- local: what was typed in or imported for a calendar month of a pool. What it was before is in audit_log.
create table pool_amount (
  pool        text not null,
  month       text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  currency    text not null,
  amount      numeric not null,
  note        text not null default '',
  entered_at  timestamptz not null,
  primary key (pool, month)
);

-- local: the division of a pool's month. Who bears it in which proportion is settled by the first run behind the month;
-- with another amount the same proportions divide that one.
create table pool_division (
  pool         text not null,
  month        text not null,
  currency     text not null,
  amount       numeric not null,
  customers    bigint not null,
  cut          bigint not null,                              -- what was known of usage
  version_id   bigint not null,                              -- of allocation.xml
  measured_at  timestamptz not null,
  divided_at   timestamptz not null,
  primary key (pool, month)
);

-- distributed: what a customer bears, on the statement of the cycle's period that contains the day. Sums to pool_division.
create table pool_share (
  customer_id  bigint not null,
  pool         text not null,
  month        text not null,
  cycle        int not null,
  falls_on     date not null,
  currency     text not null,
  amount       numeric not null,
  description  text not null,
  tax          text not null,
  facts        text not null,                                -- JSON: invoicing/cost_facts.hpp
  primary key (customer_id, pool, month)
);

create index pool_share_month on pool_share (pool, month);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on pool_amount, pool_division, pool_share to reckoner_writer;
  end if;
end $$;
