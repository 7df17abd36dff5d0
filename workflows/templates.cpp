#include "workflows/templates.hpp"

#include "base/error.hpp"
#include "base/nearest_names.hpp"
#include "workflows/json_parts.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace easel::workflows {

namespace fs = std::filesystem;

namespace {

enum class SlotKind { text, whole, number };

struct Slot {
    const char* name;
    SlotKind kind;
};
constexpr Slot known_slots[] = {{"prompt", SlotKind::text},  {"negative", SlotKind::text},  {"seed", SlotKind::whole},
                                {"steps", SlotKind::whole},  {"width", SlotKind::whole},    {"height", SlotKind::whole},
                                {"model", SlotKind::text},   {"vae", SlotKind::text},       {"clip", SlotKind::text},
                                {"clip_l", SlotKind::text},  {"clip_t5", SlotKind::text},   {"dtype", SlotKind::text},
                                {"shift", SlotKind::number}, {"guidance", SlotKind::number}};

const Slot* find_slot(const std::string& name) {
    const auto found = std::find_if(std::begin(known_slots), std::end(known_slots),
                                    [&](const Slot& slot) { return slot.name == name; });
    return found == std::end(known_slots) ? nullptr : found;
}

std::vector<std::string> slot_names() {
    std::vector<std::string> names;
    for (const Slot& slot : known_slots)
        names.emplace_back(slot.name);
    return names;
}

// "${seed}" is seed; nothing for other texts.
std::optional<std::string> slot_in(const Json& value) {
    const std::string text = text_of(value);
    if (!text.starts_with("${") || !text.ends_with("}") || text.find('}') + 1 != text.size()) return {};
    return text.substr(2, text.size() - 3);
}

bool has_slot(const Json& json) {
    if (json.is_string()) return json.get_ref<const std::string&>().find("${") != std::string::npos;
    return json.is_structured() && std::any_of(json.begin(), json.end(), has_slot);
}

bool fits(const Json& value, SlotKind kind) {
    switch (kind) {
    case SlotKind::text:
        return value.is_string();
    case SlotKind::whole:
        return value.is_number_integer();
    case SlotKind::number:
        return value.is_number();
    }
    return false;
}

template <class Number>
std::optional<Number> parsed(const std::string& text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

std::optional<Json> parsed(const std::string& text, SlotKind kind) {
    if (kind == SlotKind::text) return Json(text);
    if (kind == SlotKind::whole) {
        const auto number = parsed<std::uint64_t>(text);
        return number ? std::optional<Json>(*number) : std::nullopt;
    }
    const auto number = parsed<double>(text);
    return number ? std::optional<Json>(*number) : std::nullopt;
}

void fill_value(Json& value, const std::map<std::string, Json>& values) {
    if (const auto slot = slot_in(value)) {
        value = values.at(*slot);
    } else if (value.is_structured()) {
        for (Json& inner : value)
            fill_value(inner, values);
    }
}

}  // namespace

bool Template::is_template(const Json& json) { return has_slot(json); }

Template::Template(std::string name, const Json& json) : name_(std::move(name)) {
    const Json& wrapped = part(json, "prompt");
    prompt_ = wrapped.is_object() && !wrapped.contains("class_type") ? wrapped : json;
    const auto fail = [&](const std::string& what) { throw UserError("template " + name_ + ": " + what); };
    if (!prompt_.is_object() || prompt_.empty()) fail("it is no prompt in API format");
    const auto check = [&](const std::string& where, const auto& self, const Json& value) -> void {
        if (const auto slot = slot_in(value)) {
            if (!find_slot(*slot))
                fail("node " + where + " has the slot ${" + *slot + "}; slots are " + joined(slot_names()));
            slots_.insert(*slot);
        } else if (value.is_string() && has_slot(value)) {
            fail("node " + where + " has a slot within a longer text: \"" + text_of(value) +
                 "\"; a slot is a whole value");
        } else if (value.is_structured()) {
            for (const Json& inner : value)
                self(where, self, inner);
        }
    };
    for (const auto& node : prompt_.items()) {
        if (!part(node.value(), "class_type").is_string() || !part(node.value(), "inputs").is_object())
            fail("node " + node.key() + " has no class_type or no inputs");
        check(node.key(), check, node.value());
    }
    const Json& defaults = part(json, "defaults");
    if (!defaults.is_object()) return;
    for (const auto& item : defaults.items()) {
        const Slot* slot = find_slot(item.key());
        if (!slot || !slots_.contains(item.key())) fail("it has a default for " + item.key() + ", but no such slot");
        if (!fits(item.value(), slot->kind)) fail("its default for " + item.key() + " is of the wrong kind");
        defaults_[item.key()] = item.value();
    }
}

Json Template::fill(const std::map<std::string, std::string>& values) const {
    const std::vector<std::string> own(slots_.begin(), slots_.end());
    std::map<std::string, Json> filled = defaults_;
    for (const auto& [name, text] : values) {
        if (!slots_.contains(name))
            throw UserError("template " + name_ + " has no slot " + name + "; its slots are " + joined(own));
        std::optional<Json> value = parsed(text, find_slot(name)->kind);
        if (!value) throw UserError("template " + name_ + ": " + name + " takes a number, not \"" + text + "\"");
        filled[name] = std::move(*value);
    }
    std::vector<std::string> missing;
    for (const std::string& slot : slots_)
        if (!filled.contains(slot)) missing.push_back(slot);
    if (!missing.empty()) throw UserError("template " + name_ + " needs " + joined(missing));
    Json prompt = prompt_;
    fill_value(prompt, filled);
    return prompt;
}

fs::path templates_folder() {
    std::error_code failed;
    fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (int level = 0; !failed && level < 5 && folder.has_relative_path(); ++level, folder = folder.parent_path())
        for (const char* place : {"workflows/templates", "share/easel/templates"})
            if (std::error_code ignored; fs::is_directory(folder / place, ignored)) return folder / place;
    return {};
}

std::vector<std::string> template_names() {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(templates_folder(), failed), end; !failed && entry != end;
         entry.increment(failed))
        if (entry->path().extension() == ".json") names.push_back(entry->path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace easel::workflows
