-- Months of cost pools that could not be divided, until they are; and indexes by which months and days of issue are found.

-- local: why a month of a pool could not be divided, at the last try. Gone when it is, or when its amount is not there to be divided.
create table pool_problem (
  pool         text not null,
  month        text not null,
  reason       text not null,
  since        timestamptz not null,                         -- the first try that failed
  tried_at     timestamptz not null,                         -- the last one
  primary key (pool, month)
);

-- Periods are billed as they end, and documents issued as days pass: what belongs to a month lies together.
create index document_line_month on document_line using brin (period_starts_at) with (pages_per_range = 32);
create index document_day on document using brin (issued_on) with (pages_per_range = 32);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update, delete on pool_problem to reckoner_writer;
  end if;
end $$;
