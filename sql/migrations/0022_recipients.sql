-- Whom documents are for, as their pages and files have it (docs/documents.md).

-- What an operator, or the customer's own people, set; '' where nothing was said. No amount depends on it.
alter table customer
  add column street           text not null default '',      -- up to three lines, divided by line feeds
  add column city             text not null default '',
  add column postal_code      text not null default '',
  add column subdivision      text not null default '',      -- state, province, canton
  add column address_country  text not null default '',      -- ISO 3166-1; '': the country where it is taxed
  add column buyer_reference  text not null default '',
  add column purchase_order   text not null default '';

-- As the customer was when the document was issued, JSON; null for documents issued before this was kept. It is no part of what
-- content_hash is taken of.
alter table document add column recipient text;
