#include "base/python_json.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConvertDictionaryToString {
    Json dictionary;
    std::int64_t indent = 2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Convert Dictionary to String";
        s.search_aliases = {"json", "dict to json", "stringify", "serialize", "dict to string"};
        s.in("dictionary", &ConvertDictionaryToString::dictionary).type("DICT");
        s.in("indent", &ConvertDictionaryToString::indent)
            .range(0, 8)
            .tooltip("Spaces per indent level. 0 produces compact single-line string.");
    }

    std::string execute() const {
        return python_json(dictionary, {.ascii = false, .indent = static_cast<int>(indent)});
    }
};

}  // namespace

void register_convert_dictionary_to_string(Registry& registry) {
    registry.add<ConvertDictionaryToString>("ConvertDictionaryToString");
}

}  // namespace easel::nodes
