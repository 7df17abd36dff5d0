// Image and mask nodes against the outputs of the reference: data/image_nodes.json is written by record_pictures.py.
#include "base/json.hpp"
#include "graph/registry.hpp"
#include "nodes/register_all.hpp"
#include "nodes/types.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

Tensor tensor_of(const Json& entry) {
    const auto numbers = entry["values"].get<std::vector<std::int64_t>>();
    const auto shape = entry["shape"].get<std::vector<std::int64_t>>();
    return at::tensor(numbers, at::kLong).to(at::kDouble).div(65535.0).to(at::kFloat).reshape(shape);
}

Value boxed(const Tensor& tensor) { return tensor.dim() == 4 ? Value(Image{tensor}) : Value(Mask{tensor}); }

Tensor content(const Value& value) {
    if (const auto* image = value.get_if<Image>()) return image->pixels;
    const auto* mask = value.get_if<Mask>();
    return mask ? mask->values : Tensor();
}

const Registry& all_nodes() {
    static const Registry registry = [] {
        Registry nodes;
        register_all(nodes);
        return nodes;
    }();
    return registry;
}

const Json& recording() {
    static const Json content = Json::parse(std::ifstream(EASEL_TEST_DATA "/nodes/data/image_nodes.json"));
    return content;
}

// The outputs of one recorded call, made here.
std::vector<Tensor> outputs_of(const Json& call) {
    graph::Arguments arguments;
    for (const auto& [name, given] : call["inputs"].items()) {
        const bool is_tensor = given.is_object();
        const Value value = is_tensor ? boxed(tensor_of(recording()["inputs"][given["input"].get<std::string>()]))
                                      : Value::from_json(given);
        arguments.add({.name = name, .values = {value}});
    }
    const graph::NodeDef* node = all_nodes().find(call["class_type"].get<std::string>());
    if (!node) return {};
    const Services services;
    Context context({.services = services, .reporter = nullptr, .node_id = "1", .prompt_id = "p"});
    std::vector<Tensor> outputs;
    for (const auto& slot : node->call(arguments, context).outputs)
        outputs.push_back(content(slot.front()));
    return outputs;
}

// Recorded to 1/65535. What goes through 8 bits may round differently in the last bit.
constexpr double tolerance = 1.0 / 255 + 1e-4;

TEST(ImageNodes, ComputeWhatTheReferenceComputes) {
    ASSERT_GT(recording()["cases"].size(), 50u);
    for (const Json& call : recording()["cases"]) {
        const std::string name = call["class_type"].get<std::string>() + call["inputs"].dump();
        const std::vector<Tensor> outputs = outputs_of(call);
        ASSERT_EQ(outputs.size(), call["outputs"].size()) << name;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const Tensor expected = tensor_of(call["outputs"][i]);
            ASSERT_TRUE(outputs[i].defined()) << name;
            ASSERT_EQ(outputs[i].sizes(), expected.sizes()) << name;
            EXPECT_LE((outputs[i] - expected).abs().max().item<double>(), tolerance) << name;
            EXPECT_LE((outputs[i] - expected).abs().mean().item<double>(), tolerance / 20) << name;
        }
    }
}

}  // namespace
}  // namespace easel::nodes
