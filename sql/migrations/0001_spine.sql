-- The spine: configuration versions, customers, usage, billing periods, runs, issued documents, the outbox.
-- Kinds of tables (sql/README.md): distributed tables start their primary key with customer_id; reference tables hold
-- configuration; local tables belong to the machinery. Money is numeric, times are timestamptz, ids are bigint.

-- Configuration ------------------------------------------------------------------------------------- reference

create table config_version (
  version_id  bigint primary key,
  sha256      bytea not null unique check (length(sha256) = 32),
  author      text not null,
  comment     text not null,
  created_at  timestamptz not null
);

create table config_file (
  version_id  bigint not null references config_version,
  name        text not null,
  kind        text not null check (kind in ('file', 'library')),
  content     bytea not null,                  -- of a library: its SHA-256
  primary key (version_id, name)
);

create table config_activation (
  activation_id  bigint generated always as identity primary key,
  version_id     bigint not null references config_version,
  activated_at   timestamptz not null,
  activated_by   text not null,
  comment        text not null
);

-- Customers ---------------------------------------------------------------------------------------- distributed

create sequence customer_id_sequence;

create table customer (
  customer_id  bigint primary key,
  key          text not null check (key <> ''),
  name         text not null,
  email        text not null,
  time_zone    text not null,
  anchor_day   int not null check (anchor_day between 1 and 31),
  created_at   timestamptz not null
);

-- Locked first by every writer of a customer's facts, and by the batch before it reads what was billed.
create table customer_state (
  customer_id  bigint primary key,
  ordinal      bigint not null default 0 check (ordinal >= 0)   -- of the last document
) with (fillfactor = 40);                      -- updated twice by each batch: room for it in the page

create table customer_balance (
  customer_id  bigint not null,
  currency     text not null,
  balance      numeric not null,               -- sum of the receivable postings; verify compares
  primary key (customer_id, currency)
);

create table cycle (
  customer_id  bigint not null,
  cycle        int not null check (cycle >= 1),
  engine       text not null,
  currency     text not null,
  months       int not null default 1 check (months between 1 and 12),
  anchor_day   int not null check (anchor_day between 1 and 31),
  time_zone    text not null,
  primary key (customer_id, cycle),
  unique (customer_id, engine, currency)
);

create table subscription (
  customer_id   bigint not null,
  subscription  int not null check (subscription >= 1),
  external_key  text not null,                 -- the owner's name for it; what an import repeats
  cycle         int not null,
  plan          text not null,
  currency      text not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz check (ends_at >= starts_at),
  created_at    timestamptz not null,
  primary key (customer_id, subscription),
  unique (customer_id, external_key),
  foreign key (customer_id, cycle) references cycle (customer_id, cycle)
);

create table discount (
  customer_id   bigint not null,
  discount      int not null check (discount >= 1),
  external_key  text not null,
  percentage    numeric not null check (percentage > 0 and percentage <= 100),
  starts_at     timestamptz not null,
  ends_at       timestamptz check (ends_at > starts_at),
  created_at    timestamptz not null,
  primary key (customer_id, discount),
  unique (customer_id, external_key)
);

create table payment (
  customer_id   bigint not null,
  payment       bigint not null check (payment >= 1),
  reference     text not null,
  received_on   date not null,
  currency      text not null,
  amount        numeric not null check (amount <> 0),
  note          text not null,
  document      text not null,                 -- number of the document it names; '' when it names none
  created_at    timestamptz not null,
  claimed_by    bigint,                        -- ordinal of the document that shows it
  primary key (customer_id, payment),
  unique (customer_id, reference)
);
create index payment_unclaimed on payment (customer_id) where claimed_by is null;

-- Lookups from the owner's keys --------------------------------------------------------------------------- local

create table customer_key (
  key          text primary key,
  customer_id  bigint not null unique
);

-- Whose usage a subject's events are, by the time of the event.
create table subject (
  namespace    text not null,
  subject      text not null,
  starts_at    timestamptz not null,
  ends_at      timestamptz check (ends_at > starts_at),
  customer_id  bigint not null,
  primary key (namespace, subject, starts_at)
);
create index subject_customer on subject (customer_id);

create table imported_file (
  sha256       bytea primary key check (length(sha256) = 32),
  kind         text not null,
  name         text not null,
  imported_at  timestamptz not null,
  row_count    bigint not null
);

-- Usage ---------------------------------------------------------------------------------------------------------

-- local: one row an ingest transaction; cut is null until metering closes one over it.
create table ingest_batch (
  batch_id     bigint generated always as identity primary key,
  source       text not null,
  received_at  timestamptz not null,
  received     bigint not null,
  counted      bigint not null,
  duplicate    bigint not null,
  quarantined  bigint not null,
  cut          bigint,
  check (received = counted + duplicate + quarantined)
);
create index ingest_batch_open on ingest_batch (batch_id) where cut is null;

-- local: the numbered states of knowledge. The counter row is locked first.
create table cut_counter (
  only_row  boolean primary key default true check (only_row),
  cut       bigint not null
);
insert into cut_counter (cut) values (0);

create table cut (
  cut        bigint primary key,
  closed_at  timestamptz not null
);

-- distributed by its key: uniqueness for ever. key is 16 bytes of SHA-256 over the length-prefixed source and id.
create table event_key (
  namespace  text not null,
  key        bytea not null check (length(key) = 16),
  digest     bytea not null check (length(digest) = 16),
  primary key (namespace, key)
);

-- distributed; append-only, without a btree while hot.
create table raw_event (
  customer_id  bigint not null,
  batch_id     bigint not null,
  namespace    text not null,
  source       text not null,
  event_id     text not null,
  type         text not null,
  subject      text not null,
  occurred_at  timestamptz not null,
  data         text not null                   -- canonical JSON
);
create index raw_event_batch on raw_event using brin (batch_id);
create index raw_event_occurred on raw_event using brin (occurred_at);

-- distributed: what one ingest transaction adds, folded by bucket, until a cut is closed over it.
create table usage_delta (
  customer_id  bigint not null,
  batch_id     bigint not null,
  meter        text not null,
  subject      text not null,
  dimensions   text not null,
  bucket       timestamptz not null,
  event_count  bigint not null,
  value_sum    numeric not null,
  value_min    numeric not null,
  value_max    numeric not null
);
create index usage_delta_customer on usage_delta (customer_id, batch_id);

-- distributed: stored totals as deltas by cut; knowledge at cut C is what stands at or below C.
create table usage_total (
  customer_id  bigint not null,
  bucket       timestamptz not null,
  meter        text not null,
  subject      text not null,
  dimensions   text not null,
  cut          bigint not null,
  event_count  bigint not null,
  value_sum    numeric not null,
  value_min    numeric not null,
  value_max    numeric not null,
  primary key (customer_id, bucket, meter, subject, dimensions, cut)
);

-- distributed: which customers and times a cut touched. A billed side is due again when such a note is later than its cut.
create table cut_touch (
  customer_id  bigint not null,
  cut          bigint not null,
  first_at     timestamptz not null,
  last_at      timestamptz not null,
  primary key (customer_id, cut)
);

-- local: what could not be counted. It takes no key in event_key.
create table quarantine (
  namespace    text not null,
  key          bytea not null,
  digest       bytea not null,
  reason       text not null,
  source       text not null,
  event_id     text not null,
  subject      text not null,
  content      text not null,                  -- as it came
  first_at     timestamptz not null,
  last_at      timestamptz not null,
  deliveries   bigint not null,
  state        text not null default 'open' check (state in ('open', 'replayed', 'dropped')),
  primary key (namespace, key, digest)
);

-- Billing periods -------------------------------------------------------------------------------------- distributed

create table billing_period (
  customer_id     bigint not null,
  cycle           int not null,
  side            text not null check (side in ('advance', 'arrears')),
  starts_at       timestamptz not null,
  ends_at         timestamptz not null,
  starts_on       date not null,               -- local days in the zone of the rule that ended the period
  ends_on         date not null,
  time_zone       text not null,
  label           text not null,
  billed_cut      bigint,                      -- null: not issued yet
  version_id      bigint,                      -- pinned at the first issue
  billed_by_run   bigint,
  primary key (customer_id, cycle, side, starts_at),
  check (ends_at > starts_at),
  check ((billed_cut is null) = (version_id is null)),
  foreign key (customer_id, cycle) references cycle (customer_id, cycle)
);
create index billing_period_open on billing_period (ends_at) where billed_cut is null;

-- Causes other than usage that make billed periods due again; written in the transaction of the change, closed by the batch
-- that read them.
create table reopening (
  customer_id  bigint not null,
  reopening    bigint not null check (reopening >= 1),
  cycle        int not null,
  from_at      timestamptz not null,
  until_at     timestamptz,
  cause        text not null,
  at_once      boolean not null,
  created_at   timestamptz not null,
  closed_by_run bigint,
  primary key (customer_id, reopening)
);
create index reopening_open on reopening (customer_id) where closed_by_run is null;

create table parked (
  customer_id  bigint primary key,
  run_id       bigint not null,
  reason       text not null,
  parked_at    timestamptz not null,
  attempts     int not null
);

-- Runs -------------------------------------------------------------------------------------------------------- local

create table engine_run (
  run_id         bigint generated always as identity primary key,
  engine         text not null,
  kind           text not null check (kind in ('scheduled', 'manual')),
  fires_at       timestamptz not null,
  period_label   text not null default '',
  customer_key   text not null default '',
  version_id     bigint not null,
  cut            bigint not null,
  state          text not null check (state in ('running', 'done', 'cancelled')),
  started_at     timestamptz not null,
  ended_at       timestamptz,
  due            bigint not null default 0,
  invoiced       bigint not null default 0,
  parked         bigint not null default 0,
  nothing_due    bigint not null default 0
);
create unique index engine_run_firing on engine_run (engine, fires_at) where kind = 'scheduled';

create table run_batch (
  run_id         bigint not null references engine_run,
  batch          int not null,
  customer_ids   bigint[] not null,
  state          text not null check (state in ('open', 'done')),
  token          bigint not null default 0,    -- fencing: raised at every claim
  leased_until   timestamptz,
  backend_pid    int,
  backend_start  timestamptz,
  invoiced       bigint not null default 0,
  parked         bigint not null default 0,
  nothing_due    bigint not null default 0,
  primary key (run_id, batch)
);
create index run_batch_open on run_batch (run_id, batch) where state = 'open';

-- Documents of a run that pass their credit limit by at least 1.00: what the operator's report lists.
create table over_limit (
  run_id       bigint not null,
  customer_id  bigint not null,
  ordinal      bigint not null,
  primary key (run_id, customer_id, ordinal)
);

-- What the scheduler has fired so far, and who may fire (a lease with a fencing token).
create table engine_schedule (
  engine         text primary key,
  expression     text not null,
  last_fires_at  timestamptz not null
);

create table lease (
  name           text primary key,
  holder         text not null,
  token          bigint not null,
  expires_at     timestamptz not null
);

-- Documents -------------------------------------------------------------------------------------------- distributed

-- The key is the customer's running ordinal: two writers that started from the same state cannot both commit.
create table document (
  customer_id      bigint not null,
  ordinal          bigint not null check (ordinal >= 1),
  kind             text not null check (kind in ('invoice', 'credit-note')),
  run_id           bigint not null,
  currency         text not null,
  issued_on        date not null,
  due_on           date not null,
  customer_name    text not null,
  email            text not null,
  time_zone        text not null,
  line_count       int not null check (line_count >= 1),
  brought_forward  numeric not null,
  total            numeric not null,
  payments_total   numeric not null,
  carried_forward  numeric not null,
  credit_limit     numeric,
  version_id       bigint not null,
  cut              bigint not null,
  program          text not null,
  tzdata           text not null,
  content_hash     bytea not null check (length(content_hash) = 32),
  primary key (customer_id, ordinal),
  check (carried_forward = brought_forward + total - payments_total)
);

-- One btree: it serves the difference (what was billed for a period) and showing a document.
create table document_line (
  customer_id       bigint not null,
  period_starts_at  timestamptz not null,
  ordinal           bigint not null,
  line              int not null,
  cycle             int not null,
  side              text not null,
  period_label      text not null,
  true_up           boolean not null,
  key               text not null,
  subscription      int,
  charge            text not null,
  description       text not null,
  starts_on         date not null,
  ends_on           date not null,
  quantity          numeric not null,
  unit              text not null,
  amount            numeric not null,
  facts             text not null,
  primary key (customer_id, period_starts_at, ordinal, line)
);

-- local: the legal numbers. Narrow, last in the transaction.
create table issued (
  number       text primary key,
  series       text not null,
  year         int not null,
  seq          bigint not null,
  customer_id  bigint not null,
  ordinal      bigint not null,
  issued_at    timestamptz not null,
  chain_hash   bytea not null check (length(chain_hash) = 32)
);
create index issued_customer on issued (customer_id, ordinal);

create table series (
  series          text not null,
  year            int not null,                -- 0 where the pattern has no year
  next_seq        bigint not null check (next_seq >= 1),
  last_hash       bytea not null check (length(last_hash) = 32),
  last_issued_at  timestamptz not null,
  primary key (series, year)
);

-- distributed: the receivable ledger, double entry.
create table posting (
  customer_id  bigint not null,
  entry        text not null,                  -- 'document:<ordinal>', 'payment:<payment>'
  account      text not null,
  currency     text not null,
  amount       numeric not null,               -- debit positive
  booked_on    date not null,
  primary key (customer_id, entry, account)
);

-- distributed; customer_id 0 is the operator's own mail.
create table outbox (
  customer_id    bigint not null,
  message_key    text not null,                -- 'document:<ordinal>', 'admin-report:<run>'
  kind           text not null,
  recipient      text not null,
  template       text not null,
  version_id     bigint not null,
  state          text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
  created_at     timestamptz not null,
  next_try_at    timestamptz not null,
  attempts       int not null default 0,
  first_try_at   timestamptz,                  -- null: not tried yet; how long it may be tried again counts from here
  message_id     text not null,
  rendered       bytea,                        -- once, before the first delivery
  sent_at        timestamptz,
  last_error     text not null default '',
  primary key (customer_id, message_key)
);
create index outbox_pending on outbox (next_try_at) where state = 'pending';

-- Guards --------------------------------------------------------------------------------------------------------------

-- Lines must sum to their document, and their count must be right: one check a statement, over its new lines.
create function check_document_lines() returns trigger language plpgsql as $$
declare
  culprit record;
begin
  select l.customer_id, l.ordinal into culprit
    from (select customer_id, ordinal, sum(amount) as total, count(*) as line_count
            from new_lines group by customer_id, ordinal) l
    left join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where d.ordinal is null or d.total <> l.total or d.line_count <> l.line_count
   limit 1;
  if found then
    raise exception 'lines of document (%, %) do not sum to it', culprit.customer_id, culprit.ordinal
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger document_lines_sum after insert on document_line
  referencing new table as new_lines for each statement execute function check_document_lines();

create function check_postings() returns trigger language plpgsql as $$
declare
  culprit record;
begin
  select customer_id, entry into culprit from new_postings
   group by customer_id, entry, currency having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'entry % of customer % does not balance', culprit.entry, culprit.customer_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger postings_balance after insert on posting
  referencing new table as new_postings for each statement execute function check_postings();

-- What is issued or booked never changes.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is immutable: issued documents and postings are never changed', tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create trigger document_immutable before update or delete on document
  for each row execute function refuse_change();
create trigger document_line_immutable before update or delete on document_line
  for each row execute function refuse_change();
create trigger issued_immutable before update or delete on issued
  for each row execute function refuse_change();
create trigger posting_immutable before update or delete on posting
  for each row execute function refuse_change();
create trigger raw_event_immutable before update or delete on raw_event
  for each row execute function refuse_change();
create trigger event_key_immutable before update or delete on event_key
  for each row execute function refuse_change();

-- Roles: the owner migrates, the writer runs the daemon. Where the operator's own database has no such role, the connecting
-- user is both.
do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant usage on schema public to reckoner_writer;
    grant select, insert, update, delete on all tables in schema public to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
    revoke update, delete on document, document_line, issued, posting, raw_event, event_key
      from reckoner_writer;
    grant select on table schema_migration to reckoner_writer;
  end if;
end $$;
