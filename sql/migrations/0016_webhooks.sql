-- Webhooks: who wants to be told of what, what happened, and what became of telling it.

-- How many events of the customer were written down so far: they are numbered in their order, and no number twice.
alter table customer_state add column events bigint not null default 0;

-- distributed; customer_id 0 is the house, whose endpoints are told of all customers.
create table webhook_endpoint (
  customer_id    bigint not null,
  endpoint       text not null,                  -- unique over all customers, by chance
  url            text not null,
  kinds          text[] not null check (kinds <> '{}'),   -- '*': all
  description    text not null,
  secret         bytea not null,                 -- sealed
  old_secret     bytea,                          -- sealed; signs beside the present one until old_until
  old_until      timestamptz,
  version        bigint not null default 1,      -- raised by whoever edits it
  created_at     timestamptz not null,
  disabled_at    timestamptz,                    -- nothing is written down for it from then on
  disabled_why   text not null default '',
  failing_since  timestamptz,                    -- the first failure since it took something last
  failures       int not null default 0,         -- since then
  rests_until    timestamptz,                    -- nothing is tried before
  primary key (customer_id, endpoint)
);

-- distributed: one row for what somebody wanted to be told, in the transaction that did it.
create table webhook_event (
  customer_id  bigint not null,
  event        bigint not null check (event >= 1),
  id           text not null,                    -- webhook-id
  kind         text not null,
  happened_at  timestamptz not null,
  body         text not null,                    -- the bytes that are signed and sent
  primary key (customer_id, event)
);

-- distributed: one row for each endpoint that is told.
create table webhook_delivery (
  customer_id   bigint not null,                 -- whose event it is
  endpoint      text not null,
  event         bigint not null,
  of_house      boolean not null,                -- the endpoint is the house's, not the customer's own
  state         text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
  created_at    timestamptz not null,
  next_try_at   timestamptz not null,
  attempts      int not null default 0,
  first_try_at  timestamptz,                     -- null: not tried yet; how long it may be tried again counts from here
  sent_at       timestamptz,
  status        int,                             -- of the last answer
  last_error    text not null default '',
  primary key (customer_id, endpoint, event),
  foreign key (customer_id, event) references webhook_event
);
create index webhook_delivery_pending on webhook_delivery (endpoint, next_try_at) where state = 'pending';
create index webhook_delivery_dead on webhook_delivery (created_at) where state = 'dead';
create index webhook_delivery_order on webhook_delivery (customer_id, endpoint, event) where state = 'pending';

create index outbox_dead on outbox (created_at) where state = 'dead';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on webhook_endpoint, webhook_delivery to reckoner_writer;
    grant select, insert, delete on webhook_event to reckoner_writer;
  end if;
end $$;
