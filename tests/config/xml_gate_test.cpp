#include "base/error.hpp"
#include "cases.hpp"
#include "config/xml.hpp"
#include "config/xml_check.hpp"

namespace reckoner::config {
namespace {

using namespace std::string_literals;

std::string message_of(const std::string& content) {
  try {
    static_cast<void>(parse_xml("x.xml", content));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "<a>";
  for (std::size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

/// A root with `count` attributes.
std::string attributes(std::size_t count) {
  std::string text = "<a";
  for (std::size_t i = 0; i < count; ++i) text += " a" + std::to_string(i) + "=''";
  return text + "/>";
}

/// A root with `count` empty children.
std::string wide(std::size_t count) {
  std::string text = "<a>";
  for (std::size_t i = 0; i < count; ++i) text += "<b/>";
  return text + "</a>";
}

struct GateCase {
  std::string content;
  std::string message;
};

TEST(XmlGate, Refuses) {
  const std::vector<GateCase> cases{
      {"", "x.xml:1: the file is empty"},
      {" \n ", "x.xml:1: there is no root element"},
      {"<!-- nothing -->", "x.xml:1: there is no root element"},
      {std::string(kXmlBytesMax + 1, ' '), "x.xml:1: the file is larger than 4 MiB"},
      {"\xEF\xBB\xBF<a/>",
       "x.xml:1: the file starts with a byte order mark; save it as UTF-8 without one"},
      {"\xFF\xFE<\0a\0/\0>\0"s, "x.xml:1: the file is UTF-16; save it as UTF-8"},
      {"\xFE\xFF\0<\0a\0/\0>"s, "x.xml:1: the file is UTF-16; save it as UTF-8"},
      {"<\0a\0/\0>\0"s, "x.xml:1: character U+0000 is not allowed"},
      {"<a>\n\xFC</a>", "x.xml:2: the text is not UTF-8"},
      {"<a>\xC0\xAF</a>", "x.xml:1: the text is not UTF-8"},
      {"<a>\xED\xA0\x80</a>", "x.xml:1: the text is not UTF-8"},
      {"<a>\xF4\x90\x80\x80</a>", "x.xml:1: the text is not UTF-8"},
      {"<a>\xE2\x82", "x.xml:1: the text is not UTF-8"},
      {"<a>\n\n\x01</a>", "x.xml:3: character U+0001 is not allowed"},
      {"<a>\x1B[2J</a>", "x.xml:1: character U+001B is not allowed"},
      {"<a>\x7F</a>", "x.xml:1: character U+007F is not allowed"},
      {"<a>\xC2\x85</a>", "x.xml:1: character U+0085 is not allowed"},
      {"<a>\xEF\xBF\xBE</a>", "x.xml:1: character U+FFFE is not allowed"},
      {"<a>x\0y</a>"s, "x.xml:1: character U+0000 is not allowed"},
      {R"(<?xml version="1.0" encoding="ISO-8859-1"?><a/>)",
       "x.xml:1: encoding ISO-8859-1 is refused; use UTF-8"},
      {"<?xml version=\"1.0\"", "x.xml:1: the XML declaration is never closed"},
      {"\n<?xml version=\"1.0\"?><a/>",
       "x.xml:2: the XML declaration must be the very first thing in the file"},
      {"<?go", "x.xml:1: a processing instruction is never closed"},
      {"<!DOCTYPE a><a/>", "x.xml:1: <!DOCTYPE is refused"},
      {"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
       "x.xml:1: <!DOCTYPE is refused"},
      {"<a><!DOCTYPE a></a>", "x.xml:1: <!DOCTYPE is refused"},
      {"<!ELEMENT a ANY><a/>", "x.xml:1: markup declarations (<!…>) are refused"},
      {"<!doctype a><a/>", "x.xml:1: markup declarations (<!…>) are refused"},
      {"<a>&lol9;</a>", "x.xml:1: entity '&lol9;' is not defined"},
      {"<a>\n<b c='&nbsp;'/></a>", "x.xml:2: entity '&nbsp;' is not defined"},
      {"<a>R&D</a>", "x.xml:1: '&' stands alone; write &amp;"},
      {"<a b='1 & 2'/>", "x.xml:1: '&' stands alone; write &amp;"},
      {"<a>&;</a>", "x.xml:1: '&' stands alone; write &amp;"},
      {"<a>&amp</a>", "x.xml:1: '&' stands alone; write &amp;"},
      {"<a>&#0;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#x0;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#8;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#xD800;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#xFFFE;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#x110000;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#99999999999999999999;</a>", "x.xml:1: a reference to a character that is not allowed"},
      {"<a>&#;</a>", "x.xml:1: a character reference is malformed"},
      {"<a>&#x;</a>", "x.xml:1: a character reference is malformed"},
      {"<a>&#X41;</a>", "x.xml:1: a character reference is malformed"},
      {"<a>&#4 1;</a>", "x.xml:1: a character reference is malformed"},
      {"<a/>\n<b/>", "x.xml:2: a second root element 'b'"},
      {"text<a/>", "x.xml:1: text outside the root element"},
      {"<a/>\n\ntext", "x.xml:3: text outside the root element"},
      {"<a/>&#32;", "x.xml:1: text outside the root element"},
      {"<a/><![CDATA[x]]>", "x.xml:1: text outside the root element"},
      {"<a b='1' b='2'/>", "x.xml:1: attribute 'b' of 'a' is given twice"},
      {"<a\n b='1'\n b='1'/>", "x.xml:3: attribute 'b' of 'a' is given twice"},
      {"<a b/>", "x.xml:1: attribute 'b' of 'a' needs a value in quotes"},
      {"<a b=1/>", "x.xml:1: attribute 'b' of 'a' needs a value in quotes"},
      {"<a b='1/>", "x.xml:1: the value of attribute 'b' is never closed"},
      {"<a b='<'/>", "x.xml:1: the value of attribute 'b' contains '<'; write &lt;"},
      {"<a b='1'c='2'/>", "x.xml:1: the tag of 'a' is malformed"},
      {"<a =''/>", "x.xml:1: an attribute of 'a' needs a name here"},
      {"<a", "x.xml:1: the tag of 'a' is malformed"},
      {"<a ", "x.xml:1: an attribute of 'a' needs a name here"},
      {"<1/>", "x.xml:1: an element needs a name here"},
      {"<", "x.xml:1: an element needs a name here"},
      {"< a/>", "x.xml:1: an element needs a name here"},
      {"<a>\n<b>\n</a>", "x.xml:3: '</a>' where '</b>' of line 2 is expected"},
      {"<a>\n<b>", "x.xml:2: element 'b' is never closed"},
      {"</a>", "x.xml:1: '</a>' closes nothing"},
      {"<a></a", "x.xml:1: the tag '</a' is not closed by '>'"},
      {"<a></a b='1'>", "x.xml:1: the tag '</a' is not closed by '>'"},
      {"<a>]]></a>", "x.xml:1: text contains ']]>'; write ]]&gt;"},
      {"<a><![CDATA[</a>", "x.xml:1: a CDATA section is never closed"},
      {"<a><!-- </a>", "x.xml:1: a comment is never closed"},
      {"<a><!-- -- --></a>", "x.xml:1: a comment contains '--' or is never closed"},
      {nested(65), "x.xml:1: elements are nested more than 64 deep"},
      {nested(1'000'000 / 8), "x.xml:1: elements are nested more than 64 deep"},
      {attributes(100'000), "x.xml:1: more than 100000 nodes"},
      {wide(100'000), "x.xml:1: more than 100000 nodes"},
  };
  for (const GateCase& bad : cases) {
    EXPECT_EQ(message_of(bad.content), bad.message) << bad.content.substr(0, 80);
  }
}

TEST(XmlGate, Accepts) {
  const std::vector<std::string> cases{
      "<a/>",
      "\n<a/>\n",
      "<?xml version=\"1.0\"?><a/>",
      "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<a/>\r\n",
      "<!-- before --><a/><!-- behind -->",
      "<?xml-stylesheet href='x'?><a/>",
      "<a b='1' c=\"'\" d = '>' ><b/></a >",
      "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;&#10;</a>",
      "<a><![CDATA[<b> & ]] </b>]]></a>",
      "<größe wert='ä'>\xF0\x9F\x98\x80</größe>",
      nested(64),
      wide(99'999),
  };
  for (const std::string& good : cases) {
    EXPECT_EQ(message_of(good), "accepted") << good.substr(0, 80);
  }
}

TEST(XmlGate, ReadsWhatIsWritten) {
  const Document document = parse_xml("x.xml", R"(<?xml version="1.0"?>
<p:a xmlns:p="urn:a" xmlns="urn:b"
     one="1 &amp; &#x32;">
  <b>first <!-- between --><![CDATA[& second]]></b>

  <p:c/>
</p:a>)");
  const Element root = document.root();
  EXPECT_EQ(root.name(), "a");
  EXPECT_EQ(root.namespace_uri(), "urn:a");
  EXPECT_EQ(root.place().line, 2);
  EXPECT_EQ(root.attribute("one"), "1 & 2");
  EXPECT_EQ(root.attribute("two"), std::nullopt);
  ASSERT_EQ(root.children().size(), 2U);
  const Element b = root.required_child("b");
  EXPECT_EQ(b.namespace_uri(), "urn:b");
  EXPECT_EQ(b.text(), "first & second");
  EXPECT_EQ(b.place().line, 4);
  const Element c = root.required_child("c");
  EXPECT_EQ(c.namespace_uri(), "urn:a");
  EXPECT_EQ(c.place().file, "x.xml");
  EXPECT_EQ(c.place().line, 6);
}

TEST(XmlGate, ReasonsStayOnOneLine) {
  const Document document = parse_xml("x.xml", "<a/>");
  try {
    document.root().fail("'a\nERROR b'");
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "x.xml:1: 'a\uFFFDERROR b'");
  }
}

}  // namespace
}  // namespace reckoner::config
