-- Pricing complete: the life of a subscription, prices agreed, charges by hand, tax, coupons and prepaid credit, credit
-- notes and voids, figures over many customers.

-- Customers ---------------------------------------------------------------------------------------- distributed

alter table customer
  add country     text not null default '' check (country ~ '^([A-Z]{2})?$'),
  add tax_id      text not null default '',
  add tax_exempt  boolean not null default false;

alter table subscription
  add environment    text not null default '',           -- '': production
  add trial_ends_at  timestamptz,
  add ending         text not null default 'cancelled' check (ending in ('cancelled', 'changed'));

-- From starts_at until the next row of the name.
create table subscription_quantity (
  customer_id   bigint not null,
  subscription  int not null,
  name          text not null check (name <> ''),
  starts_at     timestamptz not null,
  value         numeric not null check (value >= 0),
  created_at    timestamptz not null,
  primary key (customer_id, subscription, name, starts_at),
  foreign key (customer_id, subscription) references subscription (customer_id, subscription)
);

create table subscription_pause (
  customer_id   bigint not null,
  subscription  int not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz check (ends_at >= starts_at),   -- null: until it is resumed
  created_at    timestamptz not null,
  primary key (customer_id, subscription, starts_at),
  foreign key (customer_id, subscription) references subscription (customer_id, subscription)
);

-- A figure of a plan's charge as agreed with one customer.
create table agreed_figure (
  customer_id    bigint not null,
  agreed_figure  int not null check (agreed_figure >= 1),
  plan           text not null,
  charge         text not null,
  figure         text not null,
  value          numeric,                                   -- null: unlimited
  starts_on      date not null,
  ends_on        date check (ends_on >= starts_on),
  created_at     timestamptz not null,
  primary key (customer_id, agreed_figure)
);

-- Charges typed in by hand: time and materials.
create table manual_charge (
  customer_id    bigint not null,
  manual_charge  int not null check (manual_charge >= 1),
  external_key   text not null,
  cycle          int not null,
  charged_on     date not null,
  title          text not null,
  quantity       numeric not null,
  unit           text not null,
  price          numeric not null,
  tax            text not null,
  created_at     timestamptz not null,
  primary key (customer_id, manual_charge),
  unique (customer_id, external_key),
  foreign key (customer_id, cycle) references cycle (customer_id, cycle)
);

alter table discount add charges text[] not null default '{}';   -- scope: names of charges; empty: all

-- Coupons and prepaid credits. What is left is the sum of the movements.
create table credit (
  customer_id   bigint not null,
  credit        int not null check (credit >= 1),
  external_key  text not null,
  title         text not null,
  kind          text not null check (kind in ('coupon', 'prepaid')),
  currency      text not null,
  percent       numeric check (percent > 0 and percent <= 100),   -- null: an amount, granted by a movement
  documents     int check (documents >= 1),                       -- on how many documents; null: any number
  priority      int not null,
  starts_on     date,
  expires_on    date,
  charges       text[] not null,
  created_at    timestamptz not null,
  primary key (customer_id, credit),
  unique (customer_id, external_key)
);

create table credit_movement (
  customer_id  bigint not null,
  credit       int not null,
  movement     int not null check (movement >= 1),          -- counts within the credit
  kind         text not null check (kind in ('grant', 'draw', 'reverse', 'lapse')),
  amount       numeric not null,                            -- what it adds to what is left: a draw is negative
  ordinal      bigint,                                      -- the document that drew or gave back; null: a grant by hand
  reverses     bigint,                                      -- of 'reverse' and 'lapse': the document whose draw it undoes
  booked_on    date not null,
  primary key (customer_id, credit, movement),
  foreign key (customer_id, credit) references credit (customer_id, credit)
);

-- Documents -------------------------------------------------------------------------------------------- distributed

alter table document
  add subtotal       numeric,                                -- sum of the lines
  add coupons_total  numeric not null default 0,
  add tax_total      numeric not null default 0,             -- of taxes that the prices do not contain
  add credits_total  numeric not null default 0,
  add corrects       bigint,                                 -- ordinal of the document a credit note corrects
  add reason         text not null default '';
alter table document disable trigger document_immutable;
update document set subtotal = total;
alter table document enable trigger document_immutable;
alter table document
  alter subtotal set not null,
  drop constraint document_check,
  add check (total = subtotal - coupons_total + tax_total),
  add check (carried_forward = brought_forward + total - credits_total - payments_total);

alter table document_line
  add tax_category  text not null default 'standard',
  add tax_percent   numeric,                                 -- null: not taxed
  add counts        boolean not null default true;           -- as billed by its key; concessions and the mirror of a void do not

create table document_tax (
  customer_id  bigint not null,
  ordinal      bigint not null,
  position     int not null,
  country      text not null,
  category     text not null,
  percent      numeric not null,
  base         numeric not null,
  tax          numeric not null,
  included     boolean not null,
  note         text not null,
  primary key (customer_id, ordinal, position)
);

create table document_void (
  customer_id  bigint not null,
  ordinal      bigint not null,                              -- of the document that is void
  by_ordinal   bigint not null,                              -- of the credit note that says so
  mode         text not null check (mode in ('rebill', 'waive')),
  reason       text not null,
  voided_at    timestamptz not null,
  primary key (customer_id, ordinal)
);

create trigger document_tax_immutable before update or delete on document_tax
  for each row execute function refuse_change();
create trigger document_void_immutable before update or delete on document_void
  for each row execute function refuse_change();
create trigger credit_movement_immutable before update or delete on credit_movement
  for each row execute function refuse_change();

create or replace function check_document_lines() returns trigger language plpgsql as $$
declare
  culprit record;
begin
  select l.customer_id, l.ordinal into culprit
    from (select customer_id, ordinal, sum(amount) as subtotal, count(*) as line_count
            from new_lines group by customer_id, ordinal) l
    left join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where d.ordinal is null or d.subtotal <> l.subtotal or d.line_count <> l.line_count
   limit 1;
  if found then
    raise exception 'lines of document (%, %) do not sum to it', culprit.customer_id, culprit.ordinal
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- An advance side is due when its period begins.
create index billing_period_open_advance on billing_period (starts_at)
  where billed_cut is null and side = 'advance';

-- Figures over many customers, by calendar month of the engine's zone ------------------------------------------- local

create table population_fact (
  engine       text not null,
  name         text not null,
  month        text not null,                                -- '2026-10'
  value        numeric not null,
  customers    bigint not null,                              -- over how many
  cut          bigint not null,
  version_id   bigint not null,
  computed_at  timestamptz not null,
  primary key (engine, name, month)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on all tables in schema public to reckoner_writer;
    revoke update, delete on document, document_line, document_tax, document_void, issued, posting, credit_movement,
                             raw_event, event_key from reckoner_writer;
    revoke insert, update, delete on schema_migration from reckoner_writer;
  end if;
end $$;
