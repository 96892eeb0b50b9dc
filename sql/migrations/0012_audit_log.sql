-- Who did what, and what the last looks at everything found.

-- local: one row for each thing that somebody changed, in the transaction that changed it. before and after are JSON.
create table audit_log (
  entry        bigint generated always as identity primary key,
  at           timestamptz not null,
  who          text not null check (who <> ''),
  action       text not null check (action <> ''),           -- 'customer.change-plan'
  subject      text not null,                                -- what was changed, for people
  customer_id  bigint,                                       -- null: no customer's
  before       text,
  after        text,
  request      text not null default ''                      -- X-Request-Id; '' where it did not come over HTTP
);
create index audit_log_customer on audit_log (customer_id, entry) where customer_id is not null;
create index audit_log_who on audit_log (who, entry);
-- The console's list of mails, the latest first.
create index outbox_listed on outbox (created_at desc, customer_id, message_key);

create trigger audit_log_immutable before update or delete on audit_log
  for each row execute function refuse_change();

-- local: verifications that were asked for over HTTP. Whoever does one raises beat_at; one that stands still was given up.
create table verification (
  verification  bigint generated always as identity primary key,
  started_at    timestamptz not null,
  started_by    text not null,
  recompute     boolean not null,
  sample        bigint,                                      -- customers to compute again; null: all
  state         text not null check (state in ('running', 'done', 'failed')),
  beat_at       timestamptz not null,
  step          text not null default '',
  done          bigint not null default 0,
  out_of        bigint,                                      -- what done counts to; null: not known
  ended_at      timestamptz,
  error         text not null default '',
  checks        text not null default '[]',                  -- JSON: what each found
  check ((state = 'running') = (ended_at is null))
);
create unique index verification_running on verification (state) where state = 'running';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert on audit_log to reckoner_writer;
    grant select, insert, update on verification to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
  end if;
end $$;
