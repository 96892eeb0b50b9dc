-- Metering: keys that are found fast, events that are voided and amended, meters that look at more than a fold keeps, quarantine
-- with replay and drop, deliveries told by namespace, Kafka positions, API keys, subjects as their owners describe them, archives.

-- Keys ------------------------------------------------------------------------------------------ distributed by key
-- The key leads the index: it differs at the first comparison, where the namespace hardly ever does. `uuid` is what
-- PostgreSQL has for 16 bytes: shorter and faster to compare than bytea (COPY of keys: 1.2 to 1.5 times the rows). The batch
-- says where the event lies among the raw ones, which have no index of their own on what names an event.
alter table event_key drop constraint event_key_pkey;
alter table event_key drop constraint event_key_key_check;
alter table event_key drop constraint event_key_digest_check;
alter table event_key alter column key type uuid using encode(key, 'hex')::uuid;
alter table event_key alter column digest type uuid using encode(digest, 'hex')::uuid;
alter table event_key add column batch_id bigint not null default 0;
alter table event_key add primary key (key, namespace);

-- Raw events ------------------------------------------------------------------------------------------ distributed
-- seq is the place in the batch: together they are the order of arrival.
alter table raw_event add column seq int not null default 0;

alter table event_key disable trigger event_key_immutable;
update event_key k set batch_id = e.batch_id
  from raw_event e
 where k.namespace = e.namespace
   and k.key = encode(substring(sha256(int8send(octet_length(e.source)::bigint) || convert_to(e.source, 'UTF8')
                                    || int8send(octet_length(e.event_id)::bigint) || convert_to(e.event_id, 'UTF8'))
                                from 1 for 16), 'hex')::uuid;
alter table event_key enable trigger event_key_immutable;

-- An event that does not count any more, from the cut of batch_id on. An amended one has a successor, itself a raw event.
create table event_void (
  customer_id   bigint not null,
  event_batch   bigint not null,                             -- of the voided event
  event_seq     int not null,
  batch_id      bigint not null,                             -- of the void
  namespace     text not null,
  key           uuid not null,
  source        text not null,
  event_id      text not null,
  type          text not null,
  subject       text not null,
  occurred_at   timestamptz not null,
  successor_id  text not null default '',                    -- event_id of what stands instead; '' for a void
  reason        text not null check (reason <> ''),
  voided_by     text not null check (voided_by <> ''),
  voided_at     timestamptz not null,
  primary key (customer_id, event_batch, event_seq)
);
create trigger event_void_immutable before update or delete on event_void
  for each row execute function refuse_change();

-- Usage ----------------------------------------------------------------------------------------------- distributed
-- A void takes count and sum back and leaves the extremes to a look at the raw events of its quarter hour.
alter table usage_delta alter column value_min drop not null;
alter table usage_delta alter column value_max drop not null;
alter table usage_total alter column value_min drop not null;
alter table usage_total alter column value_max drop not null;
-- Whether the meter's level carries over: then a change touches all later periods too.
alter table usage_delta add column carries boolean not null default false;
-- How far before and behind its quarter hour it changes what was measured (heartbeats).
alter table usage_delta add column reach_seconds int not null default 0;
-- Deltas are written in the order of their batches and read by open batches: an index that only grows at its end.
drop index usage_delta_customer;
create index usage_delta_batch on usage_delta (batch_id);

-- Of meters that look at more than a fold keeps (unique counts, levels, counters, heartbeats, percentiles): what each event said.
create table usage_point (
  customer_id  bigint not null,
  meter        text not null,
  occurred_at  timestamptz not null,
  batch_id     bigint not null,
  seq          int not null,
  subject      text not null,
  dimensions   text not null,
  value        numeric,                                      -- null where only the item counts
  item         text not null default '',                     -- what a unique count tells apart
  primary key (customer_id, meter, occurred_at, batch_id, seq)
);

-- Which meters there have been, each counting events of batches above since_batch, and those below it that it was computed
-- over afterwards. A meter that ended counts nothing more; what it counted stays.
create table meter_life (                                    -- local
  meter        text primary key,
  since_batch  bigint not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  until_batch  bigint,                                       -- the last batch that could count, once it ended
  definition   bytea not null check (length(definition) = 32),
  ended_at     timestamptz
);

-- Deliveries -------------------------------------------------------------------------------------------------- local
-- What an ingest transaction received, by namespace. Never changed: the sum over any window of receipt stays what it was.
create table ingest_tally (
  batch_id     bigint not null,
  namespace    text not null,
  received_at  timestamptz not null,
  received     bigint not null,
  counted      bigint not null,
  duplicate    bigint not null,
  quarantined  bigint not null,
  primary key (batch_id, namespace),
  check (received = counted + duplicate + quarantined)
);
insert into ingest_tally (batch_id, namespace, received_at, received, counted, duplicate, quarantined)
select batch_id, 'default', received_at, received, counted, duplicate, quarantined from ingest_batch;

alter table quarantine drop constraint quarantine_pkey;
alter table quarantine alter column key type uuid using encode(key, 'hex')::uuid;
alter table quarantine alter column digest type uuid using encode(digest, 'hex')::uuid;
alter table quarantine add primary key (key, namespace, digest);
-- The bytes of a message that is no event at all; its key is made of where it came from.
alter table quarantine add column bytes bytea;
alter table quarantine add column settled_by text not null default '';
alter table quarantine add column settled_at timestamptz;
alter table quarantine add column settled_why text not null default '';
create index quarantine_open on quarantine (last_at) where state = 'open';

-- How far a topic was read; moved in the transaction that stores its events, and never back.
create table kafka_position (
  topic        text not null,
  partition    int not null,
  next_offset  bigint not null,
  updated_at   timestamptz not null,
  primary key (topic, partition)
);

-- Honesty afterwards -----------------------------------------------------------------------------------------------
-- Events of before have no place in their batch yet. They are written again in the order of arrival, which BRIN lives on.
create temporary table raw_event_in_order on commit drop as
select customer_id, batch_id, namespace, source, event_id, type, subject, occurred_at, data,
       (row_number() over (partition by batch_id order by ctid) - 1)::int as seq
  from raw_event;
truncate raw_event;
insert into raw_event (customer_id, batch_id, namespace, source, event_id, type, subject, occurred_at, data, seq)
select customer_id, batch_id, namespace, source, event_id, type, subject, occurred_at, data, seq
  from raw_event_in_order order by batch_id, seq;

-- A meter that was computed over older events on request: those that occurred from then on count as well.
alter table meter_life add column computed_from timestamptz;

-- local: how often a quarantined event was delivered on which day (UTC), so that what is dropped later is known by the day of
-- receipt. day is null for deliveries of before days were kept.
create table quarantine_day (
  namespace    text not null,
  key          uuid not null,
  digest       uuid not null,
  day          date,
  deliveries   bigint not null check (deliveries > 0),
  unique nulls not distinct (key, namespace, digest, day)
);
insert into quarantine_day (namespace, key, digest, day, deliveries)
select namespace, key, digest,
       case when (first_at at time zone 'UTC')::date = (last_at at time zone 'UTC')::date
            then (first_at at time zone 'UTC')::date end, deliveries
  from quarantine;

-- Raw events leave only by an archive of their month: by the table's owner, in a transaction that says so.
create function refuse_change_of_raw_event() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('reckoner.archive', true) = 'on'
     and pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
    return old;
  end if;
  raise exception '% is immutable: events are never changed, and leave only for an archive', tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
drop trigger raw_event_immutable on raw_event;
create trigger raw_event_immutable before update or delete on raw_event
  for each row execute function refuse_change_of_raw_event();

-- Access ------------------------------------------------------------------------------------------------------ local
create table api_key (
  key_id       bigint generated always as identity primary key,
  name         text not null check (name <> ''),
  prefix       text not null,                                -- the first signs of the secret, to tell keys apart
  secret_hash  bytea not null unique check (length(secret_hash) = 32),
  scopes       text[] not null check (cardinality(scopes) > 0),
  namespace    text not null,
  customer_id  bigint,                                       -- null: not limited to a customer
  created_at   timestamptz not null,
  created_by   text not null,
  revoked_at   timestamptz,
  revoked_by   text not null default ''
);

-- What applications say of subjects; whose they are stands in `subject`.
create table subject_profile (
  key           text primary key,
  id            text not null unique,
  display_name  text not null default '',
  metadata      text not null default '{}',                  -- canonical JSON
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  deleted_at    timestamptz
);

-- Months of raw events that were moved to files. Keys, digests, totals and points stay.
create table archived_month (                                -- local
  month        text primary key,                             -- '2026-10', UTC, of the time of receipt
  file         text not null,
  sha256       bytea not null check (length(sha256) = 32),
  first_batch  bigint not null,
  last_batch   bigint not null,
  events       bigint not null,
  archived_at  timestamptz not null,
  archived_by  text not null,
  restored_at  timestamptz
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on all tables in schema public to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
    revoke update, delete on document, document_line, document_tax, document_void, issued, posting, credit_movement,
                             raw_event, event_key, event_void, ingest_tally from reckoner_writer;
    revoke insert, update, delete on schema_migration from reckoner_writer;
  end if;
end $$;
