// Damaged files by the thousand: whatever people send is either converted or refused with a UserError.
#include "base/error.hpp"
#include "workflows/metadata.hpp"
#include "workflows/ui_workflow.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace easel::workflows {
namespace {

// A subgraph with a promoted widget and a primitive, a reroute, a bypassed node, a dynamic combo, inputs that grow.
constexpr const char* rich_workflow = R"({"last_node_id": 9, "version": 0.4, "links": [
    [1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"], [3, 3, 0, 4, 0, "IMAGE"], [4, 4, 0, 5, 0, "IMAGE"],
    [5, 6, 0, 4, 1, "INT"]],
    "nodes": [
    {"id": 1, "type": "EmptyImage", "widgets_values": [64, 64, 1, 0], "outputs": [{"type": "IMAGE", "links": [1]}]},
    {"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}], "outputs": [{"links": [2]}]},
    {"id": 3, "type": "ImageInvert", "mode": 4, "inputs": [{"name": "image", "type": "IMAGE", "link": 2}],
     "outputs": [{"type": "IMAGE", "links": [3]}]},
    {"id": 4, "type": "sub", "widgets_values": ["a", 7], "outputs": [{"type": "IMAGE", "links": [4]}],
     "inputs": [{"name": "image", "type": "IMAGE", "link": 3}, {"name": "seed", "type": "INT", "link": 5}],
     "properties": {"proxyWidgets": [["1", "scale_method"], ["-1", "seed"], ["8", "value"]]}},
    {"id": 5, "type": "BatchImagesNode", "inputs": [{"name": "images.image0", "type": "IMAGE", "link": 4}]},
    {"id": 6, "type": "PrimitiveNode", "widgets_values": [5, "fixed"], "outputs": [{"type": "INT", "links": [5]}]}],
    "definitions": {"subgraphs": [{"id": "sub", "name": "Sub",
     "inputs": [{"name": "image", "type": "IMAGE", "linkIds": [1]}, {"name": "seed", "type": "INT", "linkIds": [2]}],
     "outputs": [{"name": "IMAGE", "type": "IMAGE", "linkIds": [3]}],
     "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0},
      {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 7, "target_slot": 0},
      {"id": 3, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0},
      {"id": 4, "origin_id": 8, "origin_slot": 0, "target_id": 7, "target_slot": 1}],
     "nodes": [{"id": 1, "type": "ResizeImageMaskNode", "inputs": [{"name": "input", "type": "IMAGE", "link": 1}],
       "widgets_values": ["scale width", 512, "area"], "outputs": [{"type": "IMAGE", "links": [3]}]},
      {"id": 7, "type": "KSampler", "widgets_values": [1, "fixed", 20, 8, "euler", "normal", 1],
       "inputs": [{"name": "seed", "type": "INT", "link": 2, "widget": {"name": "seed"}},
        {"name": "steps", "type": "INT", "link": 4, "widget": {"name": "steps"}}]},
      {"id": 8, "type": "PrimitiveNode", "outputs": [{"type": "INT", "links": [4]}]}]}]}})";

class Mutator {
public:
    // Replaces, doubles or removes a few parts.
    Json mutated(Json json) {
        for (std::size_t i = 1 + below(4); i > 0; --i) {
            std::vector<Json*> places;
            collect(json, places);
            change(*places[below(places.size())]);
        }
        return json;
    }

    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

private:
    static void collect(Json& json, std::vector<Json*>& places) {
        places.push_back(&json);
        if (json.is_structured())
            for (Json& inner : json)
                collect(inner, places);
    }

    void change(Json& place) {
        static const Json values = Json::parse(
            R"([null, -1, 0, 1, 3, 8, 1e300, 4294967296, 0.5, true, "", "1", "-1", "sub", "image", "KSampler",
                [], {}, [1], [[1, 2]], {"name": "x"}, {"id": 1, "type": "sub"}])");
        if (place.is_array() && !place.empty() && below(2) == 0) {
            if (below(2) == 0)
                place.erase(below(place.size()));
            else
                place.push_back(Json(place[below(place.size())]));
            return;
        }
        place = values[below(values.size())];
    }

    std::mt19937 random_{20260101};
};

TEST(Mutations, OfWorkflowsAreConvertedOrRefused) {
    const Json original = Json::parse(rich_workflow);
    const auto no_definition = [](const std::string&) -> const Json* { return nullptr; };
    const auto first = [](std::size_t) { return std::size_t{0}; };
    ASSERT_EQ(to_prompt(original, no_definition, first).prompt.size(), 4u);
    Mutator mutator;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Json workflow = mutator.mutated(original);
        try {
            to_prompt(workflow, no_definition, first);
            needed_models(workflow);
        } catch (const UserError&) {
            ++refused;
        } catch (const std::exception& error) {
            FAIL() << error.what() << " for " << workflow.dump();
        }
    }
    EXPECT_GT(refused, 0);
}

TEST(Mutations, OfPicturesDoNoHarm) {
    const auto number = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                           static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    const std::string text = std::string("workflow") + '\0' + R"({"nodes": [], "links": []})";
    const std::string chunks =
        number(text.size()) + "tEXt" + text + "sums" + number(text.size()) + "iTXt" + text + "sums";
    const std::string exif =
        std::string("II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x09\0\0\0\x1a\0\0\0\0\0\0\0prompt:{}", 35);
    const std::vector<std::string> originals = {"\x89PNG\r\n\x1a\n" + chunks,
                                                std::string("RIFF\x40\0\0\0WEBPEXIF\x23\0\0\0", 20) + exif};
    Mutator mutator;
    for (int i = 0; i < 50'000; ++i) {
        std::string file = originals[mutator.below(originals.size())];
        for (std::size_t n = 1 + mutator.below(6); n > 0; --n)
            file[mutator.below(file.size())] = static_cast<char>(mutator.below(256));
        file.resize(mutator.below(file.size() + 1));
        read_picture(file);
    }
}

}  // namespace
}  // namespace easel::workflows
