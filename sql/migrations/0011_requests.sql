-- local: requests with an Idempotency-Key that had their effect, and what they were answered. Kept for ever; written in the
-- transaction of the effect.
create table answered_request (
  scope            text not null check (scope = 'staff' or scope ~ '^customer [0-9]+$'),
  idempotency_key  text not null check (length(idempotency_key) between 1 and 200),
  digest           text not null check (length(digest) = 64),
  status           integer not null check (status between 200 and 399),
  content_type     text not null,
  headers          text not null,
  body             text not null,
  whole            boolean not null,
  answered_at      timestamptz not null,
  primary key (scope, idempotency_key)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert on answered_request to reckoner_writer;
  end if;
end $$;
