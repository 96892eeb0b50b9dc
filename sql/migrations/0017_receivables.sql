-- What statements of bank accounts say, and whose money it was.

-- local: one row for each transaction of a bank account, once. payer is the customer to whom it was booked.
create table bank_entry (
  entry                 bigint generated always as identity primary key,
  account               text not null check (account <> ''),     -- ours, IBAN or the bank's own number
  bank_id               text not null check (bank_id <> ''),     -- the bank's name for the transaction
  booked_on             date not null,
  currency              text not null,
  amount                numeric not null check (amount <> 0),    -- below zero: money out
  instructed_currency   text,                                    -- what the payer ordered, in another currency
  instructed_amount     numeric,
  reversal              boolean not null,
  counterparty          text not null,
  counterparty_account  text not null,
  end_to_end            text not null,                           -- the payer's name for it; '' where there is none
  remittance            text not null,
  file                  text not null,
  read_at               timestamptz not null,
  state                 text not null check (state in ('open', 'booked', 'aside')),
  why                   text not null,                           -- how it was matched, or why not
  payer                 bigint,
  document              text not null default '',                -- number of the one it pays
  reference             text not null default '',                -- of the payment
  decided_by            text not null default '',                -- who settled it; '': matched when it was read
  decided_at            timestamptz,
  unique (account, bank_id),
  check ((state = 'booked') = (payer is not null)),
  check ((instructed_currency is null) = (instructed_amount is null))
);
create index bank_entry_open on bank_entry (entry) where state = 'open';
create index bank_entry_counterparty on bank_entry (counterparty_account, payer) where state = 'booked';
create index bank_entry_end_to_end on bank_entry (account, end_to_end) where state = 'booked';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on bank_entry to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
  end if;
end $$;
