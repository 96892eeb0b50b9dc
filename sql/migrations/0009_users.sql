-- Users and their sessions.

-- Access ------------------------------------------------------------------------------------------------------ local
alter table api_key add column expires_at timestamptz;           -- null: never

create table app_user (
  user_id         bigint generated always as identity primary key,
  login           text not null unique check (login <> ''),      -- "anna"; "anna@acme" of a customer's
  email           text not null default '',
  role            text not null
                  check (role in ('tenant-viewer', 'tenant-admin', 'auditor', 'operator', 'billing-admin')),
  customer_id     bigint,                                        -- null: of the house
  password_hash   text not null,                                 -- Argon2id, with its parameters
  one_time_until  timestamptz,                                   -- the password is a one-time one; null: was chosen
  totp_secret     bytea,                                         -- sealed; null: no second factor
  totp_offered    bytea,                                         -- sealed, not confirmed yet
  totp_used_step  bigint not null default 0,                     -- of the last code that was taken
  revision        bigint not null default 1,                     -- raised by each change
  disabled_at     timestamptz,
  last_login_at   timestamptz,
  created_at      timestamptz not null,
  created_by      text not null,
  check ((customer_id is not null) = (role in ('tenant-viewer', 'tenant-admin')))
);
create index app_user_customer on app_user (customer_id, login);
create index app_user_login on app_user (login collate "C");         -- the list's order
create index api_key_customer on api_key (customer_id, key_id);

create table user_session (
  session_id   bigint generated always as identity primary key,
  secret_hash  bytea not null unique check (length(secret_hash) = 32),
  user_id      bigint not null references app_user,
  began_at     timestamptz not null,
  seen_at      timestamptz not null,                             -- a little behind: not each request writes
  expires_at   timestamptz not null
);
create index user_session_user on user_session (user_id);

do $$
begin
  if exists (select from pg_roles where rolname = 'reckoner_writer') then
    grant select, insert, update on app_user to reckoner_writer;
    grant select, insert, update, delete on user_session to reckoner_writer;
    grant usage, select on all sequences in schema public to reckoner_writer;
  end if;
end $$;
