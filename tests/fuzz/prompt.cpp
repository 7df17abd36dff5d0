// Prompts in API format: whatever JSON comes, it is either good or refused, and a good one can be laid out to run.
#include "graph/prompt.hpp"
#include "graph/validator.hpp"
#include "tests/support/graph/number_nodes.hpp"
#include "tests/support/graph/pictures.hpp"
#include "web-api/http.hpp"

#include <cstddef>
#include <cstdint>

namespace {

const easel::graph::Registry& test_nodes() {
    static const easel::graph::Registry& nodes = [] () -> easel::graph::Registry& {
        static easel::graph::Registry registry;
        easel::graph::testing::register_numbers(registry);
        easel::graph::testing::register_pictures(registry);
        return registry;
    }();
    return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    easel::Json prompt;
    try {
        prompt = easel::web::parse_json({reinterpret_cast<const char*>(data), size});
    } catch (const easel::web::HttpError&) {
        return 0;
    }
    if (!prompt.is_object()) return 0;
    const easel::graph::Validation validation = easel::graph::validate(prompt, test_nodes(), {});
    if (!validation.error) easel::graph::DynamicPrompt{prompt};
    return 0;
}
