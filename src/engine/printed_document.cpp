#include "engine/printed_document.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "config/issuing.hpp"
#include "documents/invoice_pdf.hpp"
#include "documents/payment_link.hpp"
#include "engine/charge_of_line.hpp"
#include "engine/document_comparison.hpp"
#include "engine/recipients.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kVersion{"version of a printed document", R"(
  select version_id from document where customer_id = $1 and ordinal = $2)"};

constexpr store::Statement kRecipient{"recipient of a printed document", R"(
  select recipient from document where customer_id = $1 and ordinal = $2)"};

constexpr store::Statement kSubscriptions{"subscriptions of a printed document", R"(
  select subscription, plan, environment from subscription where customer_id = $1)"};

// Credit notes count, so what was voided is nothing.
constexpr store::Statement kCosts{"periods around a printed document", R"(
  select l.period_label, l.charge, max(l.subscription) as subscription,
         max(l.description) as description, sum(l.amount) as amount
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.customer_id = $1 and d.currency = $2 and l.ordinal <= $3
     and l.period_starts_at >= $4 and l.period_starts_at <= $5
   group by l.period_label, l.charge)"};

constexpr std::chrono::days kLookBack{400};
constexpr std::size_t kPeriodsMax = 12;

struct CostOfCharge {
  std::string title;
  money::Money amount;
};
using CostsOfPeriod = std::map<std::string, CostOfCharge>;  // by charge

class Printer {
 public:
  Printer(store::Connection& connection, Versions& versions, domain::Document document,
          VersionId version)
      : connection_(connection),
        versions_(versions),
        version_(versions.load(connection, version)),
        printed_{.document = std::move(document), .issuer = {}, .details = {}, .recipient = {}} {}

  documents::Printed print(std::int64_t up_to) {
    add_issuer();
    add_recipient();
    add_subscriptions();
    for (const domain::DocumentLine& line : printed_.document.lines) {
      printed_.steps.push_back(steps_of(line));
    }
    add_periods(up_to);
    if (document().ordinal != 0) add_changes();
    return std::move(printed_);
  }

 private:
  const config::Configuration& configuration() const { return version_->configuration(); }
  const domain::Document& document() const { return printed_.document; }

  void add_issuer() {
    const domain::LegalEntity& entity = configuration().legal_entity(document().legal_entity);
    printed_.issuer = documents::issuer_of(entity, configuration().settings.text("mail.from"));
    const config::Issuing issuing = config::issuing_of(version_->files(), entity.id);
    printed_.details = {
        .iban = issuing.iban,
        .bic = issuing.bic,
        .country = issuing.country.empty() ? configuration().taxes.home : issuing.country,
        .logo = {}};
    if (!issuing.logo.empty()) printed_.details.logo = version_->files().content.at(issuing.logo);
    printed_.details.payment_link =
        documents::payment_link(configuration().settings.text("payments.link"), document().number,
                                documents::open_at_issue(document()));
  }

  void add_recipient() {
    printed_.recipient = recipient_of(connection_, {document().customer, document().ordinal});
  }

  const domain::Plan* plan_named(const std::string& name) const {
    for (const domain::Plan& plan : configuration().plans) {
      if (plan.name == name && plan.currency == document().currency) return &plan;
    }
    return nullptr;
  }

  void add_subscriptions() {
    for (const store::Row& row : connection_.query(kSubscriptions, {document().customer})) {
      const domain::Plan* plan = plan_named(row.text("plan"));
      std::string title = plan == nullptr ? row.text("plan") : plan->title;
      const std::string environment = row.text("environment");
      if (!environment.empty()) title += " · " + environment;
      plans_.emplace(row.int64("subscription"), plan);
      printed_.subscriptions.emplace(row.int64("subscription"), std::move(title));
    }
  }

  pricing::Trace steps_of(const domain::DocumentLine& line) const {
    if (line.true_up || !has_charge_facts(line.line.facts)) return {};
    const auto facts = invoicing::parse_charge_facts(line.line.facts);
    const auto by = priced_by(configuration(), document().currency, facts);
    if (!by) return {};
    pricing::Trace steps;
    const pricing::Priced priced = invoicing::price(by->charge, facts, &steps);
    const money::Money amount = money::round_to_currency(priced.amount, document().currency,
                                                         configuration().settings.rounding());
    return amount == line.line.amount ? steps : pricing::Trace{};
  }

  std::string title_of(const std::string& charge, std::optional<std::int64_t> subscription,
                       const std::string& otherwise) const {
    const auto known = plans_.find(subscription.value_or(0));
    if (known == plans_.end() || known->second == nullptr) return otherwise;
    for (const domain::Charge& priced : known->second->charges) {
      if (priced.name == charge) return priced.title;
    }
    return otherwise;
  }

  void count(const std::string& label, const std::string& charge, std::string title,
             const money::Money& amount) {
    CostsOfPeriod& period = costs_[label];
    const auto known =
        period
            .try_emplace(charge, CostOfCharge{std::move(title), money::Money(document().currency)})
            .first;
    known->second.amount += amount;
  }

  /// What the document's last period and those before it came to. An interim invoice is not stored,
  /// so its own lines are counted beside.
  void add_periods(std::int64_t up_to) {
    if (document().lines.empty()) return;
    const domain::DocumentLine& last = document().lines.back();
    const std::string& label = last.period_label;
    for (const store::Row& row :
         connection_.query(kCosts, {document().customer, document().currency.code(), up_to,
                                    last.period.starts_at - kLookBack, last.period.starts_at})) {
      count(
          row.text("period_label"), row.text("charge"),
          title_of(row.text("charge"), row.optional_int64("subscription"), row.text("description")),
          money::Money(row.decimal("amount"), document().currency));
    }
    if (document().ordinal == 0) {
      for (const domain::DocumentLine& line : document().lines) {
        count(line.period_label, line.line.charge,
              title_of(line.line.charge, line.line.subscription, line.line.description),
              line.line.amount);
      }
    }
    // Labels of one rhythm sort as time does.
    const auto current = costs_.find(label);
    if (current == costs_.end() || current == costs_.begin()) return;
    compare(std::prev(current)->second, current->second);
    auto from = current;
    for (std::size_t i = 1; i < kPeriodsMax && from != costs_.begin(); ++i) --from;
    for (; from != std::next(current); ++from) {
      money::Money sum(document().currency);
      for (const auto& [charge, cost] : from->second) sum += cost.amount;
      printed_.periods.push_back({from->first, sum});
    }
  }

  void compare(const CostsOfPeriod& before, const CostsOfPeriod& now) {
    std::map<std::string, documents::ComparedCharge> compared;
    const auto entry = [&](const std::string& charge,
                           const CostOfCharge& cost) -> documents::ComparedCharge& {
      const money::Money nothing(document().currency);
      return compared.try_emplace(charge, documents::ComparedCharge{cost.title, nothing, nothing})
          .first->second;
    };
    for (const auto& [charge, cost] : now) entry(charge, cost).now = cost.amount;
    for (const auto& [charge, cost] : before) entry(charge, cost).before = cost.amount;
    for (auto& [charge, each] : compared) {
      if (each.before.is_zero() && each.now.is_zero()) continue;
      printed_.compared.push_back(std::move(each));
    }
    const auto larger = [](const documents::ComparedCharge& charge) {
      return std::max(charge.before, charge.now);
    };
    std::stable_sort(printed_.compared.begin(), printed_.compared.end(),
                     [&](const auto& a, const auto& b) { return larger(a) > larger(b); });
  }

  void add_changes() {
    const DocumentComparison comparison = compare_with_before(connection_, versions_, document());
    if (comparison.before) printed_.before = comparison.before->number;
    for (const DocumentComparison::Charge& charge : comparison.charges) {
      if (charge.large) printed_.changes.push_back({charge.title, *charge.large});
    }
  }

  store::Connection& connection_;
  Versions& versions_;
  const std::shared_ptr<const CompiledVersion> version_;
  documents::Printed printed_;
  std::map<std::int64_t, const domain::Plan*> plans_;  // by subscription; null: not known any more
  std::map<std::string, CostsOfPeriod> costs_;         // by label
};

}  // namespace

documents::Recipient recipient_of(store::Connection& connection, store::DocumentId id) {
  const auto row = connection.query(kRecipient, {id.customer, id.ordinal}).at_most_one();
  const auto kept = row ? row->optional_text("recipient") : std::nullopt;
  if (kept) return documents::parse_stored_recipient(*kept);
  return recipients_now(connection, std::vector{id.customer}).at(id.customer);
}

documents::Printed printed_document(store::Connection& connection, Versions& versions,
                                    store::DocumentId id) {
  domain::Document document = store::load_document(connection, id);
  const VersionId version{
      connection.query(kVersion, {id.customer, id.ordinal}).only().int64("version_id")};
  return Printer(connection, versions, std::move(document), version).print(id.ordinal);
}

documents::Printed printed_interim(store::Connection& connection, Versions& versions,
                                   const InterimInvoice& invoice) {
  documents::Printed printed = Printer(connection, versions, invoice.document, invoice.version)
                                   .print(std::numeric_limits<std::int64_t>::max());
  printed.as_of = invoice.as_of;
  return printed;
}

std::function<documents::Attachment(store::Connection&, CustomerId, std::int64_t)> document_file(
    Versions& versions) {
  return [&versions](store::Connection& connection, CustomerId customer, std::int64_t ordinal) {
    const documents::Printed printed = printed_document(connection, versions, {customer, ordinal});
    return documents::Attachment{.name = file_stem(printed.document.number) + ".pdf",
                                 .type = "application/pdf",
                                 .bytes = documents::to_pdf(printed)};
  };
}

std::string file_stem(std::string_view number) {
  constexpr std::size_t kLengthMax = 50;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  std::string stem(number.substr(0, kLengthMax));
  std::replace_if(
      stem.begin(), stem.end(), [&](char c) { return !is_plain(c); }, '-');
  return stem;
}

}  // namespace reckoner::engine
