#include "web-api/job_outputs.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace easel::web {
namespace {

constexpr std::array<std::string_view, 5> shown_media = {"images", "video", "audio", "3d", "text"};
constexpr std::array<std::string_view, 5> model_suffixes = {".obj", ".fbx", ".gltf", ".glb", ".usdz"};
constexpr std::array<std::string_view, 3> text_suffixes = {".txt", ".md", ".json"};
constexpr std::size_t longest_text = 1024;  // characters

std::string lower(const std::string& text) {
    std::string result = text;
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

template <std::size_t n>
bool ends_with_any(const std::string& text, const std::array<std::string_view, n>& suffixes) {
    const std::string name = lower(text);
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&](std::string_view suffix) { return name.ends_with(suffix); });
}

std::string text_member(const Json& item, const char* name) {
    const auto found = item.find(name);
    return found != item.end() && found->is_string() ? found->get<std::string>() : "";
}

// A file object: as it is, or made from the name of a 3D file. Nothing for anything else.
std::optional<Json> as_file(const Json& item) {
    if (item.is_object()) return item;
    if (!item.is_string() || !ends_with_any(item.get_ref<const std::string&>(), model_suffixes)) return {};
    return Json{{"filename", item}, {"type", "output"}, {"subfolder", ""}, {"mediaType", "3d"}};
}

bool is_text_file(const Json& file) { return ends_with_any(text_member(file, "filename"), text_suffixes); }

bool can_be_shown(const std::string& media, const Json& file) {
    if (std::find(shown_media.begin(), shown_media.end(), media) != shown_media.end()) return true;
    const std::string format = text_member(file, "format");
    if (format.starts_with("video/") || format.starts_with("audio/")) return true;
    return ends_with_any(text_member(file, "filename"), model_suffixes) || is_text_file(file);
}

// The first characters of a text, cut between characters.
Json text_preview(const std::string& text) {
    std::size_t characters = 0, end = 0;
    for (; end < text.size(); ++end) {
        const bool starts_character = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
        if (starts_character && characters++ == longest_text) break;
    }
    if (end == text.size()) return {{"content", text}};
    return {{"content", text.substr(0, end)}, {"truncated", true}};
}

// The best candidates seen so far, best first.
struct Candidates {
    std::optional<Json> saved, temporary, text_file, text;

    void offer(std::optional<Json>& slot, Json preview) {
        if (!slot) slot = std::move(preview);
    }
    std::optional<Json> best() const {
        for (const auto* slot : {&saved, &temporary, &text_file, &text})
            if (*slot) return *slot;
        return {};
    }
};

void offer_file(Candidates& candidates, const std::string& node, const std::string& media, Json file) {
    const bool is_text = media == "text" || is_text_file(file);
    const bool is_saved = text_member(file, "type") == "output";
    file["nodeId"] = node;
    if (!file.contains("mediaType")) file["mediaType"] = media;
    if (is_text)
        candidates.offer(candidates.text_file, std::move(file));
    else
        candidates.offer(is_saved ? candidates.saved : candidates.temporary, std::move(file));
}

void offer_text(Candidates& candidates, const std::string& node, const Json& item) {
    Json preview = text_preview(item.is_string() ? item.get<std::string>() : item.dump());
    preview["nodeId"] = node;
    preview["mediaType"] = "text";
    candidates.offer(candidates.text, std::move(preview));
}

// "animated" is a flag beside the lists.
bool is_item_list(const std::string& media, const Json& items) { return media != "animated" && items.is_array(); }

}  // namespace

OutputSummary summarize(const Json& outputs) {
    OutputSummary summary;
    Candidates candidates;
    for (const auto& node : outputs.items()) {
        if (!node.value().is_object()) continue;
        for (const auto& list : node.value().items()) {
            if (!is_item_list(list.key(), list.value())) continue;
            for (const Json& item : list.value()) {
                std::optional<Json> file = as_file(item);
                if (!file && list.key() == "text") offer_text(candidates, node.key(), item);
                if (!file) continue;
                ++summary.count;
                if (!can_be_shown(list.key(), *file)) continue;
                ++summary.previewable;
                offer_file(candidates, node.key(), list.key(), std::move(*file));
            }
        }
    }
    summary.preview = candidates.best();
    return summary;
}

Json normalized_outputs(const Json& outputs) {
    Json normalized = outputs;
    for (Json& node : normalized) {
        if (!node.is_object()) continue;
        for (auto& list : node.items()) {
            if (!is_item_list(list.key(), list.value())) continue;
            Json items = Json::array();
            for (const Json& item : list.value())
                if (!item.is_null()) items.push_back(as_file(item).value_or(item));
            list.value() = std::move(items);
        }
    }
    return normalized;
}

}  // namespace easel::web
