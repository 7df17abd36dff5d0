#include "base/python_repr.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct JsonExtractString {
    std::string json_string;
    std::string key;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Extract Text from JSON";
        s.search_aliases = {"json", "extract json", "parse json", "json value", "read json"};
        s.in("json_string", &JsonExtractString::json_string).no_default().multiline();
        s.in("key", &JsonExtractString::key).no_default().option("multiline", false);
    }

    std::string execute() const {
        const Json parsed = Json::parse(json_string, nullptr, false);
        if (!parsed.is_object()) return "";
        const auto found = parsed.find(key);
        return found == parsed.end() || found->is_null() ? "" : python_str(*found);
    }
};

}  // namespace

void register_json_extract_string(Registry& registry) { registry.add<JsonExtractString>("JsonExtractString"); }

}  // namespace easel::nodes
