#include "base/python_repr.hpp"

#include <cmath>

using namespace std::literals;

namespace easel {

TEST(PythonRepr, PrintsFloatsWithTheFewestDigits) {
    const std::pair<double, const char*> cases[] = {
        {0.0, "0.0"},        {-0.0, "-0.0"},
        {1.0, "1.0"},        {0.1, "0.1"},
        {100.0, "100.0"},    {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},     {123456789.125, "123456789.125"},
        {1e-4, "0.0001"},    {1e-5, "1e-05"},
        {1.5e-7, "1.5e-07"}, {-2.5e300, "-2.5e+300"},
        {5e-324, "5e-324"},  {1.0 / 3, "0.3333333333333333"},
        {HUGE_VAL, "inf"},   {-HUGE_VAL, "-inf"},
    };
    for (const auto& [number, text] : cases)
        EXPECT_EQ(python_float(number), text);
    EXPECT_EQ(python_float(std::nan("")), "nan");
}

TEST(PythonRepr, QuotesAsPythonDoes) {
    EXPECT_EQ(python_repr("plain"sv), "'plain'");
    EXPECT_EQ(python_repr("it's"sv), "\"it's\"");
    EXPECT_EQ(python_repr("both ' and \""sv), "'both \\' and \"'");
    EXPECT_EQ(python_repr("a\n\t\\\x01\x7f"sv), "'a\\n\\t\\\\\\x01\\x7f'");
    EXPECT_EQ(python_repr("h\u00e9 \u4e2d \U0001f600"sv), "'h\u00e9 \u4e2d \U0001f600'");
    EXPECT_EQ(python_repr("\u00a0\u200b\ue000"sv), "'\\xa0\\u200b\\ue000'");
}

TEST(PythonRepr, PrintsContainers) {
    EXPECT_EQ(python_repr(Json::parse(R"({"a": [1, 2.0, null, true], "b": {}})")),
              "{'a': [1, 2.0, None, True], 'b': {}}");
    EXPECT_EQ(python_str(Json("text")), "text");
    EXPECT_EQ(python_str(Json(18446744073709551615ull)), "18446744073709551615");
}

TEST(PythonRepr, EndsAtSomeDepth) {
    Json deep = 1;
    for (int i = 0; i < 2000; ++i)
        deep = Json::array({std::move(deep)});
    EXPECT_NE(python_repr(deep).find("..."), std::string::npos);
}

}  // namespace easel
