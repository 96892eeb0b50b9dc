#include "time/cron_words.hpp"

#include <gtest/gtest.h>

namespace reckoner::time {

namespace {

TEST(CronWords, SayWhenAScheduleFires) {
  const auto words = [](std::string_view expression) { return in_words(Cron::parse(expression)); };
  EXPECT_EQ(words("0 0 2 1 * ?"), "at 02:00 on day 1 of the month");
  EXPECT_EQ(words("0 30 3 * * ?"), "at 03:30 every day");
  EXPECT_EQ(words("15 30 3,15 ? * MON-FRI"), "at 03:30:15 and 15:30:15 from Monday to Friday");
  EXPECT_EQ(words("0 0 6 L * ?"), "at 06:00 on the last day of the month");
  EXPECT_EQ(words("0 0 6 L-3 * ?"), "at 06:00 3 days before the last day of the month");
  EXPECT_EQ(words("0 0 6 ? * FRIL"), "at 06:00 on the last Friday of the month");
  EXPECT_EQ(words("0 0 6 ? * 2"), "at 06:00 on Monday");
  EXPECT_EQ(words("0 0 0 1,15 JAN,7 ?"),
            "at 00:00 on day 1 and 15 of the month, in January and July");
  EXPECT_EQ(words("0 */15 * * * ?"), "every 15 minutes");
  EXPECT_EQ(words("*/5 * * * * ?"), "every 5 seconds");
  EXPECT_EQ(words("0 0 */6 * * ?"), "every 6 hours");
  EXPECT_EQ(words("0 10 * * * ?"), "every hour at minute 10");
  EXPECT_EQ(words("0 0-10 2 * * ?"), "in minute 0 to 10 of hour 2");
}

}  // namespace

}  // namespace reckoner::time
