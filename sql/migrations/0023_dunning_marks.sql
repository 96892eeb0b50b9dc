-- What dunning need not read again (docs/dunning.md).

-- distributed: a customer's documents as they were when a run of dunning looked at them. Those up to `through` that are not in `kept` were
-- settled, and are read again only where something was taken back since.
create table dunning_mark (
  customer_id  bigint primary key,
  through      bigint not null check (through >= 0),         -- ordinal of the last document then
  kept         bigint[] not null,                            -- ordinals: what was open, and the credit notes on it
  payment      bigint not null check (payment >= 0)          -- the last payment then
);

create index payment_document on payment (customer_id, document) where document <> '';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on dunning_mark to reckoner_writer;
  end if;
end $$;
