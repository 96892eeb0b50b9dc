#include "engine/dunning_status.hpp"

#include <map>
#include <set>

#include "store/receivable_rows.hpp"

namespace reckoner::engine {

namespace {

using money::Money;
using DocumentKey = std::pair<CustomerId, std::int64_t>;

constexpr std::string_view kProposal = "WriteOffProposalHandler";

constexpr store::Statement kList{"dunned documents", R"(
  select s.customer_id, s.ordinal, c.key, c.name, e.steps, e.reason, e.ended_on,
         e.steps is null or e.steps < s.places as goes_on
    from (select customer_id, ordinal, max(place) as places from dunning_step
           where $1::bigint is null or customer_id = $1
           group by customer_id, ordinal) s
    join customer c on c.customer_id = s.customer_id
    left join (select distinct on (customer_id, ordinal) customer_id, ordinal, steps, reason, ended_on
                 from dunning_end where $1::bigint is null or customer_id = $1
                order by customer_id, ordinal, steps desc) e
      on e.customer_id = s.customer_id and e.ordinal = s.ordinal
   where (not $2 or e.steps is null or e.steps < s.places)
     and ($3::bigint is null or (s.customer_id, s.ordinal) > ($3, $4::bigint))
   order by s.customer_id, s.ordinal limit $5)"};
constexpr store::Statement kSteps{"steps of dunned documents", R"(
  select s.customer_id, s.ordinal, s.step, s.handler, s.days, s.taken_on, s.currency, s.overdue, s.fee,
         s.note, coalesce(u.reason, '') as undone
    from dunning_step s
    left join dunning_undo u
      on u.customer_id = s.customer_id and u.ordinal = s.ordinal and u.step = s.step
   where s.customer_id = any($1::bigint[]) order by s.customer_id, s.ordinal, s.place)"};

OverdueDocument document_of(const store::Row& row, const store::DemandRow& demand) {
  return {.customer = {row.int64("customer_id")},
          .customer_key = row.text("key"),
          .customer_name = row.text("name"),
          .addresses = {},
          .ordinal = demand.ordinal,
          .number = demand.number,
          .legal_entity = demand.legal_entity,
          .issued_on = demand.issued_on,
          .due_on = demand.due_on,
          .total = demand.total,
          .open = demand.voided ? Money(demand.open.currency()) : demand.open,
          .disputed = demand.disputed};
}

void add_step(DunnedDocument& dunned, const store::Row& row) {
  const money::Currency currency = money::Currency::of(row.text("currency"));
  const auto fee = row.optional_decimal("fee");
  dunned.document.taken.push_back({row.text("step"), row.int64("days"), row.date("taken_on")});
  dunned.steps.push_back({.name = row.text("step"),
                          .handler = row.text("handler"),
                          .taken_on = row.date("taken_on"),
                          .overdue = Money(row.decimal("overdue"), currency),
                          .fee = fee ? std::optional(Money(*fee, currency)) : std::nullopt,
                          .note = row.text("note"),
                          .undone = row.text("undone")});
}

/// The steps of the first engine that duns, that propose to give up.
std::set<std::string> proposals_of(const CompiledVersion& version) {
  std::set<std::string> names;
  for (const config::EngineConfig& engine : version.configuration().engines) {
    const Chain& chain = version.chain(engine.id);
    if (!chain.duns()) continue;
    for (std::size_t i = 0; i < chain.dunning_steps().size(); ++i) {
      if (chain.handlers()[i].class_name == kProposal) names.insert(chain.dunning_steps()[i].name);
    }
    break;
  }
  return names;
}

}  // namespace

std::vector<DunnedDocument> list_dunning(store::Connection& connection, const DunningFilter& filter,
                                         const std::optional<DunningPlaceInList>& behind,
                                         std::int64_t limit,
                                         std::span<const invoicing::DunningStep> steps) {
  const auto customer = behind ? std::optional(behind->customer) : std::nullopt;
  const auto ordinal = behind ? std::optional(behind->ordinal) : std::nullopt;
  const auto rows =
      connection.query(kList, {filter.customer, filter.going_on, customer, ordinal, limit});
  std::set<CustomerId> whose;
  for (const store::Row& row : rows) whose.insert(CustomerId{row.int64("customer_id")});
  const std::vector<CustomerId> customers(whose.begin(), whose.end());
  const auto receivables = store::read_receivables(connection, customers);
  std::vector<DunnedDocument> all;
  std::map<DocumentKey, std::size_t> places;
  for (const store::Row& row : rows) {
    const DocumentKey key{{row.int64("customer_id")}, row.int64("ordinal")};
    const store::DemandRow* demand = store::find_demand(receivables, key.first, key.second);
    RK_CHECK(demand != nullptr);
    places.emplace(key, all.size());
    const bool goes_on = row.boolean("goes_on");
    all.push_back({.document = document_of(row, *demand),
                   .goes_on = goes_on,
                   .end = goes_on ? "" : row.text("reason"),
                   .ended_on = goes_on ? std::nullopt : row.optional_date("ended_on"),
                   .steps = {},
                   .next = std::nullopt});
  }
  for (const store::Row& row : connection.query(kSteps, {customers})) {
    const auto place = places.find({{row.int64("customer_id")}, row.int64("ordinal")});
    if (place != places.end()) add_step(all[place->second], row);
  }
  for (DunnedDocument& dunned : all) {
    if (!dunned.goes_on) continue;
    const auto next = invoicing::next_step(steps, dunned.document.taken, dunned.document.due_on);
    if (next) dunned.next = {steps[next->index].name, next->on};
  }
  return all;
}

std::vector<invoicing::DunningStep> dunning_steps_of(const CompiledVersion& version) {
  for (const config::EngineConfig& engine : version.configuration().engines) {
    const Chain& chain = version.chain(engine.id);
    if (chain.duns()) return chain.dunning_steps();
  }
  return {};
}

void hide_proposals(std::vector<DunnedDocument>& documents, const CompiledVersion& version) {
  const std::set<std::string> proposals = proposals_of(version);
  for (DunnedDocument& dunned : documents) {
    std::erase_if(dunned.steps, [](const auto& step) { return step.handler == kProposal; });
    if (dunned.next && proposals.contains(dunned.next->name)) dunned.next.reset();
  }
  std::erase_if(documents, [](const DunnedDocument& dunned) { return dunned.steps.empty(); });
}

void write_dunned(text::JsonWriter& json, const DunnedDocument& dunned) {
  const OverdueDocument& document = dunned.document;
  json.begin_object().key("customer").string(document.customer_key);
  json.key("document").string(document.number);
  json.key("due_on").string(time::to_string(document.due_on));
  json.key("currency").string(document.open.currency().code());
  json.key("total").string(document.total.to_string());
  json.key("open_amount").string(document.open.to_string());
  json.key("disputed").string(document.disputed.to_string());
  json.key("state").string(dunned.goes_on ? "going-on" : dunned.end).key("ended_on");
  dunned.ended_on ? json.string(time::to_string(*dunned.ended_on)) : json.null();
  json.key("steps").begin_array();
  for (const DunnedDocument::Step& step : dunned.steps) {
    json.begin_object().key("step").string(step.name).key("handler").string(step.handler);
    json.key("taken_on").string(time::to_string(step.taken_on));
    json.key("overdue").string(step.overdue.to_string()).key("fee");
    step.fee ? json.string(step.fee->to_string()) : json.null();
    json.key("note");
    step.note.empty() ? json.null() : json.string(step.note);
    json.key("undone");
    step.undone.empty() ? json.null() : json.string(step.undone);
    json.end_object();
  }
  json.end_array().key("next");
  if (dunned.next) {
    json.begin_object().key("step").string(dunned.next->name);
    json.key("on").string(time::to_string(dunned.next->on)).end_object();
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace reckoner::engine
