#include "workflows/replacements.hpp"

#include "graph/prompt.hpp"

#include <utility>
#include <vector>

namespace easel::workflows {
namespace {

// `from`: an input of the old node; `value`: a constant.
Json taken(const char* name, const char* from) { return {{"new_id", name}, {"old_id", from}}; }
Json constant(const char* name, Json value) { return {{"new_id", name}, {"set_value", std::move(value)}}; }

Json replacement(const char* old_id, const char* new_id, Json inputs = nullptr, Json widgets = nullptr,
                 Json outputs = nullptr) {
    return Json::array({Json{{"new_node_id", new_id},
                             {"old_node_id", old_id},
                             {"old_widget_ids", std::move(widgets)},
                             {"input_mapping", std::move(inputs)},
                             {"output_mapping", std::move(outputs)}}});
}

Json table() {
    Json all = Json::object();
    auto add = [&](const char* old_id, const char* new_id, Json inputs = nullptr, Json widgets = nullptr,
                   Json outputs = nullptr) {
        all[old_id] = replacement(old_id, new_id, std::move(inputs), std::move(widgets), std::move(outputs));
    };
    add("ResizeImagesByLongerEdge", "ImageScaleToMaxDimension",
        Json::array(
            {taken("image", "images"), taken("largest_size", "longer_edge"), constant("upscale_method", "lanczos")}),
        Json::array({"longer_edge"}), Json::array({Json{{"new_idx", 0}, {"old_idx", 0}}}));
    add("ImageBatch", "BatchImagesNode",
        Json::array({taken("images.image0", "image1"), taken("images.image1", "image2")}));
    add("ImageScaleBy", "ResizeImageMaskNode",
        Json::array({taken("input", "image"), constant("resize_type", "scale by multiplier"),
                     taken("resize_type.multiplier", "scale_by"), taken("scale_method", "upscale_method")}),
        Json::array({"upscale_method", "scale_by"}));
    add("T2IAdapterLoader", "ControlNetLoader", Json::array({taken("control_net_name", "t2i_adapter_name")}));
    add("Load3DAnimation", "Load3D");
    add("Preview3DAnimation", "Preview3D");
    add("SDV_img2vid_Conditioning", "SVD_img2vid_Conditioning");
    add("ConditioningAverage ", "ConditioningAverage");
    return all;
}

// A node of a prompt as far as rewriting needs it.
bool is_node(const Json& node) {
    return node.is_object() && node.contains("class_type") && node["class_type"].is_string() &&
           node.contains("inputs") && node["inputs"].is_object();
}

Json rewritten_inputs(const Json& old_inputs, const Json& mapping) {
    Json inputs = Json::object();
    if (mapping.is_null()) return inputs;
    for (const Json& rule : mapping) {
        const std::string name = rule["new_id"].get<std::string>();
        if (rule.contains("set_value"))
            inputs[name] = rule["set_value"];
        else if (const auto old = old_inputs.find(rule["old_id"].get<std::string>()); old != old_inputs.end())
            inputs[name] = *old;
    }
    return inputs;
}

// Links from the replaced node keep pointing at what they meant.
void rewrite_links(Json& prompt, const std::string& replaced, const Json& mapping) {
    if (mapping.is_null()) return;
    for (auto& item : prompt.items()) {
        if (!is_node(item.value())) continue;
        for (auto& input : item.value()["inputs"].items()) {
            const auto link = graph::as_link(input.value());
            if (!link || link->node != replaced) continue;
            for (const Json& rule : mapping)
                if (rule["old_idx"] == link->slot) input.value()[1] = rule["new_idx"];
        }
    }
}

}  // namespace

const Json& replacements() {
    static const Json all = table();
    return all;
}

void apply_replacements(Json& prompt, const graph::Registry& registry) {
    if (!prompt.is_object()) return;
    std::vector<std::pair<std::string, const Json*>> wanted;
    for (const auto& item : prompt.items()) {
        if (!is_node(item.value())) continue;
        const std::string& type = item.value()["class_type"].get_ref<const std::string&>();
        if (registry.find(type)) continue;
        const auto found = replacements().find(type);
        if (found != replacements().end()) wanted.emplace_back(item.key(), &(*found)[0]);
    }
    for (const auto& [id, rule] : wanted) {
        const std::string new_type = (*rule)["new_node_id"].get<std::string>();
        if (!registry.find(new_type)) continue;
        Json& node = prompt[id];
        node["inputs"] = rewritten_inputs(node["inputs"], (*rule)["input_mapping"]);
        node["class_type"] = new_type;
        rewrite_links(prompt, id, (*rule)["output_mapping"]);
    }
}

}  // namespace easel::workflows
