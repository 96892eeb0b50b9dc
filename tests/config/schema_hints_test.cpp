#include "config/schema_hints.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/declared_names.hpp"

namespace reckoner::config {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

ElementHint element(const SchemaHints& hints, std::string_view name, std::string_view parent) {
  const auto found =
      std::find_if(hints.elements.begin(), hints.elements.end(), [&](const ElementHint& hint) {
        return hint.name == name &&
               (parent.empty() || std::count(hint.parents.begin(), hint.parents.end(), parent));
      });
  if (found == hints.elements.end()) throw Error("no element " + std::string(name));
  return *found;
}

AttributeHint attribute(const ElementHint& hint, std::string_view name) {
  for (const AttributeHint& candidate : hint.attributes) {
    if (candidate.name == name) return candidate;
  }
  throw Error("no attribute " + std::string(name));
}

SchemaHints of(FileKind kind) {
  return read_schema(to_string(kind), schema_of(kind).value());
}

constexpr FileKind kWithSchema[] = {
    FileKind::kBillingConfig, FileKind::kMeters,    FileKind::kTaxes,   FileKind::kAccounts,
    FileKind::kAllocation,    FileKind::kSuppliers, FileKind::kPricing, FileKind::kExportTemplate};

TEST(SchemaHints, AreThereForEachKindThatHasASchema) {
  for (const FileKind kind : kWithSchema) {
    const SchemaHints hints = of(kind);
    EXPECT_EQ(hints.namespace_uri, "urn:reckoner:" + std::string(to_string(kind)) + ":1");
    EXPECT_EQ(hints.elements.front().name, hints.root);
    EXPECT_THAT(hints.elements.front().parents, IsEmpty());
  }
  EXPECT_EQ(schema_of(FileKind::kDecisions), std::nullopt);
  EXPECT_EQ(schema_of(FileKind::kMail), std::nullopt);
  EXPECT_EQ(schema_named("../meters.xsd"), std::nullopt);
}

TEST(SchemaHints, ExplainEveryElementAndAttribute) {
  for (const FileKind kind : kWithSchema) {
    for (const ElementHint& hint : of(kind).elements) {
      EXPECT_FALSE(hint.documentation.empty()) << to_string(kind) << " " << hint.name;
      for (const AttributeHint& one : hint.attributes) {
        EXPECT_FALSE(one.documentation.empty())
            << to_string(kind) << " " << hint.name << " " << one.name;
      }
    }
  }
}

TEST(SchemaHints, TellValuesDefaultsAndWhatIsRequired) {
  const SchemaHints pricing = of(FileKind::kPricing);
  const ElementHint plan = element(pricing, "plan", "pricing");
  EXPECT_TRUE(attribute(plan, "name").required);
  EXPECT_EQ(attribute(plan, "billed-by").default_value, "monthly");
  EXPECT_THAT(attribute(plan, "free").values, ElementsAre("yes", "no"));
  EXPECT_TRUE(attribute(plan, "minimum").pattern.has_value()) << "of an attribute group";
  EXPECT_THAT(attribute(element(of(FileKind::kMeters), "meter", "meters"), "aggregation").values,
              IsSupersetOf({"sum", "percentile"}));
  EXPECT_THAT(attribute(element(of(FileKind::kAccounts), "revenue", "accounts"), "account").name,
              "account")
      << "of what the type extends";
}

TEST(SchemaHints, TellElementsApartThatMeanDifferentThings) {
  const SchemaHints pricing = of(FileKind::kPricing);
  EXPECT_EQ(element(pricing, "tier", "capacity").attributes.size(), 1U);
  EXPECT_EQ(element(pricing, "tier", "graduated").attributes.size(), 3U);
  EXPECT_THAT(element(pricing, "tier", "graduated").parents,
              testing::UnorderedElementsAre("graduated", "volume"))
      << "the same element in several places is there once";
  const ElementHint metered = element(pricing, "metered", "plan");
  std::vector<std::string> children;
  for (const ChildHint& child : metered.children) {
    children.push_back(child.name);
    EXPECT_FALSE(child.required) << child.name;
  }
  EXPECT_THAT(children, IsSupersetOf({"graduated", "capacity", "windows", "from"}));
  const ElementHint engine = element(of(FileKind::kBillingConfig), "engine", "billing-config");
  for (const ChildHint& child : engine.children) {
    EXPECT_EQ(child.required, child.name == "handlers") << child.name;
  }
}

TEST(SchemaHints, ModelsOfChargesAreThoseThatChargesMayHold) {
  EXPECT_THAT(
      charge_models(of(FileKind::kPricing)),
      ElementsAre("blocks", "calendar", "capacity", "dynamic", "graduated", "graduated-percentage",
                  "matrix", "package", "percentage", "stairstep", "volume", "windows"));
}

TEST(DeclaredNames, AreThoseOfWhateverCanBeRead) {
  Files files = small_configuration();
  files.content["pricing/broken.xml"] = "<pricing";
  files.content["pricing/wrong.xml"] =
      R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="wrong">
           <plan name="Wrong" x="y"><metered name="m"/></plan></pricing>)";
  files.content["meters.xml"] =
      R"(<meters xmlns="urn:reckoner:meters:1"><meter name="a" unit="byte" group-by="region, zone">
           <dimension name="deep" path="$.a.b"/></meter></meters>)";
  const DeclaredNames names = declared_names(files);
  EXPECT_THAT(names.plans, ElementsAre("Basic", "Wrong"));
  EXPECT_THAT(names.charges, ElementsAre("subscription", "m"));
  EXPECT_THAT(names.strategies, ElementsAre("small", "wrong"));
  EXPECT_THAT(names.engines, ElementsAre("monthly"));
  EXPECT_THAT(names.files, Contains("pricing/broken.xml"));
  ASSERT_EQ(names.meters.size(), 1U);
  EXPECT_THAT(names.meters[0].dimensions, ElementsAre("region", "zone", "deep"));
}

}  // namespace

}  // namespace reckoner::config
