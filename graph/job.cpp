#include "graph/job.hpp"

namespace easel::graph {

std::optional<std::string> Job::client_id() const {
    const auto found = extra_data.find("client_id");
    if (found == extra_data.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

}  // namespace easel::graph
