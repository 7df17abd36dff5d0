// Runs workflows of the parity kit through the inference layer alone, node by node by hand, and compares the latents
// with what the reference recorded. Needs the kit (../shared/parity) and its models (`forge.py FOLDER --only
// 'sd15|embeddings'`), whose folder EASEL_PARITY_MODELS names; skips without. EASEL_PARITY_CASES narrows the cases down
// to those that match a regular expression; with EASEL_PARITY_SIMULATED models run on the simulated accelerator.
#include "base/error.hpp"
#include "inference/engine.hpp"
#include "inference/sampling/conditioning_ops.hpp"
#include "inference/sampling/sample.hpp"
#include "inference/weights/safetensors.hpp"
#include "tests/support/inference/recorded.hpp"
#include "tests/support/inference/simulated_accelerator.hpp"

#include <any>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct UnsupportedNode {
    std::string type;
};

// One workflow: nodes are computed when somebody asks for them.
class Graph {
public:
    Graph(Engine& engine, fs::path models, json prompt)
        : engine_(engine), models_(std::move(models)), prompt_(std::move(prompt)) {}

    template <class T>
    T input(const std::string& node, const std::string& name) {
        const json& value = prompt_[node]["inputs"][name];
        return std::any_cast<T>(outputs(value[0].get<std::string>())[value[1].get<std::size_t>()]);
    }
    const json& prompt() const { return prompt_; }

private:
    const std::vector<std::any>& outputs(const std::string& node) {
        const auto found = done_.find(node);
        return found != done_.end() ? found->second : done_.emplace(node, compute(node)).first->second;
    }

    std::vector<std::any> compute(const std::string& node) {
        const std::string type = prompt_[node]["class_type"];
        const json& in = prompt_[node]["inputs"];
        if (type == "CheckpointLoaderSimple") {
            Checkpoint checkpoint =
                engine_.load_checkpoint(models_ / "checkpoints" / in["ckpt_name"].get<std::string>());
            return {checkpoint.model.value(), checkpoint.clip.value(), checkpoint.vae.value()};
        }
        if (type == "CLIPTextEncode") return {input<TextEncoder>(node, "clip").encode(in["text"].get<std::string>())};
        if (type == "CLIPSetLastLayer")
            return {input<TextEncoder>(node, "clip").with_stop_layer(in["stop_at_clip_layer"].get<int>())};
        if (type == "LoraLoader" || type == "LoraLoaderModelOnly") {
            const auto lora = engine_.load_lora(models_ / "loras" / in["lora_name"].get<std::string>());
            std::vector<std::any> patched{
                input<Model>(node, "model").with_lora(*lora, in["strength_model"].get<double>())};
            if (type == "LoraLoader")
                patched.push_back(input<TextEncoder>(node, "clip").with_lora(*lora, in["strength_clip"].get<double>()));
            return patched;
        }
        if (type == "EmptyLatentImage")
            return {
                LatentImage{.samples = at::zeros({in["batch_size"].get<int64_t>(), 4, in["height"].get<int64_t>() / 8,
                                                  in["width"].get<int64_t>() / 8})}};
        if (type == "KSampler") return {LatentImage{.samples = ksampler(node, in)}};
        if (type.starts_with("Conditioning")) return {conditioning(node, type, in)};
        throw UnsupportedNode{type};
    }

    Tensor ksampler(const std::string& node, const json& in) {
        return sample(input<Model>(node, "model"), {.seed = in["seed"],
                                                    .steps = in["steps"],
                                                    .cfg = in["cfg"],
                                                    .sampler = in["sampler_name"],
                                                    .scheduler = in["scheduler"],
                                                    .positive = input<Conditioning>(node, "positive"),
                                                    .negative = input<Conditioning>(node, "negative"),
                                                    .latent = input<LatentImage>(node, "latent_image"),
                                                    .denoise = in["denoise"]});
    }

    Conditioning conditioning(const std::string& node, const std::string& type, const json& in) {
        if (type == "ConditioningCombine") {
            auto both = input<Conditioning>(node, "conditioning_1");
            for (auto& condition : input<Conditioning>(node, "conditioning_2"))
                both.push_back(condition);
            return both;
        }
        if (type == "ConditioningAverage")
            return average(input<Conditioning>(node, "conditioning_to"), input<Conditioning>(node, "conditioning_from"),
                           in["conditioning_to_strength"]);
        if (type == "ConditioningConcat")
            return concat(input<Conditioning>(node, "conditioning_to"), input<Conditioning>(node, "conditioning_from"));
        auto all = input<Conditioning>(node, "conditioning");
        for (Condition& condition : all) {
            if (type == "ConditioningSetTimestepRange") {
                condition.start_percent = in["start"];
                condition.end_percent = in["end"];
            } else if (type == "ConditioningZeroOut") {
                condition.cross = at::zeros_like(condition.cross);
            } else if (type == "ConditioningSetAreaStrength") {
                condition.strength = in["strength"];
            } else if (type == "ConditioningSetArea" || type == "ConditioningSetAreaPercentage") {
                const bool cells = type == "ConditioningSetArea";
                const auto side = [&](const char* name) { return in[name].get<double>() / (cells ? 8 : 1); };
                condition.area = Area{.unit = cells ? Area::Unit::latent : Area::Unit::fraction,
                                      .size = {side("height"), side("width")},
                                      .start = {side("y"), side("x")}};
                condition.strength = in["strength"];
            } else {
                throw UnsupportedNode{type};
            }
        }
        return all;
    }

    Engine& engine_;
    fs::path models_;
    json prompt_;
    std::map<std::string, std::vector<std::any>> done_;
};

// The limits of the parity kit's README.
void expect_equal(const Tensor& actual, const Tensor& expected) {
    ASSERT_EQ(actual.sizes(), expected.sizes());
    const double scale = expected.std(/*unbiased=*/false).item<double>();
    const Tensor error = (actual - expected).abs() / scale;
    ::testing::Test::RecordProperty("max_error", std::to_string(error.max().item<double>()));
    EXPECT_LT(error.max().item<double>(), 5e-4);
    EXPECT_LT(error.mean().item<double>(), 5e-5);
}

class Parity : public ::testing::TestWithParam<const char*> {};

TEST_P(Parity, LatentsAreTheReferences) {
    const fs::path kit = fs::path(EASEL_SHARED) / "parity";
    const char* models = std::getenv("EASEL_PARITY_MODELS");
    if (!fs::exists(kit)) GTEST_SKIP() << "there is no parity kit at " << kit;
    if (!models) GTEST_SKIP() << "EASEL_PARITY_MODELS does not name the folder that the kit's forge.py filled";
    const char* wanted = std::getenv("EASEL_PARITY_CASES");
    const std::regex filter(wanted ? wanted : ".*");

    const auto embeddings = [models] { return std::vector{fs::path(models) / "embeddings"}; };
    const bool is_simulated = std::getenv("EASEL_PARITY_SIMULATED") != nullptr;
    const at::Device device = is_simulated ? testing::SimulatedAccelerator::device() : at::Device(at::kCPU);
    Engine engine({.compute = {.force_fp32 = true, .device = device}, .embedding_folders = embeddings});
    std::ifstream file(kit / "cases" / (std::string(GetParam()) + ".json"));
    int compared = 0;
    for (const json& one : json::parse(file)) {
        const std::string name = one["name"];
        if (!std::regex_search(name, filter)) continue;
        SCOPED_TRACE(name);
        Graph graph(engine, models, one["prompt"]);
        for (const auto& [id, node] : one["prompt"].items()) {
            const fs::path expected = kit / "reference" / name / (id + ".0.latent.safetensors");
            if (node["class_type"] != "SaveLatent" || !fs::exists(expected)) continue;
            try {
                expect_equal(graph.input<LatentImage>(id, "samples").samples, open_weights(expected).tensors.at("x"));
                ++compared;
            } catch (const UnsupportedNode&) {
                continue;  // the server's own parity run covers it
            } catch (const UserError&) {
                continue;  // a model that the folder does not have
            }
        }
    }
    EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(Kit, Parity, ::testing::Values("sd15", "samplers", "conditioning", "lora", "text", "formats"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace easel::inference
