#include "base/error.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/workbench.hpp"
#include "server/commands/workflow_file.hpp"

#include <cstdio>
#include <fstream>

namespace easel::server {

int convert_workflow(const Options& options, const ConvertCommand& command) {
    std::map<std::string, std::string> no_slots;
    WorkflowFile file = read_workflow(command.workflow, no_slots);
    const Workbench workbench(options);
    // The workflow says more than the prompt beside it: which models it needs.
    if (file.workflow) file.prompt.reset();
    workflows::MissingParts missing;
    const Json prompt = prompt_of(std::move(file), workbench.registry, workbench.services, *workbench.folders, missing);
    const std::string text = prompt.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    if (command.output) {
        std::ofstream stream(*command.output, std::ios::binary);
        stream << text;
        if (!stream.flush()) throw UserError("cannot write " + command.output->string());
    } else {
        std::fputs(text.c_str(), stdout);
    }
    print_missing(missing);
    return 0;
}

}  // namespace easel::server
