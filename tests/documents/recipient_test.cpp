#include "documents/recipient.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::documents {
namespace {

using testing::ElementsAre;

const domain::PostalAddress kAddress{
    .street = {"Ring 1"}, .city = "City", .postal_code = "123", .subdivision = "ST", .country = ""};

TEST(Recipient, AddressesAreAsTheirCountriesHaveThem) {
  EXPECT_THAT(address_lines(kAddress, "US"), ElementsAre("Ring 1", "City ST 123"));
  EXPECT_THAT(address_lines(kAddress, "GB"), ElementsAre("Ring 1", "City", "ST", "123"));
  EXPECT_THAT(address_lines(kAddress, "CH"), ElementsAre("Ring 1", "123 City", "ST"));
  EXPECT_THAT(address_lines(kAddress, ""), ElementsAre("Ring 1", "123 City", "ST"));
  EXPECT_THAT(address_lines({}, "CH"), ElementsAre());
  domain::PostalAddress bare = kAddress;
  bare.street.clear();
  bare.postal_code.clear();
  bare.subdivision.clear();
  for (const char* country : {"US", "GB", "CH"}) {
    EXPECT_THAT(address_lines(bare, country), ElementsAre("City")) << country;
  }
}

TEST(Recipient, WhatIsEmptyIsNotKept) {
  EXPECT_EQ(to_stored({}), "{}");
  EXPECT_EQ(to_stored({.country = "CH", .language = "de-CH"}),
            R"({"country":"CH","language":"de-CH"})");
  EXPECT_EQ(parse_stored_recipient("{}"), Recipient{});
  EXPECT_THROW(parse_stored_recipient(R"({"countri":"CH"})"), Error);
  EXPECT_THROW(parse_stored_recipient("[]"), Error);
}

RC_GTEST_PROP(Recipient, WhatIsKeptIsReadAgain, ()) {
  const auto text = [] { return *rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7f')); };
  std::vector<std::string> street;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) street.push_back(text());
  const Recipient recipient{.billing = {.address = {.street = street,
                                                    .city = text(),
                                                    .postal_code = text(),
                                                    .subdivision = text(),
                                                    .country = text()},
                                        .buyer_reference = text(),
                                        .purchase_order = text()},
                            .country = text(),
                            .tax_id = text(),
                            .language = text()};
  RC_ASSERT(parse_stored_recipient(to_stored(recipient)) == recipient);
}

}  // namespace
}  // namespace reckoner::documents
