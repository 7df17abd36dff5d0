#include "graph/prompt_run.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <new>

namespace easel::graph {

namespace {

// libtorch appends a C++ backtrace to what it throws.
std::string without_backtrace(std::string_view message) {
    return std::string(message.substr(0, message.find("\nException raised from ")));
}

Value extra(const Json& extra_data, const char* key) {
    const auto found = extra_data.is_object() ? extra_data.find(key) : extra_data.end();
    return found == extra_data.end() ? Value() : Value::from_json(*found);
}

const std::vector<Value>* slot_of(const NodeOutput& output, int slot) {
    const auto count = static_cast<int>(output.slots.size());
    if (slot < 0) slot += count;  // Python counts from the end
    return slot >= 0 && slot < count ? &output.slots[static_cast<std::size_t>(slot)] : nullptr;
}

}  // namespace

PromptRun::PromptRun(ExecutorParts& parts, const Job& job, std::stop_token stop)
    : parts_(parts), job_(job), prompt_(job.prompt),
      signatures_(prompt_, parts.registry, parts.services, parts.next_unique),
      list_(prompt_, parts.registry, [this](std::size_t node) { return cached(node); }),
      forward_stop_(std::move(stop), [this] { stop_.request_stop(); }),
      events_(std::make_shared<EventChannel>(parts.events, job.id, job.client_id())),
      board_(std::make_shared<ProgressBoard>(events_)) {
    hidden_.prompt = [this] {
        if (boxed_prompt_.empty()) boxed_prompt_ = Value(prompt_.original());
        return boxed_prompt_;
    };
    hidden_.extra_pnginfo = extra(job.extra_data, "extra_pnginfo");
    hidden_.usage_source = extra(job.extra_data, "comfy_usage_source");
    hidden_.auth_token = extra(job.sensitive, "auth_token_comfy_org");
    hidden_.api_key = extra(job.sensitive, "api_key_comfy_org");
}

// Work that outlives the run is told to stop and is no longer heard.
PromptRun::~PromptRun() {
    events_->close();
    stop_.request_stop();
}

JobResult PromptRun::run() {
    begin();
    std::optional<Failure> failure = enlist_outputs();
    if (!failure) failure = run_nodes();
    if (failure) {
        record_failure(*failure);
        return result(failure->status);
    }
    show_intermediate_outputs();
    record("execution_success", {{"prompt_id", job_.id}}, ExecutionSuccess{});
    return result(JobStatus::success);
}

void PromptRun::begin() {
    record("execution_start", {{"prompt_id", job_.id}}, ExecutionStart{});
    drop_unused_instances();
    std::vector<std::size_t> nodes(prompt_.size());
    for (std::size_t node = 0; node < nodes.size(); ++node)
        nodes[node] = node;
    parts_.cache.begin_prompt(live_nodes(nodes));

    ExecutionCached known;
    for (const std::size_t node : nodes)
        if (cached(node)) known.nodes.push_back(id(node));
    if (parts_.cache.keeps_anything()) known_nodes_ = prompt_.ids();
    record("execution_cached", {{"nodes", known.nodes}, {"prompt_id", job_.id}}, known);
}

void PromptRun::drop_unused_instances() {
    if (parts_.instances.empty()) return;
    StringSet live;
    for (std::size_t node = 0; node < prompt_.size(); ++node)
        live.insert(scope_name(id(node), prompt_.node(node).class_type));
    std::erase_if(parts_.instances, [&](const auto& entry) { return !live.contains(entry.second.owner); });
}

std::optional<PromptRun::Failure> PromptRun::enlist_outputs() {
    for (const std::string& output : job_.outputs) {
        const auto node = prompt_.index(output);
        if (!node) continue;
        if (auto failure = guarded(*node, [&] { list_.add(*node); })) return failure;
    }
    return std::nullopt;
}

std::optional<PromptRun::Failure> PromptRun::run_nodes() {
    while (!list_.empty()) {
        for (const std::size_t node : finished_->take())
            list_.unblock(node);
        const auto node = list_.next();
        if (!node) {
            if (!list_.waits_for_work()) return cycle_failure();
            if (!finished_->wait(stop_.get_token())) return interrupted_at(names(async_.begin()->first).real_node);
            continue;
        }
        Step end = Step::waiting;
        if (auto failure = guarded(*node, [&] { end = step(*node); })) return failure;
        if (end == Step::done) list_.complete(*node);
        parts_.cache.trim();
    }
    return std::nullopt;
}

// What is left waits for itself. A cycle within the prompt was refused before, so an expansion made this one: the node
// that the user sees in its place is blamed.
PromptRun::Failure PromptRun::cycle_failure() const {
    const std::vector<std::size_t> waiting = list_.pending();
    std::string blamed = id(waiting.front());
    for (const std::size_t node : waiting) {
        const std::string shown = prompt_.display_id(id(node));
        if (shown == id(node)) continue;
        blamed = shown;
        break;
    }
    return failed_at(blamed, "Dependency cycle detected", "graph.DependencyCycleError", Json::array());
}

// Nodes that show something along the way are shown again although they did not have to run.
void PromptRun::show_intermediate_outputs() {
    const StringSet ran(executed_.begin(), executed_.end());
    for (std::size_t node = 0; node < prompt_.size(); ++node) {
        const NodeDef* def = parts_.registry.find(prompt_.node(node).class_type);
        if (!def || !def->record.has_intermediate_output || ran.contains(id(node))) continue;
        if (const CacheEntry entry = cached(node)) send_cached_ui(node, entry);
    }
}

std::optional<PromptRun::Failure> PromptRun::guarded(std::size_t node, const std::function<void()>& work) {
    const std::string& real = names(node).real_node;
    auto inputs = [this] { return called_with_ ? shown_inputs(*called_with_) : Json::object(); };
    try {
        work();
        return std::nullopt;
    } catch (const Interrupted&) {
        return interrupted_at(real);
    } catch (const OutOfMemory& error) {
        return out_of_memory_at(node, error.what(), error.type());
    } catch (const std::bad_alloc& error) {
        return out_of_memory_at(node, error.what(), "MemoryError");
    } catch (const Error& error) {
        return failed_at(real, without_backtrace(error.what()) + "\n", error.type(), inputs());
    } catch (const std::exception& error) {
        if (is_out_of_memory(error)) return out_of_memory_at(node, error.what(), "OutOfMemoryError");
        return failed_at(real, without_backtrace(error.what()) + "\n", "RuntimeError", inputs());
    }
}

bool PromptRun::is_out_of_memory(const std::exception& error) const {
    return dynamic_cast<const OutOfMemory*>(&error) || dynamic_cast<const std::bad_alloc*>(&error) ||
           (parts_.hooks.is_out_of_memory && parts_.hooks.is_out_of_memory(error));
}

PromptRun::Failure PromptRun::out_of_memory_at(std::size_t node, std::string_view message,
                                               std::string_view type) const {
    const std::string hint = "There is not enough memory for this step: a smaller picture or batch needs less.";
    return failed_at(prompt_.real_id(id(node)), without_backtrace(message) + "\n" + hint, type,
                     called_with_ ? shown_inputs(*called_with_) : Json::object());
}

PromptRun::Step PromptRun::step(std::size_t node) {
    called_with_.reset();
    if (const CacheEntry entry = cached(node)) return replay(node, entry);
    if (const auto work = async_.find(node); work != async_.end()) {
        const std::shared_ptr<AsyncCalls> calls = std::move(work->second);
        async_.erase(work);
        return finish_calls(node, calls->results());
    }
    if (expanded_.contains(node)) return finish_expansion(node);
    return call(node);
}

PromptRun::Step PromptRun::replay(std::size_t node, const CacheEntry& entry) {
    send_cached_ui(node, entry);
    board_->finish(names(node));
    list_.publish(node, entry);
    return Step::done;
}

void PromptRun::send_cached_ui(std::size_t node, const CacheEntry& entry) {
    if (entry->ui) keep_ui(node, *entry->ui);
    events_->emit(Executed{.node = id(node),
                           .display_node = names(node).display_node,
                           .output = entry->ui ? entry->ui->output : Json(nullptr)});
}

void PromptRun::keep_ui(std::size_t node, NodeUi ui) {
    const auto [found, is_new] = ui_index_.try_emplace(node, ui_.size());
    if (is_new)
        ui_.emplace_back(node, std::move(ui));
    else
        ui_[found->second].second = std::move(ui);
}

PromptRun::Step PromptRun::call(std::size_t node) {
    const NodeDef& def = definition(node);
    board_->start(names(node));
    called_with_ = gather_inputs(
        prompt_.node(node), def, [&](const Link& link) { return linked_values(node, link); }, hidden_);
    events_->emit(Executing{.node = id(node), .display_node = names(node).display_node});
    if (put_off_for_lazy_inputs(node, def, *called_with_)) return Step::waiting;

    std::vector<CallResult> calls;
    try {
        calls = call_all(node, def, *called_with_);
    } catch (const std::exception& error) {
        if (!parts_.hooks.evict_models || !is_out_of_memory(error)) throw;
        parts_.hooks.evict_models();
        calls = call_all(node, def, *called_with_);
    }
    const bool has_work =
        std::any_of(calls.begin(), calls.end(), [](const CallResult& result) { return bool(result.work); });
    if (!has_work) return finish_calls(node, std::move(calls));
    list_.block(node);
    async_[node] = AsyncCalls::start(std::move(calls), node, finished_, parts_.hooks.post_to_pool);
    return Step::waiting;
}

bool PromptRun::put_off_for_lazy_inputs(std::size_t node, const NodeDef& def, const Inputs& inputs) {
    if (!def.wanted) return false;
    std::vector<std::string> needed;
    auto is_missing = [&](const std::string& name) {
        for (const Argument& argument : inputs.listed)
            if (argument.name == name) return !argument.computed;
        return true;
    };
    for_each_call(def, inputs, [&](int index, const Arguments& arguments) {
        check_stop();
        if (find_blocker(arguments)) return;
        Context context = this->context(node, index);
        for (std::string& name : def.wanted(arguments, context))
            if (is_missing(name) && std::find(needed.begin(), needed.end(), name) == needed.end())
                needed.push_back(std::move(name));
    });
    for (const std::string& name : needed)
        list_.add_lazy_link(node, name);
    return !needed.empty();
}

std::vector<CallResult> PromptRun::call_all(std::size_t node, const NodeDef& def, const Inputs& inputs) {
    std::vector<CallResult> calls;
    for_each_call(def, inputs, [&](int index, const Arguments& arguments) {
        check_stop();
        if (const Blocker* blocker = find_blocker(arguments)) {
            if (blocker->message) report_blocker(node, *blocker->message);
            calls.emplace_back().block = Blocker{};
            return;
        }
        check_arguments(def, arguments);
        Context context = this->context(node, index);
        calls.push_back(def.call(arguments, context));
    });
    return calls;
}

PromptRun::Step PromptRun::finish_calls(std::size_t node, std::vector<CallResult> calls) {
    bool has_subgraph = false;
    for (CallResult& call : calls) {
        if (!call.subgraph) continue;
        has_subgraph = true;
        if (call.subgraph->ui) call.ui = std::move(call.subgraph->ui);
    }
    if (auto ui = merge_ui(calls); ui && !ui->empty()) {
        const NodeProgress& own = names(node);
        events_->emit(Executed{.node = own.node, .display_node = own.display_node, .output = *ui});
        keep_ui(node, {std::move(*ui), own.node, own.display_node, own.parent_node, own.real_node});
    }
    if (!has_subgraph) return finish(node, merge_outputs(calls, definition(node)));
    expand(node, std::move(calls));
    return Step::waiting;
}

PromptRun::Step PromptRun::finish(std::size_t node, std::vector<std::vector<Value>> outputs) {
    auto output = std::make_shared<NodeOutput>();
    if (const auto ui = ui_index_.find(node); ui != ui_index_.end()) output->ui = ui_[ui->second].second;
    output->slots = std::move(outputs);
    list_.publish(node, output);
    parts_.cache.store(cache_key(node), output);
    board_->finish(names(node));
    executed_.push_back(id(node));
    return Step::done;
}

void PromptRun::report_blocker(std::size_t node, const std::string& message) {
    events_->emit(ExecutionError{.node = id(node),
                                 .node_type = prompt_.node(node).class_type,
                                 .executed = executed_,
                                 .exception_message = "Execution Blocked: " + message,
                                 .exception_type = "ExecutionBlocked",
                                 .traceback = {},
                                 .current_inputs = Json::array(),
                                 .current_outputs = {},
                                 .live_only = true});
}

Context PromptRun::context(std::size_t node, int call_index) {
    return Context({.services = parts_.services,
                    .reporter = std::make_shared<NodeReporter>(names(node), board_, events_, stop_.get_token()),
                    .node_id = id(node),
                    .prompt_id = job_.id,
                    .prompt = &prompt_,
                    .instance_state = &instance(node),
                    .call_index = call_index});
}

std::shared_ptr<void>& PromptRun::instance(std::size_t node) {
    if (!parts_.cache.keeps_anything()) {
        own_state_.reset();
        return own_state_;
    }
    const std::string name = scope_name(id(node), prompt_.node(node).class_type);
    const auto [found, is_new] = parts_.instances.try_emplace(name);
    if (is_new) {
        const std::string& real = names(node).real_node;
        found->second.owner = scope_name(real, prompt_.at(real).class_type);
    }
    return found->second.state;
}

const std::vector<Value>* PromptRun::linked_values(std::size_t node, const Link& link) {
    const auto from = prompt_.index(link.node);
    const CacheEntry entry = from ? list_.source(*from, node) : nullptr;
    return entry ? slot_of(*entry, link.slot) : nullptr;
}

void PromptRun::check_stop() const {
    if (stop_.stop_requested()) throw Interrupted{};
}

CacheEntry PromptRun::cached(std::size_t node) { return parts_.cache.find(cache_key(node)); }

CacheKey PromptRun::cache_key(std::size_t node) {
    const auto& parent = prompt_.node(node).parent;
    return {signatures_.of(node), parent ? scope_name(*parent, prompt_.at(*parent).class_type) : std::string()};
}

std::vector<LiveNode> PromptRun::live_nodes(const std::vector<std::size_t>& nodes) {
    std::vector<LiveNode> live;
    live.reserve(nodes.size());
    for (const std::size_t node : nodes)
        live.push_back({signatures_.of(node), id(node), prompt_.node(node).class_type});
    return live;
}

const NodeDef& PromptRun::definition(std::size_t node) const {
    const std::string& type = prompt_.node(node).class_type;
    if (const NodeDef* def = parts_.registry.find(type)) return *def;
    throw NamedError("KeyError", "'" + type + "'");
}

const NodeProgress& PromptRun::names(std::size_t node) {
    const auto [found, is_new] = names_.try_emplace(node);
    if (is_new) {
        NodeProgress& own = found->second;
        own.node = id(node);
        own.display_node = prompt_.display_id(own.node);
        own.parent_node = prompt_.node(node).parent;
        own.real_node = prompt_.real_id(own.node);
    }
    return found->second;
}

void PromptRun::expand(std::size_t node, std::vector<CallResult> calls) {
    std::vector<std::size_t> added;
    std::vector<std::size_t> sources;
    std::vector<Expanded>& expanded = expanded_[node];
    for (CallResult& call : calls) {
        if (!call.subgraph) {
            expanded.emplace_back(std::move(call));
            continue;
        }
        const std::vector<std::size_t> nodes = add_nodes(node, *call.subgraph);
        added.insert(added.end(), nodes.begin(), nodes.end());
        for (const SubgraphInput& result : call.subgraph->results)
            if (const auto* output = std::get_if<OutputRef>(&result)) {
                const auto source = prompt_.index(output->node);
                if (!source) throw NamedError("NodeNotFoundError", "Node " + output->node + " not found");
                sources.push_back(*source);
            }
        expanded.emplace_back(std::move(call.subgraph->results));
    }
    parts_.cache.begin_expansion(scope_name(id(node), prompt_.node(node).class_type), cache_key(node).scope,
                                 live_nodes(added));
    for (const std::size_t inner : added) {
        if (!definition(inner).record.output_node) continue;
        list_.add(inner);
        list_.connect(inner, node);
    }
    for (const std::size_t source : sources)
        list_.add_link(source, node);
}

// In the order of the subgraph. A link may also have come as the value of a raw input.
std::vector<std::size_t> PromptRun::add_nodes(std::size_t parent, Subgraph& subgraph) {
    std::vector<std::size_t> added;
    for (SubgraphNode& made : subgraph.nodes) {
        PromptNode node;
        node.id = std::move(made.id);
        node.class_type = std::move(made.class_type);
        node.parent = id(parent);
        node.display = made.display_id ? std::move(*made.display_id) : id(parent);
        for (auto& [name, input] : made.inputs) {
            if (const auto* output = std::get_if<OutputRef>(&input)) {
                node.inputs.emplace_back(std::move(name), Link{output->node, output->slot});
                continue;
            }
            Value& value = std::get<Value>(input);
            const Json* json = value.get_if<Json>();
            auto link = json ? as_link(*json) : std::nullopt;
            if (link)
                node.inputs.emplace_back(std::move(name), std::move(*link));
            else
                node.inputs.emplace_back(std::move(name), std::move(value));
        }
        const std::size_t index = prompt_.add(std::move(node));
        signatures_.forget(index);
        names_.erase(index);
        definition(index);  // throws for a class that does not exist
        added.push_back(index);
    }
    return added;
}

PromptRun::Step PromptRun::finish_expansion(std::size_t node) {
    std::vector<CallResult> calls;
    std::vector<Expanded> parts = std::move(expanded_.at(node));
    expanded_.erase(node);
    for (Expanded& part : parts) {
        if (auto* plain = std::get_if<CallResult>(&part)) {
            calls.push_back(std::move(*plain));
            continue;
        }
        CallResult& call = calls.emplace_back();
        for (SubgraphInput& result : std::get<std::vector<SubgraphInput>>(part)) {
            if (auto* value = std::get_if<Value>(&result)) {
                call.outputs.push_back({std::move(*value)});
                continue;
            }
            const auto& output = std::get<OutputRef>(result);
            const auto* values = linked_values(node, {output.node, output.slot});
            if (!values)
                throw NamedError("IndexError", "node " + output.node + " has no output " + std::to_string(output.slot));
            call.outputs.push_back(*values);
        }
    }
    return finish(node, merge_outputs(calls, definition(node)));
}

Json PromptRun::message_about(const std::string& node) const {
    const PromptNode* found = prompt_.find(node);
    return {{"prompt_id", job_.id},
            {"node_id", node},
            {"node_type", found ? found->class_type : std::string()},
            {"executed", executed_}};
}

PromptRun::Failure PromptRun::interrupted_at(const std::string& node) const {
    return {JobStatus::cancelled, message_about(node)};
}

PromptRun::Failure PromptRun::failed_at(const std::string& node, std::string message, std::string_view type,
                                        Json inputs) const {
    Json data = message_about(node);
    data["exception_message"] = std::move(message);
    data["exception_type"] = type;
    data["traceback"] = Json::array({"  node " + node + ", " + data["node_type"].get<std::string>() + "\n"});
    data["current_inputs"] = std::move(inputs);
    data["current_outputs"] = known_nodes_;
    return {JobStatus::error, std::move(data)};
}

void PromptRun::record(std::string name, Json data, EventBody body) {
    data["timestamp"] = events_->emit(std::move(body));
    messages_.push_back({std::move(name), std::move(data)});
}

void PromptRun::record_failure(const Failure& failure) {
    const Json& data = failure.data;
    if (failure.status == JobStatus::cancelled) {
        record("execution_interrupted", data,
               ExecutionInterrupted{.node = data["node_id"], .node_type = data["node_type"], .executed = executed_});
        return;
    }
    record("execution_error", data,
           ExecutionError{.node = data["node_id"],
                          .node_type = data["node_type"],
                          .executed = executed_,
                          .exception_message = data["exception_message"],
                          .exception_type = data["exception_type"],
                          .traceback = data["traceback"].get<std::vector<std::string>>(),
                          .current_inputs = data["current_inputs"],
                          .current_outputs = known_nodes_,
                          .live_only = false});
}

JobResult PromptRun::result(JobStatus status) {
    JobResult result;
    result.status = status;
    for (auto& [node, ui] : ui_) {
        result.outputs[id(node)] = std::move(ui.output);
        Json& meta = result.meta[id(node)];
        meta["node_id"] = std::move(ui.node);
        meta["display_node"] = std::move(ui.display_node);
        meta["parent_node"] = ui.parent_node ? Json(std::move(*ui.parent_node)) : Json(nullptr);
        meta["real_node_id"] = std::move(ui.real_node);
    }
    result.messages = std::move(messages_);
    return result;
}

}  // namespace easel::graph
