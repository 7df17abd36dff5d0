// Workflow files as the frontend saves them: each becomes a prompt or is refused with a UserError.
#include "base/error.hpp"
#include "base/python_json_reader.hpp"
#include "workflows/ui_workflow.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using easel::Json;

constexpr int deepest = 100;

int depth(const Json& json) {
    int inner = 0;
    if (json.is_structured())
        for (const Json& member : json)
            inner = std::max(inner, depth(member));
    return inner + 1;
}

const Json* no_definition(const std::string&) { return nullptr; }
std::size_t first_of(std::size_t) { return 0; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Json workflow;
    try {
        workflow = easel::read_python_json({reinterpret_cast<const char*>(data), size});
    } catch (const easel::UserError&) {
        return 0;
    }
    if (depth(workflow) > deepest) return 0;
    easel::workflows::needed_models(workflow);
    if (!easel::workflows::is_ui_workflow(workflow)) return 0;
    try {
        easel::workflows::to_prompt(workflow, no_definition, first_of);
    } catch (const easel::UserError&) {
    }
    return 0;
}
