// What a running node may see and report. Made by the executor for every call; never outlives it, except that an
// asynchronous node may keep a copy of `Reporter`.
#pragma once

#include "base/error.hpp"
#include "graph/returns.hpp"
#include "graph/services.hpp"
#include "graph/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace easel::graph {

class DynamicPrompt;

// An uncompressed preview picture; encoded by whoever sends it.
struct PreviewImage {
    std::string format = "JPEG";  // "JPEG" or "PNG"
    int width = 0;
    int height = 0;
    int max_size = 0;               // 0: as it is; else scaled (up as well) to fit max_size x max_size
    std::vector<std::uint8_t> rgb;  // height * width * 3
};

// The part of a context that is safe to use from another thread, while the job runs.
class Reporter {
public:
    virtual ~Reporter() = default;
    // `value` of `total`; throws Interrupted when the job is to stop.
    virtual void progress(double value, double total, std::optional<PreviewImage> preview) = 0;
    // A text frame for the prompt's client (binary type 3).
    virtual void text(std::string text) = 0;
    virtual std::stop_token stop() const = 0;
};

class Context {
public:
    struct Parts {
        const Services& services;
        std::shared_ptr<Reporter> reporter;
        std::string node_id;
        std::string prompt_id;
        const DynamicPrompt* prompt = nullptr;            // null in unit tests
        std::shared_ptr<void>* instance_state = nullptr;  // kept while the node stays in consecutive prompts
        int call_index = 0;                               // position in the lists that the node is mapped over
    };

    explicit Context(Parts parts) : parts_(std::move(parts)) {}

    // Reports progress and throws Interrupted when the job is to stop.
    void progress(double value, double total, std::optional<PreviewImage> preview = {}) const {
        if (parts_.reporter) parts_.reporter->progress(value, total, std::move(preview));
    }
    void text(std::string text) const {
        if (parts_.reporter) parts_.reporter->text(std::move(text));
    }
    bool stop_requested() const { return parts_.reporter && parts_.reporter->stop().stop_requested(); }
    void check_interrupted() const {
        if (stop_requested()) throw Interrupted{};
    }

    template <class T>
    T& use() const {
        return parts_.services.use<T>();
    }
    const Services& services() const { return parts_.services; }

    // State of this node instance, by (id, class): it lives while the node is in consecutive prompts.
    // Without an executor (in unit tests) it lives as long as the context.
    template <class T>
    T& state() {
        std::shared_ptr<void>& state = parts_.instance_state ? *parts_.instance_state : own_state_;
        if (!state) state = std::make_shared<T>();
        return *static_cast<T*>(state.get());
    }

    // A graph to expand into, with a prefix of its own.
    Subgraph new_subgraph() {
        return Subgraph(parts_.node_id + "." + std::to_string(parts_.call_index) + "." +
                        std::to_string(subgraphs_made_++) + ".");
    }

    const std::string& node_id() const { return parts_.node_id; }
    const std::string& prompt_id() const { return parts_.prompt_id; }
    const DynamicPrompt* prompt() const { return parts_.prompt; }  // DYNPROMPT of the reference
    std::shared_ptr<Reporter> reporter() const { return parts_.reporter; }

private:
    Parts parts_;
    std::shared_ptr<void> own_state_;
    int subgraphs_made_ = 0;
};

}  // namespace easel::graph
