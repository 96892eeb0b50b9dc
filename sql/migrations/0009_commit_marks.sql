-- What tells, whatever happened to the server meanwhile, that a transaction was kept whose COMMIT was never answered: it
-- wrote its mark here. Rows are of use for seconds, and removed after a day.
create table commit_mark (
  mark text primary key check (length(mark) = 32),
  made_at timestamptz not null default clock_timestamp()
);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on commit_mark to reckoner_writer;
  end if;
end
$$;
