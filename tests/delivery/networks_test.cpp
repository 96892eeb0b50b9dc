#include "delivery/networks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::delivery {
namespace {

TEST(Networks, WhoIsPublic) {
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
        "172.15.255.255", "172.32.0.1", "192.167.1.1", "223.255.255.255", "2606:4700::1111",
        "2a00::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:200::1"}) {
    EXPECT_TRUE(is_public(parse_ip(address))) << address;
  }
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "2001:db8::1",
                              "2001::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::",
                              "2002:a00:1::1",
                              "4000::1",
                              "3fff::1"}) {
    EXPECT_FALSE(is_public(parse_ip(address))) << address;
  }
}

TEST(Networks, HoldWhatTheirPrefixSays) {
  const Networks networks = Networks::parse("10.1.0.0/16, 127.0.0.1 fd00::/8,192.168.1.128/25");
  for (const char* inside :
       {"10.1.0.0", "10.1.255.255", "127.0.0.1", "::ffff:127.0.0.1", "fdff::1", "192.168.1.200"}) {
    EXPECT_TRUE(networks.contains(parse_ip(inside))) << inside;
  }
  for (const char* outside :
       {"10.0.255.255", "10.2.0.0", "127.0.0.2", "fe00::1", "192.168.1.127", "::1", "0.0.0.0"}) {
    EXPECT_FALSE(networks.contains(parse_ip(outside))) << outside;
  }
  EXPECT_TRUE(Networks::parse(" , ").empty());
  EXPECT_FALSE(Networks().contains(parse_ip("10.1.0.0")));
}

TEST(Networks, WhatIsNoneIsRefused) {
  const auto message = [](std::string_view text) {
    try {
      Networks::parse(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("fine");
  };
  EXPECT_EQ(message("10.0.0.1/8"), "'10.0.0.1/8' has bits behind its prefix");
  EXPECT_EQ(message("10.0.0.0/33"), "'10.0.0.0/33': '33' is no prefix length");
  EXPECT_EQ(message("fd00::/129"), "'fd00::/129': '129' is no prefix length");
  EXPECT_EQ(message("10.0.0.0/"), "'10.0.0.0/': '' is no prefix length");
  EXPECT_EQ(message("localhost"), "'localhost' is no internet address");
  EXPECT_EQ(message("10.1"), "'10.1' is no internet address");
}

TEST(Networks, AddressesAreWrittenAsPeopleKnowThem) {
  EXPECT_EQ(to_string(parse_ip("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(to_string(parse_ip("2001:DB8:0::1")), "2001:db8::1");
}

}  // namespace
}  // namespace reckoner::delivery
