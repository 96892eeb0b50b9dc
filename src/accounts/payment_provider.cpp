#include "accounts/payment_provider.hpp"

#include "accounts/reconciliation.hpp"
#include "accounts/stripe_provider.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kBooked{"accounts.booked_provider_payment", R"(
  select payer, document from bank_entry where account = $1 and bank_id = $2)"};

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

std::vector<std::unique_ptr<PaymentProvider>> payment_providers(const config::Settings& settings) {
  std::vector<std::unique_ptr<PaymentProvider>> providers;
  std::vector<std::string> secrets = words_of(settings.secret("payments.stripe.secrets"));
  if (!secrets.empty()) providers.push_back(stripe_provider(std::move(secrets)));
  return providers;
}

BookedPayment book_provider_payment(store::Connection& connection, const ChangeRules& rules,
                                    const std::string& provider, const ProviderPayment& payment) {
  const bool returns = !payment.of.empty();
  const BankEntry entry{.account = provider,
                        .bank_id = payment.transaction,
                        .booked_on = time::Zone::utc().date_of(payment.paid_at),
                        .amount = payment.amount,
                        .instructed = std::nullopt,
                        .reversal = returns,
                        .end_to_end = payment.of,
                        .remittance = returns ? payment.note : payment.document};
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  const BankImport taken = returns ? take_return(connection, rules, provider, entry)
                                   : take_exact_payment(connection, rules, provider, entry);
  BookedPayment booked{.is_new = taken.known == 0, .state = taken.booked > 0 ? "booked" : "open"};
  const store::Row row = connection.query(kBooked, {provider, payment.transaction}).only();
  if (const auto payer = row.optional_int64("payer")) booked.customer = CustomerId{*payer};
  booked.document = row.text("document");
  transaction.commit();
  return booked;
}

}  // namespace reckoner::accounts
