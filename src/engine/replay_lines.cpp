#include "engine/replay_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "invoicing/line_quantity.hpp"
#include "invoicing/proofs.hpp"

namespace reckoner::engine {

namespace {

const std::vector<std::int64_t> kNoDocuments;

/// The lines of one document on their way.
class Lines {
 public:
  Lines(const CustomerHistory& history, const BilledSoFar& billed,
        const store::ScannedDocument& document, PricingVersions& versions, const UsageReach& reach)
      : history_(history),
        billed_(billed),
        scanned_(document),
        document_(*document.document),
        versions_(versions),
        reach_(reach) {}

  ReplayedLines run() {
    for (const domain::DocumentLine& line : document_.lines) {
      ++number_;
      domain::DocumentLine replayed = line;
      try {
        replay(line, replayed);
      } catch (const store::DatabaseError&) {
        throw;
      } catch (const Error& error) {
        differ(line, error.what());
      }
      result_.lines.push_back(std::move(replayed));
    }
    return std::move(result_);
  }

 private:
  void replay(const domain::DocumentLine& line, domain::DocumentLine& replayed) {
    const std::string& facts = line.line.facts;
    if (facts.find("\"stretches\"") != facts.npos) {
      replay_charge(line, replayed);
    } else if (facts == R"({"deserved":"nothing any more"})") {
      const BilledSoFar::Sum before = billed_before(line);
      take(line, replayed, -before.amount, -before.quantity);
    } else {
      replay_figures(line, replayed);
    }
  }

  BilledSoFar::Sum billed_before(const domain::DocumentLine& line) const {
    return billed_.of_key(line.period, line.line.key, scanned_.id.ordinal);
  }

  void replay_charge(const domain::DocumentLine& line, domain::DocumentLine& replayed) {
    const invoicing::ChargeFacts facts = invoicing::parse_charge_facts(line.line.facts);
    replayed.line.facts = invoicing::to_json(facts);
    if (replayed.line.facts != line.line.facts) differ(line, "its facts are written otherwise");
    const BilledSoFar::Sum before = billed_before(line);
    std::optional<Pricing> first;
    for (const VersionId id : versions_of(line)) {
      const PricingVersion& version = versions_.at(id);
      const domain::Charge* charge = version.charge(facts.plan, facts.charge, document_.currency);
      if (charge == nullptr) continue;
      Pricing pricing{&version, charge, {}, money::Money(document_.currency)};
      pricing.priced = invoicing::price(*charge, facts);
      pricing.rounded = money::round_to_currency(pricing.priced.amount, document_.currency,
                                                 version.configuration.settings.rounding());
      const bool fits = pricing.rounded.amount() - before.amount == line.line.amount.amount();
      if (!first || fits) first = std::move(pricing);
      if (fits) break;
    }
    if (!first) {
      throw Error(fmt::format("no configuration version of its time has charge '{}' on plan '{}'",
                              facts.charge, facts.plan));
    }
    const auto quantity = invoicing::line_quantity(*first->charge, facts, first->priced);
    if (!quantity) say_taken(line, "its quantity: days are not among its facts");
    take(line, replayed, first->rounded.amount() - before.amount,
         quantity ? *quantity - before.quantity : line.line.quantity);
    measure(line, facts, *first);
  }

  struct Pricing {
    const PricingVersion* version;
    const domain::Charge* charge;
    pricing::Priced priced;
    money::Money rounded;
  };

  /// Those that the line's period can have been pinned to when it was billed, the likeliest first.
  std::vector<VersionId> versions_of(const domain::DocumentLine& line) const {
    std::vector<VersionId> found;
    const auto add = [&](VersionId version) {
      if (std::find(found.begin(), found.end(), version) == found.end()) found.push_back(version);
    };
    if (!line.true_up) return {scanned_.version};
    const auto period = history_.periods.find(line.period);
    if (period != history_.periods.end()) {
      if (period->second.pinned) add(*period->second.pinned);
      if (period->second.first_billed) add(*period->second.first_billed);
    }
    for (const store::ScannedDocument& document : history_.documents) {
      if (document.id.ordinal > scanned_.id.ordinal) break;
      add(document.version);
    }
    return found;
  }

  /// What a handler worked out from figures that stand beside the amount.
  void replay_figures(const domain::DocumentLine& line, domain::DocumentLine& replayed) {
    const auto figures = invoicing::amount_of_figures(
        line.line.facts, document_.currency,
        versions_.at(scanned_.version).configuration.settings.rounding());
    if (!figures) {
      say_taken(line, fmt::format("it is of a handler of one's own, '{}'", line.line.charge));
      return;
    }
    money::Decimal whole = figures->of_key ? billed_before(line).amount
                                           : billed_.of_charge(line, scanned_.id.ordinal).amount;
    int parts = 0;
    for (const domain::DocumentLine& other : document_.lines) {
      const bool together = figures->of_key ? other.line.key == line.line.key
                                            : other.line.charge == line.line.charge &&
                                                  other.line.subscription == line.line.subscription;
      if (!together || other.period != line.period) continue;
      whole += other.line.amount.amount();
      ++parts;
    }
    if (whole == figures->amount.amount()) return;
    if (!figures->exact) {
      const money::Decimal off = (whole - figures->amount.amount()).abs();
      if (money::Money(off, document_.currency) <= invoicing::smallest_amount(document_.currency)) {
        return;
      }
    }
    if (parts == 1) {
      replayed.line.amount = money::Money(
          line.line.amount.amount() + figures->amount.amount() - whole, document_.currency);
    }
    differ(line, fmt::format("{} stands for it in all, its figures come to {}", whole.to_string(),
                             figures->amount.to_string()));
  }

  void take(const domain::DocumentLine& line, domain::DocumentLine& replayed,
            const money::Decimal& amount, const money::Decimal& quantity) {
    replayed.line.amount = money::Money(amount, document_.currency);
    replayed.line.quantity = quantity;
    if (replayed.line.amount != line.line.amount) {
      differ(line, fmt::format("{} was issued, its facts less what was billed before come to {}",
                               line.line.amount.to_string(), replayed.line.amount.to_string()));
    }
    if (quantity != line.line.quantity) {
      differ(line, fmt::format("a quantity of {} was issued, its facts give {}",
                               line.line.quantity.to_string(), quantity.to_string()));
    }
  }

  /// The usage behind a metered charge, from the events that the document knew.
  void measure(const domain::DocumentLine& line, const invoicing::ChargeFacts& facts,
               const Pricing& pricing) {
    const domain::OfMeters* metering = domain::metering_of(*pricing.charge);
    if (metering == nullptr) return;
    if (pricing.charge->option) {
      say_taken(line, "its usage: it counts while an option stands");
      return;
    }
    const auto period = stretch_of(line);
    if (!period) {
      say_taken(line, "its usage: its period or subscription is not there");
      return;
    }
    if (const auto missing = reach_.missing_from(earliest(*pricing.version, *metering, *period))) {
      say_taken(line, fmt::format("its usage: {}", *missing));
      return;
    }
    const invoicing::ChargeFacts::Stretch& last = facts.stretches.back();
    const domain::ChargeModel& model =
        invoicing::plain_terms(*pricing.charge, last.terms.effective).model;
    const pricing::Measure measured = measure_again(
        history_.events, reach_, *pricing.version->reader, *metering, model, *period, scanned_.cut);
    const pricing::Measure& stored = last.through;
    if (measured.quantity != stored.quantity) {
      differ(line,
             fmt::format("the events known at cut {} measure {}, its facts say {}", scanned_.cut,
                         measured.quantity.to_string(), stored.quantity.to_string()));
    } else if (measured.quantities != stored.quantities ||
               measured.transactions != stored.transactions) {
      differ(line, fmt::format("the events known at cut {} measure other single figures than its "
                               "facts say",
                               scanned_.cut));
    }
  }

  static time::Instant earliest(const PricingVersion& version, const domain::OfMeters& metering,
                                const time::Period& period) {
    for (const std::string& name : metering.meters) {
      const domain::Meter* meter = version.reader->find(name);
      if (meter != nullptr && !domain::is_folded(meter->aggregation)) return time::Instant::min();
    }
    return period.starts_at;
  }

  /// The instants of the line's days: those of its subscription and period where they lie within.
  std::optional<time::Period> stretch_of(const domain::DocumentLine& line) const {
    const auto period = history_.periods.find(line.period);
    if (period == history_.periods.end() || !line.line.subscription) return std::nullopt;
    const auto lifetime = history_.subscriptions.find(*line.line.subscription);
    if (lifetime == history_.subscriptions.end()) return std::nullopt;
    const time::Zone& zone = period->second.zone;
    const auto on = [&](time::Date day, time::Instant instant) {
      return zone.date_of(instant) == day;
    };
    time::Period stretch{zone.start_of(line.line.starts_on), zone.start_of(line.line.ends_on)};
    if (on(line.line.starts_on, line.period.starts_at)) stretch.starts_at = line.period.starts_at;
    if (on(line.line.starts_on, lifetime->second.starts_at)) {
      stretch.starts_at = std::max(stretch.starts_at, lifetime->second.starts_at);
    }
    if (on(line.line.ends_on, period->second.ends_at)) stretch.ends_at = period->second.ends_at;
    if (lifetime->second.ends_at && on(line.line.ends_on, *lifetime->second.ends_at) &&
        *lifetime->second.ends_at < period->second.ends_at) {
      stretch.ends_at = *lifetime->second.ends_at;
    }
    return stretch;
  }

  void differ(const domain::DocumentLine& line, std::string_view what) {
    result_.differences.push_back(
        fmt::format("line {} ({} {}): {}", number_, line.period_label, line.line.charge, what));
  }
  void say_taken(const domain::DocumentLine& line, std::string_view what) {
    result_.taken.push_back(
        fmt::format("line {} ({} {}): {}", number_, line.period_label, line.line.charge, what));
  }

  const CustomerHistory& history_;
  const BilledSoFar& billed_;
  const store::ScannedDocument& scanned_;
  const domain::Document& document_;
  PricingVersions& versions_;
  const UsageReach& reach_;
  int number_ = 0;
  ReplayedLines result_;
};

}  // namespace

void BilledSoFar::add(const store::ScannedDocument& document) {
  if (!document.document) return;
  for (const domain::DocumentLine& line : document.document->lines) {
    const std::pair key{line.period, line.line.key};
    std::vector<std::int64_t>& documents = documents_[key];
    if (documents.empty() || documents.back() != document.id.ordinal) {
      documents.push_back(document.id.ordinal);
    }
    if (!line.counts) continue;
    const Entry entry{document.id.ordinal, line.line.quantity, line.line.amount.amount()};
    by_key_[key].push_back(entry);
    by_charge_[{line.period, line.line.subscription, line.line.charge}].push_back(entry);
  }
}

BilledSoFar::Sum BilledSoFar::sum(const std::vector<Entry>& entries, std::int64_t ordinal) const {
  Sum sum;
  for (const Entry& entry : entries) {
    if (entry.ordinal >= ordinal) break;
    const auto gone = history_.voids.find(entry.ordinal);
    const bool billed_again =
        gone != history_.voids.end() && gone->second.rebill && gone->second.by_ordinal < ordinal;
    if (billed_again) continue;
    sum.quantity += entry.quantity;
    sum.amount += entry.amount;
  }
  return sum;
}

BilledSoFar::Sum BilledSoFar::of_key(const domain::PeriodKey& period, const std::string& key,
                                     std::int64_t ordinal) const {
  const auto found = by_key_.find({period, key});
  return found == by_key_.end() ? Sum{} : sum(found->second, ordinal);
}

BilledSoFar::Sum BilledSoFar::of_charge(const domain::DocumentLine& line,
                                        std::int64_t ordinal) const {
  const auto found = by_charge_.find({line.period, line.line.subscription, line.line.charge});
  return found == by_charge_.end() ? Sum{} : sum(found->second, ordinal);
}

const std::vector<std::int64_t>& BilledSoFar::documents_of(const domain::PeriodKey& period,
                                                           const std::string& key) const {
  const auto found = documents_.find({period, key});
  return found == documents_.end() ? kNoDocuments : found->second;
}

ReplayedLines replay_lines(const CustomerHistory& history, const BilledSoFar& billed,
                           const store::ScannedDocument& document, PricingVersions& versions,
                           const UsageReach& reach) {
  return Lines(history, billed, document, versions, reach).run();
}

}  // namespace reckoner::engine
