#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/csv_file.hpp"
#include "web/etag.hpp"
#include "web/event_stream.hpp"
#include "web/pages.hpp"

namespace reckoner::web {
namespace {

using testing::ElementsAre;

Request with_header(std::string name, std::string value) {
  Request request;
  request.headers.emplace(std::move(name), std::move(value));
  return request;
}

Request with_query(std::vector<std::pair<std::string, std::string>> query) {
  Request request;
  request.query = std::move(query);
  return request;
}

template <class Work>
std::string refusal(Work work) {
  try {
    work();
  } catch (const Problem& problem) {
    return std::to_string(problem.status()) + " " + problem.what();
  }
  return "";
}

int match_status(const std::string& if_match, const std::string& etag) {
  try {
    require_match(if_match.empty() ? Request() : with_header("if-match", if_match), etag);
  } catch (const Problem& problem) {
    return problem.status();
  }
  return 200;
}

TEST(Etag, ChangesWithTheContentAlone) {
  EXPECT_EQ(etag_of("a"), etag_of("a"));
  EXPECT_NE(etag_of("a"), etag_of("b"));
  EXPECT_EQ(etag_of("").size(), 34U);
  EXPECT_EQ(etag_of("").front(), '"');
  EXPECT_EQ(etag_of("").back(), '"');
}

TEST(Etag, AnEditNamesTheStateItWasMadeFor) {
  const std::string now = etag_of("now");
  EXPECT_EQ(match_status("", now), 428);
  EXPECT_EQ(match_status(etag_of("before"), now), 412);
  EXPECT_EQ(match_status("\"\"", now), 412);
  EXPECT_EQ(match_status(now, now), 200);
  EXPECT_EQ(match_status("*", now), 200);
  EXPECT_EQ(match_status(etag_of("before") + ", " + now, now), 200);
  EXPECT_EQ(match_status(" " + now + "\t", now), 200);
  EXPECT_EQ(match_status(etag_of_coded(now, "gzip"), now), 200) << "as a compressed answer had it";
  EXPECT_EQ(match_status(now.substr(0, 10), now), 412);
}

TEST(Etag, WhatIsKnownIsNotSentAgain) {
  const Response answer{200, "text/plain", "long", {}};
  const std::string etag = etag_of("long");
  const Response first = with_etag(Request(), answer, etag);
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.headers, ElementsAre(std::pair("ETag", etag)));
  const Response again = with_etag(with_header("if-none-match", etag), answer, etag);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.content_type, "");
  EXPECT_EQ(with_etag(with_header("if-none-match", "\"other\""), answer, etag).status, 200);
}

TEST(Pages, ACursorComesBackAsItsParts) {
  const std::vector<std::string> parts{"2026-10-01", "a,b \"c\"\n", ""};
  const PageRequest page =
      page_request(with_query({{"cursor", cursor_of(parts)}, {"limit", "7"}}), 3);
  EXPECT_EQ(page.limit, 7U);
  EXPECT_EQ(page.behind, parts);
}

TEST(Pages, WithoutCursorAListBeginsAtItsBeginning) {
  const PageRequest page = page_request(with_query({{"cursor", ""}}), 1);
  EXPECT_EQ(page.limit, 50U);
  EXPECT_EQ(page.behind, std::nullopt);
}

TEST(Pages, OtherTextsAreNoCursors) {
  for (const std::string text : {"x", "zz", "5b", "7b7d", "5b315d", "5b5d"}) {
    EXPECT_EQ(refusal([&] {
                page_request(with_query({{"cursor", text}}), 1);
              }),
              "400 cursor is none that this list gave")
        << text;
  }
  EXPECT_EQ(refusal([&] {
              page_request(with_query({{"cursor", cursor_of({"a", "b"})}}), 1);
            }),
            "400 cursor is none that this list gave");
}

TEST(Pages, APageHasOneTo500Items) {
  for (const std::string text : {"0", "501", "-1", "1.5", "", "x"}) {
    EXPECT_NE(refusal([&] { page_request(with_query({{"limit", text}}), 1); }), "") << text;
  }
}

TEST(CsvFile, TextThatASpreadsheetWouldRunIsText) {
  const Response answer = csv_file("acme/\"2026\r\n", [](text::CsvWriter& csv) {
    csv.text("name").text("amount").end_row();
    for (const char* text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain"}) {
      csv.text(text).number("-12.00").end_row();
    }
  });
  EXPECT_EQ(answer.body,
            "name,amount\r\n'=1+1,-12.00\r\n'+1,-12.00\r\n'-1,-12.00\r\n'@x,-12.00\r\n"
            "'\tx,-12.00\r\n\"'\rx\",-12.00\r\nplain,-12.00\r\n");
  EXPECT_EQ(answer.content_type, "text/csv; charset=utf-8");
  EXPECT_THAT(answer.headers, ElementsAre(std::pair("Content-Disposition",
                                                    "attachment; filename=\"acme--2026--.csv\"")));
}

TEST(StreamEvent, EachLineOfItsDataIsMarked) {
  EXPECT_EQ(to_wire({"", "{}"}), "data: {}\n\n");
  EXPECT_EQ(to_wire({"progress", "a\nb\r\nc\rd\n", "7"}),
            "id: 7\nevent: progress\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  EXPECT_THROW(to_wire({"a\nb", ""}), Bug);
  EXPECT_THROW(to_wire({"a", "", "1\r"}), Bug);
}

}  // namespace
}  // namespace reckoner::web
