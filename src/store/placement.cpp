#include "store/placement.hpp"

#include <algorithm>
#include <array>

namespace reckoner::store {

namespace {

using enum Placement;

constexpr auto kPlacements = std::to_array<TablePlacement>({
    // Reference tables first: triggers of spread tables look at them, already for rows that are
    // moved.
    {"config_version", kReference},
    {"config_file", kReference},
    {"config_activation", kReference},
    {"closed_month", kReference},

    // Customers.
    {"customer", kByCustomer},
    {"customer_state", kByCustomer},
    {"customer_balance", kByCustomer},
    {"cycle", kByCustomer},
    {"subscription", kByCustomer},
    {"subscription_quantity", kByCustomer},
    {"subscription_pause", kByCustomer},
    {"billing_mode", kByCustomer},
    {"customer_parent", kByCustomer},
    {"customer_below", kByCustomer},
    {"agreed_figure", kByCustomer},
    {"manual_charge", kByCustomer},
    {"discount", kByCustomer},
    {"credit", kByCustomer},
    {"credit_movement", kByCustomer},
    {"payment", kByCustomer},
    {"customer_setting", kByCustomer},
    {"alert", kByCustomer},
    {"customer_spending", kByCustomer},
    {"dispute", kByCustomer},
    {"customer_key", kLocal},
    {"subject", kLocal},
    {"imported_file", kLocal},

    // Usage.
    {"event_key", kByKey},
    {"raw_event", kByCustomer},
    {"event_void", kByCustomer},
    {"usage_delta", kByCustomer},
    {"usage_total", kByCustomer},
    {"usage_point", kByCustomer},
    {"cut_touch", kByCustomer},
    {"ingest_batch", kLocal},
    {"ingest_tally", kLocal},
    {"cut_counter", kLocal},
    {"cut", kLocal},
    {"meter_life", kLocal},
    {"budget_look", kLocal},
    {"cost_centre_setting", kLocal},
    {"cost_centre_alert", kLocal},
    {"quarantine", kLocal},
    {"quarantine_day", kLocal},
    {"kafka_position", kLocal},
    {"archived_month", kLocal},

    // Periods and documents.
    {"billing_period", kByCustomer},
    {"reopening", kByCustomer},
    {"pool_share", kByCustomer},
    {"parked", kByCustomer},
    {"document", kByCustomer},
    {"document_line", kByCustomer},
    {"document_tax", kByCustomer},
    {"document_void", kByCustomer},
    {"posting", kByCustomer},
    {"outbox", kByCustomer},
    {"dunning_step", kByCustomer},
    {"dunning_end", kByCustomer},
    {"dunning_undo", kByCustomer},
    {"dunning_mark", kByCustomer},
    {"write_off", kByCustomer},
    {"webhook_endpoint", kByCustomer},
    {"webhook_event", kByCustomer},
    {"webhook_delivery", kByCustomer},
    {"closing", kLocal},
    {"journal_counter", kLocal},
    {"export", kLocal},
    {"bank_entry", kLocal},
    {"issued", kLocal},
    {"series", kLocal},

    // Runs.
    {"engine_run", kLocal},
    {"run_batch", kLocal},
    {"run_worker", kLocal},
    {"held", kByCustomer},
    {"over_limit", kLocal},
    {"engine_schedule", kLocal},
    {"lease", kLocal},
    {"population_fact", kLocal},
    {"pool_amount", kLocal},
    {"pool_division", kLocal},
    {"pool_problem", kLocal},

    // Access and the schema itself.
    {"api_key", kLocal},
    {"app_user", kLocal},
    {"user_session", kLocal},
    {"subject_profile", kLocal},
    {"audit_log", kLocal},
    {"verification", kLocal},
    {"commit_mark", kLocal},
    {"answered_request", kLocal},
    {"schema_migration", kLocal},
});

static_assert(std::ranges::is_partitioned(kPlacements, [](const TablePlacement& table) {
  return table.placement == kReference;
}));

}  // namespace

std::span<const TablePlacement> placements() {
  return kPlacements;
}

}  // namespace reckoner::store
