#include "domain/cost_centre.hpp"

#include <gmock/gmock.h>

namespace reckoner::domain {
namespace {

using testing::ElementsAre;

CostCentre centre(std::string name, std::vector<std::string> customers,
                  std::vector<std::string> plans, std::vector<CostCentre> parts = {}) {
  return {.name = name,
          .title = name,
          .customers = std::move(customers),
          .plans = std::move(plans),
          .parts = std::move(parts),
          .place = {}};
}

/// engineering: search (acme), apps (on Large); sales (on Large or Small).
AllocationRules rules() {
  AllocationRules found;
  found.cost_centres.push_back(centre(
      "engineering", {}, {}, {centre("search", {"acme"}, {}), centre("apps", {}, {"Large"})}));
  found.cost_centres.push_back(centre("sales", {}, {"Large", "Small"}));
  return found;
}

std::string place(const CostCentres& centres, const std::string& customer,
                  const std::set<std::string>& plans) {
  const auto node = centres.of(customer, plans);
  return node ? centres.nodes()[*node].name : "none";
}

TEST(CostCentres, ACustomerIsWhereItIsNamedElseByTheFirstOfItsPlans) {
  const CostCentres centres(rules());
  EXPECT_EQ(place(centres, "acme", {"Small"}), "search");
  EXPECT_EQ(place(centres, "globex", {"Large"}), "apps");
  EXPECT_EQ(place(centres, "globex", {"Large", "Small"}), "apps");
  EXPECT_EQ(place(centres, "globex", {"Small"}), "sales");
  EXPECT_EQ(place(centres, "globex", {"Other"}), "none");
}

TEST(CostCentres, BelowOneAreItsPartsAndTheirs) {
  const CostCentres centres(rules());
  const auto names = [&](std::string_view of) {
    std::vector<std::string> found;
    for (const std::size_t node : centres.within(centres.find(of).value())) {
      found.push_back(centres.nodes()[node].name);
    }
    return found;
  };
  EXPECT_THAT(names("engineering"), ElementsAre("engineering", "search", "apps"));
  EXPECT_THAT(names("sales"), ElementsAre("sales"));
  EXPECT_FALSE(centres.find("moon").has_value());
}

}  // namespace
}  // namespace reckoner::domain
