-- Row-level security: who reads for a customer sees that customer's rows alone. Policies, and what the reader may read, depend on
-- the roles that the server has: src/store/isolation.cpp brings both in line with them whenever the schema is brought up to date,
-- on the tables of later migrations too.

-- distributed: what a customer's own people have set; no row: as shipped.
create table customer_setting (
  customer_id   bigint primary key,
  language      text not null default '',                  -- BCP 47; '': the browser's
  time_zone     text not null default '',                  -- '': the customer's
  mails         boolean not null default true,             -- whether invoices are sent at all
  also_to       text[] not null default '{}',              -- addresses that get them beside the customer's own
  budgets       text not null default '{}',                -- canonical JSON: amount of a month by currency
  changed_at    timestamptz not null,
  changed_by    text not null
);

-- 'unwanted': the customer's people had switched mails off when it was to be sent.
alter table outbox
  drop constraint outbox_state_check,
  add constraint outbox_state_check check (state in ('pending', 'sent', 'dead', 'unwanted'));

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on customer_setting to reckoner_writer;
  end if;
end $$;
