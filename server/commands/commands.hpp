// The program's commands. Each returns the exit status and throws an Error whose message is meant for the terminal.
#pragma once

#include "server/command_line.hpp"

namespace easel::server {

int serve(const Options& options);
int run_workflow(const Options& options, const RunCommand& command);
int convert_workflow(const Options& options, const ConvertCommand& command);
int compare_templates(const Options& options, const CompareCommand& command);
int list_nodes(const Options& options, const NodesCommand& command);
int examine(const Options& options);

}  // namespace easel::server
