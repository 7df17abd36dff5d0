#include "base/yaml_file.hpp"

#include "base/error.hpp"

#include <yaml-cpp/yaml.h>

namespace easel {
namespace {

Json value_of(const YAML::Node& node) {
    const bool is_quoted = node.Tag() == "!";
    if (bool truth = false; !is_quoted && YAML::convert<bool>::decode(node, truth)) return truth;
    if (std::int64_t whole = 0; !is_quoted && YAML::convert<std::int64_t>::decode(node, whole)) return whole;
    if (double number = 0; !is_quoted && YAML::convert<double>::decode(node, number)) return number;
    return node.as<std::string>();
}

Json json_of(const YAML::Node& node) {
    if (node.IsMap()) {
        Json object = Json::object();
        for (const auto& entry : node)
            object[entry.first.as<std::string>()] = json_of(entry.second);
        return object;
    }
    if (node.IsSequence()) {
        Json list = Json::array();
        for (const YAML::Node& element : node)
            list.push_back(json_of(element));
        return list;
    }
    return node.IsScalar() ? value_of(node) : Json();
}

}  // namespace

Json read_yaml_file(const std::filesystem::path& file) {
    try {
        return json_of(YAML::LoadFile(file.string()));
    } catch (const YAML::Exception& error) {
        throw UserError(file.string() + ", line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
    }
}

}  // namespace easel
