-- Budgets with thresholds, what they told, and how far the look at them has come.

-- Budgets become an array of {currency, amount, charge, thresholds}; before they were amounts by currency.
update customer_setting
   set budgets = (select coalesce(jsonb_agg(jsonb_build_object('currency', key, 'amount', value) order by key), '[]'::jsonb)::text
                    from jsonb_each_text(budgets::jsonb))
 where budgets like '{%';
alter table customer_setting alter column budgets set default '[]';
-- Who looks for budgets that were changed, or for all of them, finds them here.
create index customer_setting_budgets on customer_setting (changed_at) where budgets <> '[]';

-- distributed: a threshold that a month reached, told once. limit_amount is the threshold in money: of a budget that is changed,
-- another threshold.
create table alert (
  customer_id    bigint not null,
  alert          bigint not null check (alert >= 1),         -- counts within the customer
  month          text not null,                              -- label of the periods: '2026-10'
  currency       text not null,
  charge         text not null,                              -- '': all charges
  basis          text not null check (basis in ('actual', 'forecast')),
  limit_amount   numeric not null check (limit_amount > 0),
  budget_amount  numeric not null,
  percent        numeric,                                    -- what the threshold was set as; null: an amount
  spent          numeric not null,                           -- when it was told
  cut            bigint not null,                            -- what was known then, and what came since
  told_at        timestamptz not null,
  primary key (customer_id, alert),
  unique (customer_id, month, currency, charge, basis, limit_amount)
);
create trigger alert_immutable before update or delete on alert
  for each row execute function refuse_change();

-- Cuts only grow, so that notes of the last ones lie together.
create index cut_touch_cut on cut_touch using brin (cut) with (pages_per_range = 16);

-- local: one row. Usage up to the cut, settings changed before looked_at, and before swept_at everybody, have been looked at.
create table budget_look (
  one        boolean primary key default true check (one),
  cut        bigint not null,
  looked_at  timestamptz not null,
  swept_at   timestamptz not null
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert on alert to reckoner_writer;
    grant select, insert, update on budget_look to reckoner_writer;
  end if;
end $$;
