#include "graph/object_info.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/workbench.hpp"

#include <algorithm>
#include <cstdio>

namespace easel::server {

namespace {

std::string inputs_of(const graph::NodeRecord& record) {
    std::string text;
    for (const graph::InputSpec& input : record.inputs)
        text += (text.empty() ? "" : ", ") + input.name + " " + input.type;
    return text;
}

std::string outputs_of(const graph::NodeRecord& record) {
    std::string text;
    for (const graph::OutputSpec& output : record.outputs)
        text += (text.empty() ? "" : ", ") + output.type;
    return text;
}

}  // namespace

int list_nodes(const Options& options, const NodesCommand& command) {
    const Workbench workbench(options);
    if (command.format == NodesFormat::json) {
        std::puts(graph::object_info_text(graph::object_info(workbench.registry, workbench.services), 1).c_str());
        return 0;
    }
    std::vector<const graph::NodeDef*> nodes = workbench.registry.all();
    std::sort(nodes.begin(), nodes.end(), [](auto* a, auto* b) { return a->record.id < b->record.id; });
    if (command.format == NodesFormat::markdown) std::puts("| node | category | inputs | outputs |\n|---|---|---|---|");
    for (const graph::NodeDef* node : nodes) {
        const graph::NodeRecord& record = node->record;
        if (command.format == NodesFormat::markdown)
            std::printf("| `%s` | %s | %s | %s |\n", record.id.c_str(), record.category.c_str(),
                        inputs_of(record).c_str(), outputs_of(record).c_str());
        else
            std::printf("%-36s %s\n", record.id.c_str(), record.category.c_str());
    }
    return 0;
}

}  // namespace easel::server
