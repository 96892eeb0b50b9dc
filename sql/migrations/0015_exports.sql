-- Exports: how far the journal has come, and what was handed over of it.

-- local: the position that is written with what is booked and issued now. It is raised while nobody books (the advisory lock
-- kBooksLock): all positions below it are complete, for ever.
create table journal_counter (
  only_row  boolean primary key default true check (only_row),
  position  bigint not null check (position >= 1)
);
insert into journal_counter (position) values (1);

-- distributed: what is booked and issued. Rows of before stand at the first position.
alter table posting add column journal_position bigint not null default 1;
alter table document add column journal_position bigint not null default 1;
create index posting_position on posting using brin (journal_position);
create index document_position on document using brin (journal_position);

-- local: what was handed over, for ever. A chain is what has the same kind, format, customer and legal entity; each export begins
-- where the one before it in its chain ended. The bytes are made again from the range; sha256 says that they are the same.
create table export (
  export          bigint generated always as identity primary key,
  kind            text not null check (kind in ('journal', 'focus', 'erp')),
  format          text not null,
  customer        text not null,               -- key; '' takes all
  legal_entity    text not null,               -- as people write it; '' takes all
  number          bigint not null check (number >= 1),   -- within the chain
  after_position  bigint not null check (after_position >= 0),
  through_position bigint not null check (through_position >= after_position),
  version_id      bigint not null,             -- of the configuration that its texts are from
  declared        text[] not null,             -- accounts that it declares, as the first of its chain
  row_count       bigint not null check (row_count >= 0),
  byte_count      bigint not null check (byte_count >= 0),
  sha256          bytea not null check (length(sha256) = 32),
  made_at         timestamptz not null,
  made_by         text not null,
  unique (kind, format, customer, legal_entity, number)
);
create trigger export_immutable before update or delete on export
  for each row execute function refuse_change();

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, update on journal_counter to reckoner_writer;
    grant select, insert on export to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
  end if;
end $$;
