#include "tests/support/workflows/recorded.hpp"

#include <algorithm>
#include <fstream>

namespace easel::workflows::testing {

namespace fs = std::filesystem;

namespace {

fs::path saved_templates() {
    return fs::path(EASEL_TEST_DATA) / "../.deps/frontend/comfyui_workflow_templates_json/templates";
}

}  // namespace

fs::path shared_file(const std::string& name) { return fs::path(EASEL_SHARED) / name; }

Json read_json(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return Json::parse(stream);
}

bool templates_are_there() { return fs::exists(saved_templates()) && fs::exists(shared_file("templates/api")); }

std::vector<RecordedTemplate> recorded_templates() {
    std::vector<RecordedTemplate> recorded;
    for (const auto& entry : fs::directory_iterator(shared_file("templates/api"))) {
        const std::string name = entry.path().stem().string();
        recorded.push_back({name, read_json(saved_templates() / (name + ".json")), read_json(entry.path())});
    }
    std::sort(recorded.begin(), recorded.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return recorded;
}

std::string difference(const Json& made, const Json& wanted) {
    if (!made.is_object() || !wanted.is_object()) {
        const bool same_kind = made.is_number_float() == wanted.is_number_float();
        return made == wanted && same_kind ? "" : ": " + made.dump() + " instead of " + wanted.dump();
    }
    for (const auto& item : wanted.items()) {
        if (!made.contains(item.key())) return "/" + item.key() + " is missing";
        const std::string inner = difference(made[item.key()], item.value());
        if (!inner.empty()) return "/" + item.key() + inner;
    }
    for (const auto& item : made.items())
        if (!wanted.contains(item.key())) return "/" + item.key() + " is too much";
    return "";
}

}  // namespace easel::workflows::testing
