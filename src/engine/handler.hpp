#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "config/configuration.hpp"
#include "engine/facts.hpp"
#include "engine/issue_days.hpp"
#include "engine/overdue.hpp"
#include "engine/work.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::engine {

/// What one pass of the statement phase works on: the periods of a batch that share a configuration
/// version. One thread at a time. Everything of a run lives here; handlers hold only const
/// settings.
class StatementContext {
 public:
  /// `reader` reads the configuration's meters.
  StatementContext(const config::Configuration& configuration, const meters::MeterReader& reader,
                   FactSource& facts, std::vector<PeriodWork*> periods);

  const config::Configuration& configuration() const { return configuration_; }
  const meters::MeterReader& meter_reader() const { return meter_reader_; }
  FactSource& facts() { return facts_; }
  /// All periods of the pass, also those of customers parked meanwhile; oldest first for each
  /// customer.
  std::span<PeriodWork* const> periods() const { return periods_; }
  /// The customers of the pass, each once, in the order of their first period.
  std::span<CustomerWork* const> customers() const { return customers_; }

  /// Calls `step` for every period of a customer that is not parked. A reckoner::Error out of it
  /// parks that customer with its message and goes on; anything else ends the batch.
  template <class Step>
  void for_each_period(Step&& step) {
    for (PeriodWork* period : periods_) {
      if (period->customer->parked) continue;
      try {
        step(*period);
      } catch (store::DatabaseError&) {
        throw;  // no fault of the customer's
      } catch (Error& error) {
        park(*period, error);
      }
    }
  }

 private:
  void park(PeriodWork& period, Error& error);

  const config::Configuration& configuration_;
  const meters::MeterReader& meter_reader_;
  FactSource& facts_;
  std::vector<PeriodWork*> periods_;
  std::vector<CustomerWork*> customers_;
};

/// What the document phase works on: the documents that the difference made. One thread at a time.
struct DocumentContext {
  const config::Configuration& configuration;
  FactSource& facts;
  std::vector<DocumentWork>& documents;
  std::vector<OutgoingMail>& mails;
  IssueDays days;  ///< fixed for the whole batch

  /// The day on which the document is or would be issued. Throws Error where the configuration does
  /// not have its legal entity.
  time::Date issued_on(const DocumentWork& work) const {
    return days.of(work.document.legal_entity);
  }

  /// Calls `step` for every document of a customer that is not parked. A reckoner::Error out of it
  /// parks the customer: none of its documents is issued.
  template <class Step>
  void for_each_document(Step&& step) {
    for (DocumentWork& work : documents) {
      if (work.customer->parked) continue;
      try {
        step(work);
      } catch (store::DatabaseError&) {
        throw;  // no fault of the customer's
      } catch (Error& error) {
        work.customer->parked = error.what();
      }
    }
  }
};

/// A step that computes statements: whole ones, at every run again. It never looks at what was
/// billed.
class StatementHandler {
 public:
  virtual ~StatementHandler() = default;
  virtual void handle(StatementContext& context) const = 0;
};

/// A step that belongs to the document and is never recomputed.
class DocumentHandler {
 public:
  virtual ~DocumentHandler() = default;
  virtual void handle(DocumentContext& context) const = 0;
};

/// What a step does about a document that is overdue; filled by the step's handler, done by the
/// engine in the transaction that notes the step as taken.
struct DunningAction {
  const OverdueDocument& document;
  time::Date today;  ///< in the zone of the document's legal entity

  std::optional<money::Money> fee = std::nullopt;  ///< above zero, in the document's currency
  std::string fee_tax = {};                        ///< its category of tax
  std::string mail_template = {};                  ///< a member; empty: no mail
  std::vector<std::string> announcements = {};     ///< names of domain::kEventKinds
  bool proposes_write_off = false;
};

/// A step of an engine that duns (docs/dunning.md): which one it is, and what it does about a
/// document whose turn it is. When that is, and that it is once, is the engine's.
class DunningHandler {
 public:
  virtual ~DunningHandler() = default;
  virtual invoicing::DunningStep step() const = 0;
  virtual void take(DunningAction& action) const = 0;
};

/// What one handler leaves and a later one needs.
enum class Fact { kSubscriptions, kDraftStatements, kStatementLines, kDocuments, kIssuedDocuments };
/// In words, for messages and the manual: "the draft statements".
std::string_view to_string(Fact fact);

enum class ParameterKind { kText, kDecimal, kMember };
std::string_view to_string(ParameterKind kind);

struct ParameterSpec {
  std::string name;
  ParameterKind kind;
  std::string help;                          ///< with the unit, where there is one
  std::optional<std::string> default_value;  ///< none: must be given
};

/// A handler's parameters as configured, checked against its spec: every one has a value of its
/// kind.
class HandlerSettings {
 public:
  HandlerSettings(std::vector<config::Parameter> parameters, domain::Place place,
                  const config::Configuration& configuration, std::set<Fact> present);

  const std::string& text(std::string_view name) const;
  money::Decimal decimal(std::string_view name) const;
  /// Whether an earlier handler of the chain leaves the fact.
  bool is_present(Fact fact) const { return present_.contains(fact); }
  /// Where the handler stands in billing-config.xml.
  const domain::Place& place() const { return place_; }
  /// The whole version: lives as long as the handler.
  const config::Configuration& configuration() const { return *configuration_; }

 private:
  std::vector<config::Parameter> parameters_;
  domain::Place place_;
  const config::Configuration* configuration_;
  std::set<Fact> present_;
};

using StatementFactory =
    std::function<std::unique_ptr<StatementHandler>(const HandlerSettings& settings)>;
using DocumentFactory =
    std::function<std::unique_ptr<DocumentHandler>(const HandlerSettings& settings)>;
using DunningFactory =
    std::function<std::unique_ptr<DunningHandler>(const HandlerSettings& settings)>;

/// Everything the engine, `reckoner handlers`, the manual and the check of a chain know about a
/// handler, said once. The kind of factory is its phase.
struct HandlerSpec {
  std::string class_name;
  std::string summary;
  std::vector<ParameterSpec> parameters;
  std::vector<Fact> needs;
  std::vector<Fact> leaves;
  std::vector<Fact> uses_up;  ///< what no later handler may need any more
  std::variant<StatementFactory, DocumentFactory, DunningFactory> create;
};
/// "statement", "document" or "dunning".
std::string_view phase_of(const HandlerSpec& spec);

using Catalogue = std::vector<HandlerSpec>;

}  // namespace reckoner::engine
