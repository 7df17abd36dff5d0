#include "base/error.hpp"
#include "base/log.hpp"
#include "server/commands/commands.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace easel;
using namespace easel::server;

struct RunChosen {
    const Options& options;

    int operator()(const ServeCommand&) const { return serve(options); }
    int operator()(const RunCommand& command) const { return run_workflow(options, command); }
    int operator()(const ConvertCommand& command) const { return convert_workflow(options, command); }
    int operator()(const CompareCommand& command) const { return compare_templates(options, command); }
    int operator()(const NodesCommand& command) const { return list_nodes(options, command); }
    int operator()(const DoctorCommand&) const { return examine(options); }
    int operator()(const Print& print) const {
        std::fputs(print.text.c_str(), print.status == 0 ? stdout : stderr);
        return print.status;
    }
};

}  // namespace

int main(int count, char** arguments) try {
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> given(arguments + 1, arguments + count);
    const CommandLine line = parse_command_line(given);
    // Only a server logs what goes on; the other commands print what was asked for.
    const bool is_quiet = !std::holds_alternative<ServeCommand>(line.command) && line.options.log.level == "info";
    start_logging({.level = is_quiet ? "warning" : line.options.log.level,
                   .file = line.options.log.file,
                   .to_stdout = line.options.log.to_stdout});
    return std::visit(RunChosen{line.options}, line.command);
} catch (const std::exception& error) {
    std::fprintf(stderr, "easel: %s\n", error.what());
    return 1;
}
