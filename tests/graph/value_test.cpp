#include "graph/value.hpp"

#include "graph/fields.hpp"
#include "graph/socket.hpp"

namespace easel::graph::testing {

namespace {

struct Picture {
    static constexpr std::string_view socket = "IMAGE";
};

}  // namespace

TEST(Value, KeepsTheKindsOfJson) {
    for (const char* text : {"null", "true", "-3", "18446744073709551615", "0.5", "\"x\"", R"({"a":[1,2]})"}) {
        const Json json = Json::parse(text);
        EXPECT_EQ(Value::from_json(json).to_json()->dump(), text);
    }
}

TEST(Value, PrintsAsPython) {
    EXPECT_EQ(Value().str(), "None");
    EXPECT_EQ(Value(true).str(), "True");
    EXPECT_EQ(Value(2.0).str(), "2.0");
    EXPECT_EQ(Value(Json::parse(R"(["a", null])")).str(), "['a', None]");
    EXPECT_EQ(Value("a").str(), "a");
    EXPECT_EQ(Value(Picture{}).str(), "<IMAGE>");
}

TEST(Value, WidensNumbersAndText) {
    EXPECT_TRUE(Value(3).get_if<std::int64_t>());
    EXPECT_TRUE(Value(0.5f).get_if<double>());
    EXPECT_TRUE(Value("a").get_if<std::string>());
    EXPECT_FALSE(Value(3).get_if<double>());
}

TEST(Value, SharesItsIdWithItsCopies) {
    const Value one(1), copy = one, other(1);
    EXPECT_EQ(one.id(), copy.id());
    EXPECT_NE(one.id(), other.id());
    EXPECT_EQ(Value().id(), 0u);
}

TEST(Unbox, WidensAsPythonWould) {
    EXPECT_EQ(unbox_double(Value(3), "x"), 3.0);
    EXPECT_EQ(unbox_int(Value(true), "x"), 1);
    EXPECT_EQ(unbox_int(Value(4.0), "x"), 4);
    EXPECT_EQ(unbox_unsigned(Value(UINT64_MAX), "x"), UINT64_MAX);
    EXPECT_EQ(unbox_string(Value(0.1), "x"), "0.1");
}

TEST(Unbox, NamesTheInputAndBothTypes) {
    try {
        unbox_int(Value("a"), "steps");
        FAIL();
    } catch (const NamedError& error) {
        EXPECT_EQ(error.type(), "TypeError");
        EXPECT_STREQ(error.what(), "input steps takes INT, not STRING");
    }
    EXPECT_THROW(unbox_int(Value(4.5), "x"), NamedError);
    EXPECT_THROW(unbox_unsigned(Value(-1), "x"), NamedError);
    EXPECT_THROW(unbox<Picture>(Value(1), "x"), NamedError);
}

TEST(Sockets, OverlapByAnyCommonPart) {
    EXPECT_TRUE(types_overlap("IMAGE", "IMAGE"));
    EXPECT_TRUE(types_overlap("IMAGE", "*"));
    EXPECT_TRUE(types_overlap("INT, FLOAT", "STRING,INT"));
    EXPECT_TRUE(types_overlap("COMFY_MATCHTYPE_V3", "MASK"));
    EXPECT_FALSE(types_overlap("INT", "FLOAT"));
    EXPECT_FALSE(types_overlap("INT", "INTEGER"));
    EXPECT_EQ((socket_name<std::variant<std::string, std::int64_t>>), "STRING,INT");
}

}  // namespace easel::graph::testing
