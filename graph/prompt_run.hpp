// One prompt while it runs: the executor's loop and the steps of a node. Lives on the worker's thread.
#pragma once

#include "graph/async_calls.hpp"
#include "graph/call.hpp"
#include "graph/executor.hpp"
#include "graph/progress.hpp"
#include "graph/run_list.hpp"
#include "graph/signature.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace easel::graph {

// The state of a node instance, kept while the node that the user sees stays in consecutive prompts.
struct NodeInstance {
    std::shared_ptr<void> state;
    std::string owner;  // scope_name of the node of the prompt
};

// What outlives a prompt.
struct ExecutorParts {
    const Registry& registry;
    OutputCache& cache;
    EventSink& events;
    const Services& services;
    Executor::Hooks hooks;
    StringMap<NodeInstance> instances = {};  // by scope_name
    std::uint64_t next_unique = 0;
};

class PromptRun {
public:
    PromptRun(ExecutorParts& parts, const Job& job, std::stop_token stop);
    ~PromptRun();

    JobResult run();

private:
    enum class Step { done, waiting };
    // Why the prompt ended early.
    struct Failure {
        JobStatus status;
        Json data;  // of the message, without its timestamp
    };
    // A call that an expansion stands for, or one with plain results beside it.
    using Expanded = std::variant<CallResult, std::vector<SubgraphInput>>;

    void begin();
    std::optional<Failure> enlist_outputs();
    std::optional<Failure> run_nodes();
    Failure cycle_failure() const;
    void drop_unused_instances();
    void show_intermediate_outputs();

    std::optional<Failure> guarded(std::size_t node, const std::function<void()>& work);
    Step step(std::size_t node);
    Step replay(std::size_t node, const CacheEntry& entry);
    Step call(std::size_t node);
    bool put_off_for_lazy_inputs(std::size_t node, const NodeDef& def, const Inputs& inputs);
    std::vector<CallResult> call_all(std::size_t node, const NodeDef& def, const Inputs& inputs);
    Step finish_calls(std::size_t node, std::vector<CallResult> calls);
    void expand(std::size_t node, std::vector<CallResult> calls);
    std::vector<std::size_t> add_nodes(std::size_t parent, Subgraph& subgraph);
    Step finish_expansion(std::size_t node);
    Step finish(std::size_t node, std::vector<std::vector<Value>> outputs);

    void report_blocker(std::size_t node, const std::string& message);
    Context context(std::size_t node, int call_index);
    std::shared_ptr<void>& instance(std::size_t node);
    const std::vector<Value>* linked_values(std::size_t node, const Link& link);
    void keep_ui(std::size_t node, NodeUi ui);
    void send_cached_ui(std::size_t node, const CacheEntry& entry);
    void check_stop() const;

    CacheEntry cached(std::size_t node);
    CacheKey cache_key(std::size_t node);
    std::vector<LiveNode> live_nodes(const std::vector<std::size_t>& nodes);
    const NodeDef& definition(std::size_t node) const;
    const std::string& id(std::size_t node) const { return prompt_.node(node).id; }
    const NodeProgress& names(std::size_t node);

    Failure interrupted_at(const std::string& node) const;
    Failure failed_at(const std::string& node, std::string message, std::string_view type, Json inputs) const;
    bool is_out_of_memory(const std::exception& error) const;
    Failure out_of_memory_at(std::size_t node, std::string_view message, std::string_view type) const;
    Json message_about(const std::string& node) const;
    void record(std::string name, Json data, EventBody body);
    void record_failure(const Failure& failure);
    JobResult result(JobStatus status);

    ExecutorParts& parts_;
    const Job& job_;
    DynamicPrompt prompt_;
    Signatures signatures_;
    RunList list_;
    std::stop_source stop_;  // of this run: asked to stop with the job, and when the run ends
    std::stop_callback<std::function<void()>> forward_stop_;
    std::shared_ptr<EventChannel> events_;
    std::shared_ptr<ProgressBoard> board_;
    std::shared_ptr<FinishedNodes> finished_ = std::make_shared<FinishedNodes>();
    HiddenValues hidden_;
    Value boxed_prompt_;

    std::unordered_map<std::size_t, std::shared_ptr<AsyncCalls>> async_;
    std::unordered_map<std::size_t, std::vector<Expanded>> expanded_;
    std::unordered_map<std::size_t, NodeProgress> names_;
    std::vector<std::string> executed_;
    std::unordered_map<std::size_t, std::size_t> ui_index_;
    std::vector<std::pair<std::size_t, NodeUi>> ui_;  // in the order in which it was shown
    std::vector<std::string> known_nodes_;            // "current_outputs" of an error
    std::optional<Inputs> called_with_;               // of the node that is being called
    std::shared_ptr<void> own_state_;                 // where the cache keeps nothing
    std::vector<JobMessage> messages_;
};

}  // namespace easel::graph
