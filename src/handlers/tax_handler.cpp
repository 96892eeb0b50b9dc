#include "handlers/tax_handler.hpp"

#include <algorithm>
#include <set>

#include "invoicing/tax.hpp"

namespace reckoner::handlers {

namespace {

using FirstIssues = std::map<engine::FactSource::PeriodOfCustomer, time::Date>;

/// Whether the prices behind the line contain the tax: those of its subscription's strategy; of a
/// line of the whole customer, those of all its subscriptions.
bool contains_tax(const config::Configuration& configuration, const engine::CustomerWork& customer,
                  const domain::DocumentLine& line, money::Currency currency) {
  bool any = false;
  bool all = true;
  for (const domain::Subscription& subscription : customer.subscriptions) {
    if (line.line.subscription && *line.line.subscription != subscription.number) continue;
    for (const domain::Plan& plan : configuration.plans) {
      if (plan.name != subscription.plan || plan.currency != currency) continue;
      any = true;
      all = all && plan.strategy->tax_inclusive;
    }
  }
  return any && all;
}

class TaxHandler : public engine::DocumentHandler {
 public:
  explicit TaxHandler(const engine::HandlerSettings& settings)
      : rules_(settings.configuration().taxes),
        point_(settings.configuration().settings.text("billing.tax.point") == "issue"
                   ? invoicing::TaxPoint::kIssue
                   : invoicing::TaxPoint::kPeriodEnd),
        rounded_(settings.configuration().settings.text("billing.tax.rounding") == "line"
                     ? invoicing::TaxRounding::kPerLine
                     : invoicing::TaxRounding::kPerRate) {}

  void handle(engine::DocumentContext& context) const override {
    if (rules_.home.empty()) return;
    const FirstIssues issues = first_issues(context);
    const money::Rounding rounding = context.configuration.settings.rounding();
    context.for_each_document([&](engine::DocumentWork& work) {
      domain::Document& document = work.document;
      const time::Date issued_on = context.issued_on(work);
      for (std::size_t i = 0; i < document.lines.size(); ++i) {
        domain::DocumentLine& line = document.lines[i];
        const auto first = issues.find({document.customer, line.period});
        const time::Date issued = first == issues.end() ? issued_on : first->second;
        invoicing::TaxDecision decision =
            invoicing::decide_tax(rules_, work.customer->customer, line.line.tax,
                                  invoicing::tax_point(line, point_, issued));
        keep_billed_rate(line, decision);
        line.tax_percent = decision.percent;
        work.taxable.push_back(
            {.category = line.line.tax,
             .tax = decision,
             .amount = work.after_coupons.empty() ? line.line.amount : work.after_coupons[i],
             .included =
                 contains_tax(context.configuration, *work.customer, line, document.currency)});
      }
      work.tax = invoicing::tax_of(work.taxable, document.currency, rounded_, rounding);
      document.taxes = work.tax.totals;
      domain::add_up(document);
    });
  }

 private:
  /// A true-up bears the rate of what it corrects, whatever the customer's status has become.
  void keep_billed_rate(const domain::DocumentLine& line, invoicing::TaxDecision& decision) const {
    if (!line.true_up || !line.tax_percent || line.tax_percent == decision.percent) return;
    decision.percent = line.tax_percent;
    if (decision.country.empty()) decision.country = rules_.home;
    if (!decision.percent->is_zero()) decision.note.clear();
  }

  /// A true-up keeps the tax point of what it corrects.
  static FirstIssues first_issues(const engine::DocumentContext& context) {
    std::set<engine::FactSource::PeriodOfCustomer> periods;
    for (const engine::DocumentWork& work : context.documents) {
      for (const domain::DocumentLine& line : work.document.lines) {
        if (line.true_up) periods.emplace(work.document.customer, line.period);
      }
    }
    return context.facts.first_issued_on(
        std::vector<engine::FactSource::PeriodOfCustomer>(periods.begin(), periods.end()));
  }

  const domain::TaxRules& rules_;
  const invoicing::TaxPoint point_;
  const invoicing::TaxRounding rounded_;
};

}  // namespace

engine::HandlerSpec tax_spec() {
  return {.class_name = "TaxHandler",
          .summary =
              "Taxes the document by country, category and tax point (taxes.xml), once a rate; "
              "without a home country there nothing is taxed.",
          .parameters = {},
          .needs = {engine::Fact::kDocuments},
          .leaves = {},
          .uses_up = {},
          .create = [](const engine::HandlerSettings& settings) {
            return std::make_unique<TaxHandler>(settings);
          }};
}

}  // namespace reckoner::handlers
