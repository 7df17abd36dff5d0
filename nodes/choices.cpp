#include "nodes/choices.hpp"

#include "base/folders.hpp"
#include "inference/sampling/sample.hpp"

#include <vector>

namespace easel::nodes {

graph::Choices one_of(std::initializer_list<std::string_view> names) {
    return one_of(std::vector<std::string_view>(names));
}

graph::Choices files_in(std::string kind) {
    return
        [kind = std::move(kind)](const graph::Services& services) { return Json(services.use<Folders>().files(kind)); };
}

graph::Choices sampler_choices() { return one_of(inference::sampler_names()); }
graph::Choices scheduler_choices() { return one_of(inference::scheduler_names()); }

}  // namespace easel::nodes
