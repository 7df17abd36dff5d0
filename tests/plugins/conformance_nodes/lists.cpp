// Nodes that make, take and describe lists.
#include "groups.hpp"

namespace conformance_nodes {
namespace {

struct TestMultiSelect {
    Value picks;

    static void declare(Schema& s) {
        s.category = "conformance";
        InputSpec& spec = s.in("picks", &TestMultiSelect::picks).option("multiselect", true).spec();
        spec.type = "COMBO";
        spec.choices = [](const Services&) { return Json({"red", "green", "blue"}); };
    }

    std::string execute() const {
        const Json* list = picks.get_if<Json>();
        if (!list) return unbox_string(picks, "picks");
        std::string joined;
        for (const Json& pick : *list)
            joined += (joined.empty() ? "" : "|") + pick.get<std::string>();
        return joined;
    }
};

struct TestMakeList {
    Value value1;
    std::optional<Value> value2, value3, value4, value5;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.checks_input_types = true;
        s.in("value1", &TestMakeList::value1);
        s.in("value2", &TestMakeList::value2);
        s.in("value3", &TestMakeList::value3);
        s.in("value4", &TestMakeList::value4);
        s.in("value5", &TestMakeList::value5);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    List<Value> execute() const {
        List<Value> list{value1};
        for (const auto* value : {&value2, &value3, &value4, &value5})
            if (*value) list.push_back(**value);
        return list;
    }
};

struct TestRange {
    std::int64_t count = 3;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("count", &TestRange::count).range(0, 1000);
        s.out("items");
        s.out("count");
    }

    std::tuple<List<std::int64_t>, std::int64_t> execute() const {
        List<std::int64_t> items;
        for (std::int64_t i = 0; i < count; ++i)
            items.push_back(i);
        return {items, count};
    }
};

struct TestListInfo {
    List<Value> items;
    List<std::string> sep{","};

    static void declare(Schema& s) {
        s.category = "conformance";
        s.checks_input_types = true;
        s.in("items", &TestListInfo::items);
        s.in("sep", &TestListInfo::sep);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    std::tuple<std::int64_t, std::string> execute() const {
        std::string joined;
        for (std::size_t i = 0; i < items.size(); ++i)
            joined += (i ? sep.front() : "") + items[i].str();
        return {static_cast<std::int64_t>(items.size()), joined + "#" + std::to_string(sep.size())};
    }
};

}  // namespace

void register_lists(Registry& registry) {
    registry.add<TestMultiSelect>("TestMultiSelect");
    registry.add<TestMakeList>("TestMakeList");
    registry.add<TestRange>("TestRange");
    registry.add<TestListInfo>("TestListInfo");
}

}  // namespace conformance_nodes
