-- Documents that are overdue: what was done about them, what customers dispute, and what was given up.

-- distributed: a step of dunning that was taken on a document, once for ever.
create table dunning_step (
  customer_id  bigint not null,
  ordinal      bigint not null,                -- of the document
  step         text not null check (step <> ''),             -- as the chain calls it
  place        int not null check (place >= 1),              -- counts the steps of the document
  handler      text not null,
  days         int not null check (days >= 0),               -- after the day due, as it was configured
  taken_on     date not null,                  -- in the zone of the document's legal entity
  taken_at     timestamptz not null,
  run_id       bigint not null,
  version_id   bigint not null,
  currency     text not null,
  overdue      numeric not null check (overdue > 0),         -- open and not disputed
  disputed     numeric not null check (disputed >= 0),
  fee          numeric check (fee > 0),        -- null: none
  fee_tax      text not null,                  -- its category of tax
  charge       text not null,                  -- key of the charge that bills it; '': none
  note         text not null,                  -- for people: why a fee was not charged
  primary key (customer_id, ordinal, step),
  unique (customer_id, ordinal, place)
);

-- distributed: dunning of a document that came to an end when so many steps were taken.
create table dunning_end (
  customer_id  bigint not null,
  ordinal      bigint not null,
  steps        int not null check (steps >= 1),
  reason       text not null check (reason in ('paid', 'credited', 'void', 'written-off')),
  ended_on     date not null,
  ended_at     timestamptz not null,
  run_id       bigint not null,
  primary key (customer_id, ordinal, steps)
);

-- distributed: a step that turned out to be wrong, and the charge that gives its fee back.
create table dunning_undo (
  customer_id  bigint not null,
  ordinal      bigint not null,
  step         text not null,
  reason       text not null check (reason <> ''),
  charge       text not null default '',       -- '': it had no fee
  undone_at    timestamptz not null,
  run_id       bigint not null,
  primary key (customer_id, ordinal, step),
  foreign key (customer_id, ordinal, step) references dunning_step (customer_id, ordinal, step)
);

create trigger dunning_step_immutable before update or delete on dunning_step
  for each row execute function refuse_change();
create trigger dunning_end_immutable before update or delete on dunning_end
  for each row execute function refuse_change();
create trigger dunning_undo_immutable before update or delete on dunning_undo
  for each row execute function refuse_change();

-- distributed: a document that is proposed to be given up.
create table write_off (
  customer_id  bigint not null,
  ordinal      bigint not null,
  proposed_on  date not null,
  proposed_at  timestamptz not null,
  currency     text not null,
  amount       numeric not null check (amount > 0),          -- proposed; accepted: given up
  state        text not null default 'open' check (state in ('open', 'accepted', 'refused', 'ended')),
  decided_at   timestamptz,
  decided_by   text not null default '',
  reason       text not null default '',
  payment      bigint,                         -- that books it
  primary key (customer_id, ordinal),
  check ((state = 'open') = (decided_at is null)),
  check ((state = 'accepted') = (payment is not null))
);
create index write_off_open on write_off (customer_id) where state = 'open';

-- distributed: what a customer does not agree to.
create table dispute (
  customer_id  bigint not null,
  dispute      int not null check (dispute >= 1),            -- counts within the customer
  ordinal      bigint not null,                -- of the document
  line         int check (line >= 1),          -- null: the document as a whole
  currency     text not null,
  amount       numeric not null check (amount > 0),          -- of the line as it is printed, or of the total
  held         numeric not null check (held > 0),            -- with the tax that comes on top: not overdue meanwhile
  message      text not null check (message <> ''),
  opened_at    timestamptz not null,
  opened_by    text not null,
  state        text not null default 'open' check (state in ('open', 'credited', 'refused', 'withdrawn')),
  settled_at   timestamptz,
  settled_by   text not null default '',
  reason       text not null default '',
  credit_note  bigint,                         -- ordinal of the one that settled it
  primary key (customer_id, dispute),
  check ((state = 'open') = (settled_at is null)),
  check ((state = 'credited') = (credit_note is not null))
);
create index dispute_open on dispute (customer_id, ordinal) where state = 'open';

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert on dunning_step, dunning_end, dunning_undo to reckoner_writer;
    grant select, insert, update on write_off, dispute to reckoner_writer;
  end if;
end $$;
