// Templates: workflows in API format with slots. A slot is a whole value, "${seed}", and keeps its type when it is
// filled: a number stays a number. The file is {"prompt": {...}, "defaults": {"steps": 4, ...}}, or the prompt alone.
#pragma once

#include "base/json.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace easel::workflows {

class Template {
public:
    // Whether the JSON has a slot, or what looks like one, anywhere.
    static bool is_template(const Json& json);

    // Throws UserError naming what is wrong: a slot that does not exist or is part of a longer text, a default of the
    // wrong kind, or what is no prompt.
    Template(std::string name, const Json& json);

    const std::string& name() const { return name_; }
    // The names of its slots: "prompt", "seed", ...
    const std::set<std::string>& slots() const { return slots_; }

    // The prompt with every slot filled: from `values` (texts; numbers are read from them), else from the defaults.
    // Throws UserError naming the slots that are missing, unknown or given something that they do not take.
    Json fill(const std::map<std::string, std::string>& values) const;

private:
    std::string name_;
    Json prompt_;
    std::map<std::string, Json> defaults_;
    std::set<std::string> slots_;
};

// The templates that come with easel: files NAME.json in workflows/templates of the tree that the program was built in,
// or in share/easel/templates of where it was installed. Empty where there is no such folder.
std::filesystem::path templates_folder();
std::vector<std::string> template_names();

}  // namespace easel::workflows
