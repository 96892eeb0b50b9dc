-- Showback: customers who are shown what they would cost, and not billed (docs/showback.md).

-- distributed: from which day on a customer's periods are shown or billed; before the first row they are billed.
create table billing_mode (
  customer_id  bigint not null,
  starts_on    date not null,                                -- counts for periods that begin on it or later
  mode         text not null check (mode in ('showback', 'chargeback')),
  set_at       timestamptz not null,
  primary key (customer_id, starts_on)
);

-- Settled when the side is issued for the first time.
alter table billing_period add column showback boolean not null default false;

-- A showback document asks for nothing: all of its total is taken off it.
alter table document
  drop constraint document_kind_check,
  add constraint document_kind_check check (kind in ('invoice', 'credit-note', 'showback')),
  add constraint document_showback_check check (kind <> 'showback'
    or (credits_total = total and brought_forward = 0 and payments_total = 0 and coupons_total = 0 and tax_total = 0));

-- Trees of customers (docs/hierarchies.md).

-- distributed: whom a customer is below.
create table customer_parent (
  customer_id  bigint primary key,
  parent       bigint not null check (parent <> customer_id),
  parent_key   text not null,                                -- keys never change
  gets_mails   boolean not null,                             -- documents of the customer are mailed to its parent
  set_at       timestamptz not null
);

-- distributed: everybody below a customer, at any depth. So what its people may look at are rows of its own.
create table customer_below (
  customer_id  bigint not null,
  below        bigint not null,
  below_key    text not null,
  parent_key   text not null,                                -- of the one directly above it
  depth        int not null check (depth >= 1),
  primary key (customer_id, below)
);
create index customer_below_below on customer_below (below);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on billing_mode to reckoner_writer;
    grant select, insert, update, delete on customer_parent, customer_below to reckoner_writer;
  end if;
end $$;
