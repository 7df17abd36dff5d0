// Regular expressions, formats, letter case and expressions against Python: data/texts.json is written by
// record_texts.py.
#include "base/error.hpp"
#include "base/json.hpp"
#include "nodes/logic/math/evaluation.hpp"
#include "nodes/text/letter_case.hpp"
#include "nodes/text/python_format.hpp"
#include "nodes/text/python_regex.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

namespace easel::nodes {
namespace {

const Json& recorded() {
    static const Json content = Json::parse(std::ifstream(EASEL_TEST_DATA "/nodes/data/texts.json"));
    return content;
}

// What `make` gives, as the recording has it.
void expect_same(const Json& record, const std::function<Json()>& make) {
    Json made;
    try {
        made = {{"result", make()}};
    } catch (const Error& error) {
        made = {{"error", error.type()}};
    }
    const char* member = record.contains("result") ? "result" : "error";
    EXPECT_EQ(made, Json({{member, record[member]}})) << record.dump();
}

Json as_recorded(const std::vector<FoundMatch>& matches) {
    Json all = Json::array();
    for (const FoundMatch& match : matches) {
        Json groups = Json::array();
        for (const auto& group : match.groups)
            groups.push_back(group ? Json(*group) : Json(nullptr));
        all.push_back({match.start, groups});
    }
    return all;
}

TEST(PythonRegex, FindsWhatPythonFinds) {
    const auto text = recorded()["text"].get<std::string>();
    for (const Json& record : recorded()["patterns"])
        expect_same(record, [&] {
            const auto flags = record["flags"].get<std::vector<bool>>();
            const PythonRegex regex(record["pattern"].get<std::string>(),
                                    {.ignore_case = flags[0], .multiline = flags[1], .dot_all = flags[2]});
            return as_recorded(regex.find_all(text));
        });
}

TEST(PythonRegex, SubstitutesAsPythonDoes) {
    for (const Json& record : recorded()["substitutions"])
        expect_same(record, [&] {
            const PythonRegex regex(record["pattern"].get<std::string>(), {});
            return Json(regex.substitute(record["text"].get<std::string>(), record["replacement"].get<std::string>(),
                                         record["count"].get<std::int64_t>()));
        });
}

TEST(PythonFormat, FormatsAsPythonDoes) {
    FormatValues values;
    for (const auto& [name, value] : recorded()["values"].items())
        values.emplace(name, graph::Value::from_json(value));
    for (const Json& record : recorded()["formats"])
        expect_same(record, [&] { return Json(python_format(record["format"].get<std::string>(), values)); });
}

TEST(LetterCase, IsPythons) {
    for (const Json& record : recorded()["cases"]) {
        const auto text = record["text"].get<std::string>();
        EXPECT_EQ(upper_case(text), record["upper"].get<std::string>());
        EXPECT_EQ(lower_case(text), record["lower"].get<std::string>());
        EXPECT_EQ(capitalized(text), record["capitalize"].get<std::string>());
        EXPECT_EQ(title_case(text), record["title"].get<std::string>());
    }
}

TEST(MathExpression, IsWorthWhatPythonSays) {
    math::Names names;
    math::OperandList list;
    for (const auto& [name, value] : recorded()["names"].items()) {
        math::Operand operand = value.is_boolean()          ? math::Operand(value.get<bool>())
                                : value.is_number_integer() ? math::Operand(math::Integer(value.get<std::int64_t>()))
                                                            : math::Operand(value.get<double>());
        names[name] = operand;
        list.push_back(operand);
    }
    names["values"] = std::make_shared<const math::OperandList>(list);
    for (const Json& record : recorded()["expressions"])
        expect_same(record,
                    [&] { return Json(math::repr(math::evaluate(record["expression"].get<std::string>(), names))); });
}

}  // namespace
}  // namespace easel::nodes
