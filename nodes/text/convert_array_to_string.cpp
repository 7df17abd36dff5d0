#include "base/python_json.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConvertArrayToString {
    Json array;
    std::int64_t indent = 2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Convert Array to String";
        s.search_aliases = {"json", "list to json", "stringify", "serialize", "list to string", "array to json"};
        s.in("array", &ConvertArrayToString::array).type("ARRAY");
        s.in("indent", &ConvertArrayToString::indent)
            .range(0, 8)
            .tooltip("Spaces per indent level. 0 produces compact single-line string.");
    }

    std::string execute() const { return python_json(array, {.ascii = false, .indent = static_cast<int>(indent)}); }
};

}  // namespace

void register_convert_array_to_string(Registry& registry) {
    registry.add<ConvertArrayToString>("ConvertArrayToString");
}

}  // namespace easel::nodes
