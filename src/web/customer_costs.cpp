#include "web/customer_costs.hpp"

#include <algorithm>

namespace reckoner::web {

namespace {

constexpr store::Statement kBilled{"api.billed_costs", R"(
  select l.period_label, l.charge, l.ordinal, sum(l.amount) as amount,
         max(l.subscription) as subscription, max(l.description) as description
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.customer_id = $1 and d.currency = $2 and l.period_starts_at >= $3 and l.period_starts_at < $4
   group by l.period_label, l.charge, l.ordinal
   order by l.ordinal)"};
constexpr store::Statement kCurrencies{"api.currencies_of_customer", R"(
  select currency from subscription where customer_id = $1
   group by currency order by max(starts_at) desc, currency)"};
constexpr store::Statement kCycle{"api.cycle_of_customer", R"(
  select months, anchor_day, time_zone from cycle
   where customer_id = $1 and currency = $2 order by cycle desc limit 1)"};
constexpr store::Statement kPlans{"api.plans_of_customer", R"(
  select subscription, plan, currency from subscription where customer_id = $1)"};
constexpr store::Statement kNumbers{"api.numbers_of_documents", R"(
  select ordinal, number from issued where customer_id = $1 and ordinal = any($2::bigint[]))"};

}  // namespace

const BilledCosts::OfMonth* BilledCosts::find(const std::string& label) const {
  const auto found = months.find(label);
  return found == months.end() ? nullptr : &found->second;
}

BilledCosts read_billed_costs(CustomerSession& session, money::Currency currency,
                              const time::Period& stretch) {
  BilledCosts costs;
  for (const store::Row& row : session.connection().query(
           kBilled, {session.customer(), currency.code(), stretch.starts_at, stretch.ends_at})) {
    BilledCosts::OfMonth& month = costs.months[row.text("period_label")];
    const money::Decimal amount = row.decimal("amount");
    month.subtotal += amount;
    BilledCosts::OfCharge& charge = month.charges[row.text("charge")];
    charge.amount += amount;
    charge.subscription = row.optional_int64("subscription");
    charge.description = row.text("description");
    const std::int64_t ordinal = row.int64("ordinal");
    if (month.documents.empty() || month.documents.back() != ordinal) {
      month.documents.push_back(ordinal);
    }
  }
  return costs;
}

std::vector<money::Currency> currencies_of(CustomerSession& session) {
  std::vector<money::Currency> currencies;
  for (const store::Row& row : session.connection().query(kCurrencies, {session.customer()})) {
    currencies.push_back(money::Currency::of(row.text("currency")));
  }
  return currencies;
}

std::optional<time::CycleRule> cycle_of(CustomerSession& session, money::Currency currency) {
  const auto row =
      session.connection().query(kCycle, {session.customer(), currency.code()}).at_most_one();
  if (!row) return std::nullopt;
  return time::CycleRule{.anchor_day = static_cast<int>(row->int64("anchor_day")),
                         .months = static_cast<int>(row->int64("months")),
                         .zone = time::Zone::named(row->text("time_zone"))};
}

std::string month_after(const std::string& label, int months) {
  return time::to_string(time::month_day(time::parse_date(label + "-01"), months, 1)).substr(0, 7);
}

ChargeTitles::ChargeTitles(CustomerSession& session) {
  const config::Configuration& configuration = session.active().configuration();
  for (const store::Row& row : session.connection().query(kPlans, {session.customer()})) {
    const std::string plan = row.text("plan");
    for (const domain::Plan& priced : configuration.plans) {
      if (priced.name != plan || priced.currency.code() != row.text("currency")) continue;
      for (const domain::Charge& charge : priced.charges) {
        titles_.emplace(std::pair(row.int64("subscription"), charge.name), charge.title);
      }
    }
  }
}

std::string ChargeTitles::of(const std::string& charge, std::optional<std::int64_t> subscription,
                             const std::string& otherwise) const {
  const auto found = titles_.find({subscription.value_or(0), charge});
  return found == titles_.end() ? otherwise : found->second;
}

std::vector<ChargeLines> charges_of(const domain::Document& document, const std::string& label) {
  std::vector<ChargeLines> charges;
  for (std::size_t i = 0; i < document.lines.size(); ++i) {
    const domain::DocumentLine& line = document.lines[i];
    if (line.period_label != label) continue;
    auto found = std::find_if(charges.begin(), charges.end(), [&](const ChargeLines& charge) {
      return charge.charge == line.line.charge;
    });
    if (found == charges.end()) {
      found = charges.insert(
          charges.end(),
          ChargeLines{line.line.charge, line.line.subscription, line.line.description, {}, {}});
    }
    found->amount += line.line.amount.amount();
    found->lines.push_back(static_cast<std::int64_t>(i + 1));
  }
  return charges;
}

const domain::Document* document_in(const std::vector<domain::Document>& documents,
                                    money::Currency currency) {
  const auto found =
      std::find_if(documents.begin(), documents.end(),
                   [&](const domain::Document& document) { return document.currency == currency; });
  return found == documents.end() ? nullptr : &*found;
}

std::map<std::int64_t, std::string> document_numbers(CustomerSession& session,
                                                     const std::vector<std::int64_t>& ordinals) {
  std::map<std::int64_t, std::string> numbers;
  if (ordinals.empty()) return numbers;
  for (const store::Row& row :
       session.connection().query(kNumbers, {session.customer(), ordinals})) {
    numbers.emplace(row.int64("ordinal"), row.text("number"));
  }
  return numbers;
}

}  // namespace reckoner::web
