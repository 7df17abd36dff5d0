// What was typed, as values: the command and its options. Knows every flag and explains them; nothing else reads argv.
#pragma once

#include "base/options.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace easel::server {

struct ServeCommand {};

// easel run: one workflow in this process.
struct RunCommand {
    std::filesystem::path workflow;
    // Node id, or node title, and input name; the value is JSON where it can be read as that, else text.
    struct Assignment {
        std::string node, input, value;
    };
    std::vector<Assignment> assignments;
    // Of a template its slots; of other workflows the text of the positive prompt and the seed of every sampler.
    std::map<std::string, std::string> slots;
    std::optional<std::filesystem::path> output;
};

// easel convert: a saved workflow as a prompt in API format.
struct ConvertCommand {
    std::filesystem::path workflow;
    std::optional<std::filesystem::path> output;  // else standard output
};

// easel compare: the same prompts through several templates.
struct CompareCommand {
    std::filesystem::path prompts;
    std::vector<std::string> templates;  // names or files
    std::map<std::string, std::string> slots;
    std::optional<std::filesystem::path> output;
};

enum class NodesFormat { names, json, markdown };
struct NodesCommand {
    NodesFormat format = NodesFormat::names;
};

struct DoctorCommand {};

// The program is to print this and end with that status: help, the version, a mistake in the command line.
struct Print {
    std::string text;
    int status = 0;
};

struct CommandLine {
    Options options;
    std::variant<ServeCommand, RunCommand, ConvertCommand, CompareCommand, NodesCommand, DoctorCommand, Print> command;
};

// `arguments` without the program's name. Mistakes become a Print whose text names the flag and the nearest that
// exists.
CommandLine parse_command_line(std::span<const std::string> arguments);

}  // namespace easel::server
