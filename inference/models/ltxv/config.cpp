#include "inference/models/ltxv/config.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace easel::inference::ltxv {
namespace {

using Json = nlohmann::json;

// The entry's object about the transformer; an empty one where there is none.
Json transformer_entry(const Weights& w) {
    const std::string text = w.metadata("config");
    if (text.empty()) return Json::object();
    const Json config = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!config.is_object()) throw ModelError(w.origin() + " has a config that is no JSON object");
    return config.value("transformer", Json::object());
}

RopePairs pairs_of(const Json& entry, const char* otherwise) {
    return entry.value("rope_type", otherwise) == std::string("split") ? RopePairs::halves : RopePairs::neighbours;
}

}  // namespace

Config::Config(const Weights& w) {
    const Json entry = transformer_entry(w);
    try {
        heads = entry.value("num_attention_heads", heads);
        audio_heads = entry.value("audio_num_attention_heads", audio_heads);
        positions = {.theta = entry.value("positional_embedding_theta", positions.theta),
                     .pairs = pairs_of(entry, "interleaved"),
                     .double_frequencies = entry.value("frequencies_precision", "float32") == std::string("float64"),
                     .at_middle = entry.value("use_middle_indices_grid", false)};
        longest = entry.value("positional_embedding_max_pos", longest);
        longest_audio = entry.value("audio_positional_embedding_max_pos", longest_audio);
        causal_time = entry.value("causal_temporal_positioning", causal_time);
        time_scale = entry.value("timestep_scale_multiplier", time_scale);
        cross_gate_time_scale = entry.value("av_ca_timestep_scale_multiplier", cross_gate_time_scale);
        context_dim = entry.value("cross_attention_dim", context_dim);
        audio_context_dim = entry.value("audio_cross_attention_dim", audio_context_dim);
        caption_dim = entry.value("caption_channels", caption_dim);
        connector_heads = entry.value("connector_num_attention_heads", connector_heads);
        audio_connector_heads = entry.value("audio_connector_num_attention_heads", connector_heads);
        connector_pairs = pairs_of(entry, "split");
        projects_before_connector = entry.value("caption_proj_before_connector", projects_before_connector);
    } catch (const Json::exception& error) {
        throw ModelError(w.origin() + " has a config that cannot be read: " + error.what());
    }
    if (longest.size() != 3 || longest_audio.size() != 1)
        throw ModelError(w.origin() + " has a config with positions of another number of dimensions");
}

}  // namespace easel::inference::ltxv
