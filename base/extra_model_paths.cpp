// Folders::load_extra_paths: the reference's extra_model_paths.yaml.

#include "base/error.hpp"
#include "base/folders.hpp"

#include <yaml-cpp/yaml.h>

#include <cctype>
#include <cstdlib>
#include <sstream>

namespace easel {

namespace fs = std::filesystem;

namespace {

std::string variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? value : "";
}

// "~" and "$NAME" or "${NAME}" as a shell reads them; names that are not set stay as they are.
fs::path expand(const std::string& text) {
    std::string result;
    std::size_t at = 0;
    if (text.starts_with("~/") || text == "~") {
        result = variable("HOME");
        at = 1;
    }
    while (at < text.size()) {
        const bool braced = text.compare(at, 2, "${") == 0;
        std::size_t end = at + (braced ? 2 : 1);
        const std::size_t begin = end;
        if (text[at] == '$')
            while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
                ++end;
        const std::string name = text.substr(begin, end - begin);
        if (braced && end < text.size() && text[end] == '}') ++end;
        const std::string value = text[at] == '$' && !name.empty() ? variable(name) : "";
        if (value.empty()) end = at + 1;
        result += value.empty() ? text.substr(at, 1) : value;
        at = end;
    }
    return result;
}

[[noreturn]] void fail(const fs::path& file, const YAML::Mark& mark, const std::string& what) {
    throw UserError(file.string() + ", line " + std::to_string(mark.line + 1) + ": " + what);
}

void add_section(Folders& folders, const fs::path& file, const YAML::Node& section) {
    const fs::path beside = fs::absolute(file).parent_path();
    fs::path base = beside;
    bool is_default = false;
    if (const YAML::Node value = section["base_path"]) base = beside / expand(value.as<std::string>());
    if (const YAML::Node value = section["is_default"]) is_default = value.as<bool>();
    for (const auto& entry : section) {
        const std::string kind = entry.first.as<std::string>();
        if (kind == "base_path" || kind == "is_default") continue;
        if (!entry.second.IsScalar())
            fail(file, entry.second.Mark(), kind + " must be a path, or several on lines of a block (|)");
        std::istringstream lines(entry.second.as<std::string>());
        for (std::string line; std::getline(lines, line);) {
            if (line.empty()) continue;
            fs::path path = (base / line).lexically_normal();
            if (!path.has_filename()) path = path.parent_path();
            folders.add_model_path(kind, path, is_default);
        }
    }
}

}  // namespace

void Folders::load_extra_paths(const fs::path& file) try {
    const YAML::Node config = YAML::LoadFile(file.string());
    if (config.IsNull()) return;
    if (!config.IsMap()) fail(file, config.Mark(), "a section name with model folders below it is expected");
    for (const auto& section : config) {
        if (section.second.IsNull()) continue;
        if (!section.second.IsMap())
            fail(file, section.second.Mark(), "the section must hold lines of the form kind: path");
        add_section(*this, file, section.second);
    }
} catch (const YAML::BadFile&) {
    throw UserError("cannot read " + file.string() + ", which --extra-model-paths-config names");
} catch (const YAML::Exception& error) {
    fail(file, error.mark, error.msg);
}

}  // namespace easel
