-- Runs under anything: who works on them, how far they are, and what is held for approval.

-- local: a process that works on runs. It raises `beat` about every second; whoever sees the beat stand still ends what the
-- process has left and takes its batches. A beat is compared with nothing but itself: no clock decides.
create table run_worker (
  worker_id    bigint generated always as identity primary key,
  host         text not null,
  process      int not null,
  started_at   timestamptz not null,
  beat         bigint not null default 0
);

alter table run_batch
  drop column leased_until,                    -- whose it is says worker_id; whether that one lives, its beat
  add worker_id   bigint,                      -- null: nobody's. No reference: those that have gone are deleted
  add claimed_at  timestamptz,
  add done_at     timestamptz,
  add held        bigint not null default 0,
  add customers   int not null generated always as (cardinality(customer_ids)) stored,
  drop constraint run_batch_state_check,
  add constraint run_batch_state_check check (state in ('open', 'done', 'cancelled'));
create index run_batch_claimed on run_batch (worker_id) where state = 'open' and worker_id is not null;
create index run_batch_done on run_batch (run_id, done_at) where state = 'done';

alter table engine_run add held bigint not null default 0;
create index engine_run_running on engine_run (run_id) where state = 'running';

-- Since when, over all attempts.
alter table parked add first_parked_at timestamptz;
update parked set first_parked_at = parked_at;
alter table parked alter first_parked_at set not null;

-- distributed: documents that passed a bound of safety. They are not stored: approval computes them again at `cut` and under
-- `version_id`, and issues them when their hash is this one. While a row is open its customer is not due.
create table held (
  customer_id  bigint not null,
  run_id       bigint not null,
  batch        int not null,
  cut          bigint not null,
  version_id   bigint not null,
  hash         bytea not null check (length(hash) = 32),   -- of its statements and differences
  reasons      text not null,
  figures      text not null,                              -- JSON for people: documents with totals and their largest lines
  held_at      timestamptz not null,
  state        text not null default 'open' check (state in ('open', 'approved', 'rejected')),
  decided_at   timestamptz,
  decided_by   text not null default '',
  decision     text not null default '',                   -- why
  primary key (customer_id, run_id),
  check ((state = 'open') = (decided_at is null))
);
create unique index held_open on held (customer_id) where state = 'open';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on run_worker, held to reckoner_writer;
  end if;
end $$;
