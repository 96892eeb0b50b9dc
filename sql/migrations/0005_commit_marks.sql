-- local: what tells, whatever happened to the server meanwhile, that a transaction was kept whose COMMIT was never answered: it
-- wrote its mark here. A row is of use for seconds; the last 10,000 stay.
create table commit_mark (
  mark    text primary key check (length(mark) = 32),
  number  bigint generated always as identity unique
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on commit_mark to reckoner_writer;
  end if;
end $$;
