#include "config/dmn.hpp"

#include "base/error.hpp"
#include "cases.hpp"

namespace reckoner::config {
namespace {

rules::DmnModel read(const std::string& content) {
  const Document document = parse_xml("t.dmn", content);
  return read_dmn(document.root());
}

const rules::DecisionTableText& table_of(const rules::DmnModel& model) {
  return std::get<rules::DecisionTableText>(model.decisions.at(0).logic.content);
}

constexpr const char* kWritten = R"(<dmn:definitions
    xmlns:dmn="https://www.omg.org/spec/DMN/20230324/MODEL/"
    xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"
    xmlns:tool="urn:tool" name="rates" tool:version="5">
  <dmn:extensionElements><tool:anything/></dmn:extensionElements>
  <dmn:itemDefinition name="tRisk">
    <dmn:typeRef>string</dmn:typeRef>
    <dmn:allowedValues><dmn:text>"high","low"</dmn:text></dmn:allowedValues>
  </dmn:itemDefinition>
  <dmn:inputData name="risk"><dmn:variable name="risk" typeRef="tRisk"/></dmn:inputData>
  <dmn:decision id="d1" name="Rate">
    <dmn:description>For people.</dmn:description>
    <dmn:variable name="Rate" typeRef="tAnything"/>
    <dmn:decisionTable id="t1" hitPolicy="COLLECT" aggregation="SUM">
      <dmn:input label="Risk">
        <dmn:inputExpression typeRef="tRisk"><dmn:text>risk</dmn:text></dmn:inputExpression>
      </dmn:input>
      <dmn:input>
        <dmn:inputExpression typeRef="feel:number">
          <dmn:text>age</dmn:text>
        </dmn:inputExpression>
        <dmn:inputValues><dmn:text>[0..150]</dmn:text></dmn:inputValues>
      </dmn:input>
      <dmn:output name="rate" label="Rate" typeRef="number">
        <dmn:defaultOutputEntry><dmn:text>0</dmn:text></dmn:defaultOutputEntry>
      </dmn:output>
      <dmn:annotation name="why"/>
      <dmn:rule id="r1">
        <dmn:description>young</dmn:description>
        <dmn:inputEntry><dmn:text><![CDATA["high"]]></dmn:text></dmn:inputEntry>
        <dmn:inputEntry>
          <dmn:text>&lt; 18</dmn:text>
        </dmn:inputEntry>
        <dmn:outputEntry><dmn:text> 1.5 </dmn:text></dmn:outputEntry>
        <dmn:annotationEntry><dmn:text>by law</dmn:text></dmn:annotationEntry>
      </dmn:rule>
    </dmn:decisionTable>
  </dmn:decision>
  <dmndi:DMNDI><dmndi:DMNDiagram/></dmndi:DMNDI>
</dmn:definitions>
)";

TEST(Dmn, ReadsTextsWithTheirPlaces) {
  const rules::DmnModel model = read(kWritten);
  const rules::DecisionTableText& table = table_of(model);
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_EQ(model.inputs[0].name, "risk");
  EXPECT_EQ(model.inputs[0].type, "tRisk");
  ASSERT_EQ(model.items.size(), 1U);
  EXPECT_EQ(model.items[0].type, "string");
  EXPECT_EQ(model.items[0].allowed->text, R"("high","low")");
  EXPECT_EQ(model.items[0].allowed->source.line, 8);
  EXPECT_EQ(model.decisions[0].type, "tAnything");
  EXPECT_EQ(table.id, "d1");
  EXPECT_EQ(table.name, "Rate");
  EXPECT_EQ(table.hit_policy, rules::HitPolicy::kCollect);
  EXPECT_EQ(table.aggregation, rules::Aggregation::kSum);
  EXPECT_EQ(table.source.to_string(), "t.dmn:14");

  ASSERT_EQ(table.inputs.size(), 2U);
  EXPECT_EQ(table.inputs[0].label, "Risk");
  EXPECT_EQ(table.inputs[0].expression.text, "risk");
  EXPECT_EQ(table.inputs[0].type, "tRisk");
  EXPECT_FALSE(table.inputs[0].allowed);
  EXPECT_EQ(table.inputs[1].type, "number");
  EXPECT_EQ(table.inputs[1].expression.source.line, 20);
  EXPECT_EQ(table.inputs[1].allowed->text, "[0..150]");

  ASSERT_EQ(table.outputs.size(), 1U);
  EXPECT_EQ(table.outputs[0].name, "rate");
  EXPECT_EQ(table.outputs[0].type, "number");
  EXPECT_EQ(table.outputs[0].default_value->text, "0");

  ASSERT_EQ(table.rules.size(), 1U);
  EXPECT_EQ(table.rules[0].id, "r1");
  EXPECT_EQ(table.rules[0].annotation, "young; by law");
  ASSERT_EQ(table.rules[0].inputs.size(), 2U);
  EXPECT_EQ(table.rules[0].inputs[0].text, R"("high")");
  EXPECT_EQ(table.rules[0].inputs[1].text, "< 18");
  EXPECT_EQ(table.rules[0].inputs[1].source.line, 32);
  EXPECT_EQ(table.rules[0].outputs[0].text, "1.5");
}

TEST(Dmn, EveryVersionOfTheStandardIsRead) {
  for (const char* uri : {"http://www.omg.org/spec/DMN/20151101/dmn.xsd",
                          "http://www.omg.org/spec/DMN/20180521/MODEL/",
                          "https://www.omg.org/spec/DMN/20191111/MODEL/",
                          "https://www.omg.org/spec/DMN/20211108/MODEL/",
                          "https://www.omg.org/spec/DMN/20230324/MODEL/"}) {
    const std::string content =
        "<definitions name=\"d\" xmlns=\"" + std::string(uri) +
        "\"><decision name=\"fee\"><decisionTable/></decision></definitions>";
    const rules::DmnModel model = read(content);
    EXPECT_EQ(table_of(model).name, "fee") << uri;
    EXPECT_EQ(table_of(model).hit_policy, rules::HitPolicy::kUnique);
  }
}

}  // namespace
}  // namespace reckoner::config
