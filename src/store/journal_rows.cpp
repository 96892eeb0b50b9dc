#include "store/journal_rows.hpp"

#include "store/journal_position.hpp"

namespace reckoner::store {

JournalRows::JournalRows(Connection& connection)
    : position_(open_journal_position(connection)),
      copy_(connection, "copy postings", "posting",
            {"customer_id", "entry", "account", "currency", "amount", "booked_on", "legal_entity",
             "journal_position"}) {}

void JournalRows::add(CustomerId customer, std::string_view entry, std::string_view account,
                      const money::Money& amount, time::Date booked_on,
                      std::string_view legal_entity) {
  copy_.row()
      .add(customer)
      .add(entry)
      .add(account)
      .add(amount.currency().code())
      .add(amount.amount())
      .add(booked_on)
      .add(legal_entity)
      .add(position_)
      .end();
}

}  // namespace reckoner::store
