#include "documents/mail.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/error.hpp"
#include "documents/mail_encoding.hpp"
#include "text/json.hpp"

namespace reckoner::documents {
namespace {

constexpr std::string_view kReader = R"py(
import email, email.header, email.policy, email.utils, json, pathlib, sys
mails = []
# The newer policy of Python 3.11 leaves a blank between the encoded words of a name; the older one does not.
def name(classic, header):
    raw = email.utils.parseaddr(classic[header])[0]
    return str(email.header.make_header(email.header.decode_header(raw)))
for path in sorted(pathlib.Path(sys.argv[1]).glob('*.eml')):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    classic = email.message_from_bytes(path.read_bytes())
    defects = [str(d) for p in mail.walk() for d in p.defects]
    defects += [str(d) for v in mail.values() for d in v.defects]
    sender, recipients = mail['From'].addresses[0], mail['To'].addresses
    plain, html = mail.get_payload()
    mails.append({'headers': mail.keys(), 'defects': defects, 'recipients': len(recipients),
        'from_name': name(classic, 'From'), 'from': sender.addr_spec,
        'to_name': name(classic, 'To'), 'to': recipients[0].addr_spec,
        'subject': mail['Subject'], 'id': mail['Message-ID'].strip(),
        'date': mail['Date'].datetime.isoformat(),
        'types': [mail.get_content_type(), plain.get_content_type(), html.get_content_type()],
        'text': plain.get_content(), 'html': html.get_content()})
json.dump(mails, sys.stdout)
)py";

/// A directory of its own that is gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mail-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error("no temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The messages as Python's standard library reads them.
std::vector<text::Json> read_by_python(const std::vector<std::string>& messages) {
  const TemporaryDirectory directory;
  write_file(directory.path() / "reader.py", kReader);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    write_file(directory.path() / (std::to_string(100000 + i) + ".eml"), messages[i]);
  }
  const std::string command = "/usr/bin/python3 " + (directory.path() / "reader.py").string() +
                              " " + directory.path().string();
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    out.append(buffer.data(), n);
  }
  return text::parse_json(out).as_array();
}

std::string with_lf(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

time::Instant instant() {
  return time::parse_instant("2026-11-01T02:03:04Z");
}

Mail specimen_mail() {
  return {{"Stratos Büro", "billing@stratos.example"},
          {"Müller, \"Söhne\" & Co.", "anna@acme.example"},
          "Rechnung R-42 für Oktober – 113,92 €",
          "9f2c@stratos.example",
          "Guten Tag,\n\n.dot\nFrom here\ntrailing \n=20\n",
          "<p>Grüße</p>"};
}

void expect_same(const Mail& mail, const text::Json& read) {
  EXPECT_EQ(read.at("from_name").as_string(), mail.from.name);
  EXPECT_EQ(read.at("from").as_string(), mail.from.address);
  EXPECT_EQ(read.at("to_name").as_string(), mail.to.name);
  EXPECT_EQ(read.at("to").as_string(), mail.to.address);
  EXPECT_EQ(read.at("recipients").as_number(), "1");
  EXPECT_EQ(read.at("subject").as_string(), mail.subject);
  EXPECT_EQ(read.at("id").as_string(), "<" + mail.message_id + ">");
  EXPECT_EQ(read.at("date").as_string(), "2026-11-01T02:03:04+00:00");
  EXPECT_EQ(with_lf(read.at("text").as_string()), with_lf(mail.text));
  EXPECT_EQ(with_lf(read.at("html").as_string()), with_lf(mail.html));
  EXPECT_EQ(text::canonical(read.at("types")),
            R"(["multipart/alternative","text/plain","text/html"])");
  EXPECT_EQ(text::canonical(read.at("headers")),
            R"(["Date","From","To","Subject","Message-ID","MIME-Version","Auto-Submitted",)"
            R"("Content-Type"])");
  EXPECT_TRUE(read.at("defects").as_array().empty()) << text::canonical(read.at("defects"));
}

void expect_lines_of_mail(const std::string& message) {
  ASSERT_TRUE(message.ends_with("\r\n"));
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = message.find("\r\n", at);
    const std::string line = message.substr(at, end - at);
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos);
    EXPECT_LE(line.size(), line.starts_with("Message-ID") ? 998U : 76U) << line;
    EXPECT_FALSE(line.starts_with('.')) << line;
    at = end + 2;
  }
}

TEST(Mail, IsReadBackByAnotherProgram) {
  Mail mail = specimen_mail();
  mail.text += std::string(2000, 'x') + "\n" + std::string(500, '.') + "\n\n...";
  mail.html = "<p>" + std::string(300, ' ') + "日本語 😀 \t</p>";
  const std::string message = to_mime(mail, instant());
  expect_lines_of_mail(message);
  expect_same(mail, read_by_python({message}).at(0));
}

rc::Gen<std::string> text_of(std::vector<std::string> pieces) {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::move(pieces))),
      [](const std::vector<std::string>& chosen) {
        std::string text;
        for (const std::string& piece : chosen) text += piece;
        return text;
      });
}

TEST(MailProperties, AnyMailIsReadBackByAnotherProgram) {
  // Blanks only inside words: readers may trim headers.
  const std::vector<std::string> header = {"a",  "b c", "é",  "日", "😀",
                                           "=?", "?=",  "\"", "\\", ",",
                                           ";",  "<x>", "@",  ":",  "long words of text"};
  const std::vector<std::string> body = {
      "a", " ",  "\t", ".",     "\n", "\r\n", "=",
      "é", "日", "😀",  "From ", "--", "~",    "a line that is rather long, 40 bytes"};
  std::vector<Mail> mails;
  std::vector<std::string> messages;
  EXPECT_TRUE(rc::check([&] {
    Mail mail = specimen_mail();
    mail.from.name = *text_of(header);
    mail.to.name = *text_of(header);
    mail.subject = "x" + *text_of(header);
    mail.text = *text_of(body);
    mail.html = *text_of(body);
    mails.push_back(mail);
    messages.push_back(to_mime(mail, instant()));
    expect_lines_of_mail(messages.back());
  }));
  const auto read = read_by_python(messages);
  ASSERT_EQ(read.size(), mails.size());
  for (std::size_t i = 0; i < mails.size(); ++i) expect_same(mails[i], read[i]);
}

TEST(Mail, HasTheSameBytesEveryTime) {
  EXPECT_EQ(to_mime(specimen_mail(), instant()), to_mime(specimen_mail(), instant()));
  Mail other = specimen_mail();
  other.message_id = "other@stratos.example";
  const auto boundary = [](const std::string& message) {
    return message.substr(message.find("boundary="), 44);
  };
  EXPECT_NE(boundary(to_mime(other, instant())), boundary(to_mime(specimen_mail(), instant())));
}

TEST(Mail, LetsNothingIntoTheHeaders) {
  const std::vector<std::string> evils = {"x\r\nBcc: victim@x.example",
                                          "x\nBcc: v@x.example",
                                          "x\rBcc",
                                          std::string("x\0y", 3),
                                          "x\x7f",
                                          "x\ty"};
  const auto refused = [](const auto& change) {
    Mail mail = specimen_mail();
    change(mail);
    EXPECT_THROW(to_mime(mail, instant()), Error);
  };
  for (const std::string& evil : evils) {
    refused([&](Mail& mail) { mail.subject = evil; });
    refused([&](Mail& mail) { mail.message_id = evil + "@x.example"; });
    refused([&](Mail& mail) { mail.message_id = "x@" + evil; });
    refused([&](Mail& mail) { mail.from.name = evil; });
    refused([&](Mail& mail) { mail.to.name = evil; });
    refused([&](Mail& mail) { mail.from.address = "a@b." + evil; });
    refused([&](Mail& mail) { mail.to.address = evil + "@b.example"; });
  }
}

TEST(Mail, SaysWhatIsWrong) {
  Mail mail = specimen_mail();
  mail.subject = "a\nb";
  try {
    to_mime(mail, instant());
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "mail header Subject: control character at byte 2");
  }
  mail = specimen_mail();
  mail.to.address = "nobody";
  try {
    to_mime(mail, instant());
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "mail header To: 'nobody' is not one mail address");
  }
  mail = specimen_mail();
  mail.html = "\xFF";
  EXPECT_THROW(to_mime(mail, instant()), Error);
}

TEST(Address, IsExactlyOne) {
  for (const char* good : {"a@b", "billing+x@acme.example", "o'hara_1@sub.acme-x.example"}) {
    EXPECT_NO_THROW(check_address(good)) << good;
  }
  for (const char* bad : {"",
                          "a",
                          "@b",
                          "a@",
                          "a@b@c",
                          "a@b,c@d",
                          "a@b c@d",
                          "a b@c",
                          ".a@b",
                          "a.@b",
                          "a..b@c",
                          "a@.b",
                          "a@b..c",
                          "<a@b>",
                          "a@b;",
                          "\"a\"@b",
                          "a@[127.0.0.1]",
                          "müller@b",
                          "a@bü.example",
                          "a@b\r\n",
                          "a@b\n.example",
                          "a(c)@b",
                          "a\\@b"}) {
    EXPECT_THROW(check_address(bad), Error) << bad;
  }
  EXPECT_THROW(check_address(std::string(65, 'a') + "@b"), Error);
  EXPECT_THROW(check_address("a@" + std::string(260, 'b')), Error);
}

TEST(Mailbox, IsReadWithOrWithoutAName) {
  EXPECT_EQ(parse_mailbox(" a@b.example ").address, "a@b.example");
  EXPECT_EQ(parse_mailbox("<a@b.example>").name, "");
  EXPECT_EQ(parse_mailbox("Büro 1 <a@b.example>").name, "Büro 1");
  EXPECT_EQ(parse_mailbox("\"Acme, \\\"Inc.\\\"\" <a@b.example>").name, "Acme, \"Inc.\"");
  for (const char* bad :
       {"", "x", "a@b, c@d", "x <a@b>, y <c@d>", "Acme, Inc. <a@b>", "\"x <a@b>", "x <a@b> y",
        "\"x\"y\" <a@b>", "a@b <c@d>", "x\n <a@b>", "\"x\\\" <a@b>"}) {
    EXPECT_THROW(parse_mailbox(bad), Error) << bad;
  }
}

TEST(MailEncoding, FollowsTheStandards) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");  // RFC 4648, section 10
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xEF\xBE"), "/+++");
  EXPECT_EQ(quoted_printable("é=\t\n. \r\n"), "=C3=A9=3D=09\r\n=2E=20\r\n");
  EXPECT_EQ(quoted_printable(std::string(80, 'a')),
            std::string(75, 'a') + "=\r\n" + std::string(5, 'a'));
  EXPECT_EQ(quoted_printable(std::string(75, 'a') + "."), std::string(75, 'a') + "=\r\n=2E");
  EXPECT_EQ(quoted_printable("a\rb"), "a=0Db");
  EXPECT_EQ(encoded_words("é", 9), "=?UTF-8?B?w6k=?=");
}

TEST(Mail, RefusesAttachmentsThatCouldWriteHeaders) {
  Mail mail{.from = {"", "a@example.com"},
            .to = {"", "b@example.com"},
            .subject = "s",
            .message_id = "1@example.com",
            .text = "t",
            .html = "h"};
  const time::Instant date = time::parse_instant("2026-11-01T02:00:00Z");
  for (const auto& [name, type] :
       std::vector<std::pair<std::string, std::string>>{{"", "application/pdf"},
                                                        {"a b.pdf", "application/pdf"},
                                                        {"a\".pdf", "application/pdf"},
                                                        {"a\r\nBcc: x.pdf", "application/pdf"},
                                                        {std::string(61, 'a'), "application/pdf"},
                                                        {"a.pdf", "pdf"},
                                                        {"a.pdf", "application/pdf\r\nBcc: x"}}) {
    mail.attachments = {{name, type, "x"}};
    EXPECT_THROW(to_mime(mail, date), Error) << name << type;
  }
}

}  // namespace
}  // namespace reckoner::documents
