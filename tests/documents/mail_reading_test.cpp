#include "documents/mail_reading.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "documents/mail.hpp"

namespace reckoner::documents {

namespace {

Mail sample() {
  return {
      .from = {"Billing, Inc.", "billing@example.com"},
      .to = {"Zürich Müller AG mit einem Namen, der nicht in eine Zeile passt", "z@example.com"},
      .subject = "Rechnung über 1'234.00 €",
      .message_id = "abc@example.com",
      .text =
          "Guten Tag\n.\n= 100 % =\nein langer Satz, der weit über die 76 Zeichen hinausgeht, "
          "die eine Zeile haben darf\n",
      .html = "<p style=\"margin:0\">Grüße</p>\n"};
}

TEST(MailReading, GivesBackWhatWasWritten) {
  const Mail mail = sample();
  const ReadMail read = read_mime(to_mime(mail, time::parse_instant("2026-11-01T02:00:00Z")));
  EXPECT_EQ(read.text, mail.text);
  EXPECT_EQ(read.html, mail.html);
  const auto header = [&](std::string_view name) {
    for (const auto& [known, value] : read.headers) {
      if (known == name) return value;
    }
    return std::string("none");
  };
  EXPECT_EQ(header("Subject"), mail.subject);
  EXPECT_EQ(header("Date"), "Sun, 01 Nov 2026 02:00:00 +0000");
  EXPECT_EQ(header("From"), "\"Billing, Inc.\" <billing@example.com>");
  EXPECT_EQ(header("To"), mail.to.name + " <z@example.com>");
  EXPECT_EQ(header("Message-ID"), "<abc@example.com>");
}

TEST(MailReading, GivesBackAttachments) {
  Mail mail = sample();
  std::string bytes("%PDF-1.5\n\0\r\n--=_", 18);
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
  mail.attachments = {{"INV-1.pdf", "application/pdf", bytes}, {"e.xml", "application/xml", ""}};
  const std::string written = to_mime(mail, time::parse_instant("2026-11-01T02:00:00Z"));
  const ReadMail read = read_mime(written);
  EXPECT_EQ(read.text, mail.text);
  EXPECT_EQ(read.html, mail.html);
  ASSERT_EQ(read.attachments.size(), 2U);
  EXPECT_EQ(read.attachments[0].name, "INV-1.pdf");
  EXPECT_EQ(read.attachments[0].type, "application/pdf");
  EXPECT_EQ(read.attachments[0].bytes, bytes);
  EXPECT_EQ(read.attachments[1].bytes, "");
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = written.find("\r\n", begin)) != std::string::npos;
       begin = end + 2) {
    EXPECT_LE(end - begin, 76U);
  }
}

TEST(MailReading, RefusesWhatIsNoMailOfOurs) {
  for (const char* bytes : {"", "Subject: x", "Subject: x\r\n\r\nbody",
                            "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\n"}) {
    EXPECT_THROW(read_mime(bytes), Error) << bytes;
  }
}

}  // namespace

}  // namespace reckoner::documents
