-- Budgets of cost centres: what they are, what each customer below one costs, and what was told (docs/insight.md).

-- local: of a cost centre of allocation.xml, by its name. It stays where the cost centre goes.
create table cost_centre_setting (
  cost_centre  text primary key,
  budgets      text not null default '[]',                   -- JSON as in customer_setting
  also_to      text[] not null default '{}',                 -- addresses that alerts are mailed to
  changed_at   timestamptz not null,
  changed_by   text not null
);

-- distributed: what a month costs a customer below a cost centre with budgets, as of the last look at it: read by nothing but looks
-- at budgets, and made anew by the next one.
create table customer_spending (
  customer_id  bigint not null,
  month        text not null,                                -- label of the periods: '2026-10'
  currency     text not null,
  charge       text not null,
  cost_centre  text not null,                                -- the one that the customer is a member of
  actual       numeric not null,
  forecast     numeric,                                      -- at the month's end; null: none is forecast
  is_open      boolean not null,                             -- a period of the month is not billed
  looked_at    timestamptz not null,
  primary key (customer_id, month, currency, charge)
);
create index customer_spending_centre on customer_spending (cost_centre);

-- local: a threshold that a month of a cost centre reached, told once, as `alert` is of a customer.
create table cost_centre_alert (
  alert          bigint primary key check (alert >= 1),
  cost_centre    text not null,
  month          text not null,
  currency       text not null,
  charge         text not null,                              -- '': all charges
  basis          text not null check (basis in ('actual', 'forecast')),
  limit_amount   numeric not null check (limit_amount > 0),
  budget_amount  numeric not null,
  percent        numeric,
  spent          numeric not null,
  cut            bigint not null,
  told_at        timestamptz not null,
  unique (cost_centre, month, currency, charge, basis, limit_amount)
);
create trigger cost_centre_alert_immutable before update or delete on cost_centre_alert
  for each row execute function refuse_change();

-- By which configuration version everybody was put into cost centres at the last look.
alter table budget_look add column version_id bigint not null default 0;

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on cost_centre_setting to reckoner_writer;
    grant select, insert, update, delete on customer_spending to reckoner_writer;
    grant select, insert on cost_centre_alert to reckoner_writer;
  end if;
end $$;
