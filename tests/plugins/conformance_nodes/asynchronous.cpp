// Nodes whose work goes on outside the worker thread.
#include "groups.hpp"

#include "base/python_repr.hpp"

#include <mutex>
#include <set>

namespace conformance_nodes {
namespace {

using Clock = std::chrono::steady_clock;

// Waits in small ticks; throws Interrupted when the job is to stop.
void wait_unless_stopped(const Reporter& reporter, double seconds) {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    while (Clock::now() < end) {
        if (reporter.stop().stop_requested()) throw easel::Interrupted{};
        wait_seconds(0.005);
    }
}

struct TestAsyncSleep {
    Value value;
    double seconds = 0.5;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.checks_input_types = true;
        s.in("value", &TestAsyncSleep::value);
        s.in("seconds", &TestAsyncSleep::seconds).range(0.0, 60.0);
        s.hidden_in("uid", "UNIQUE_ID", &TestAsyncSleep::uid);
    }
    std::string uid;

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Async<Value> execute(Context& context) const {
        return {[result = value, total = seconds, reporter = context.reporter()] {
            const auto begin = Clock::now();
            for (;;) {
                const double spent = std::chrono::duration<double>(Clock::now() - begin).count();
                reporter->progress(std::min(spent, total), total, {});
                if (spent >= total) return result;
                wait_seconds(0.02);
            }
        }};
    }
};

struct TestAsyncFail {
    Value value;
    double after = 0.1;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.checks_input_types = true;
        s.in("value", &TestAsyncFail::value);
        s.in("after", &TestAsyncFail::after).range(0.0, 10.0);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Async<Value> execute(Context& context) const {
        return {[delay = after, reporter = context.reporter()]() -> Value {
            wait_unless_stopped(*reporter, delay);
            throw Error("intended asynchronous failure");
        }};
    }
};

struct TestAsyncTimeout {
    Value value;
    double limit = 0.2, work = 1.0;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.checks_input_types = true;
        s.in("value", &TestAsyncTimeout::value);
        s.in("limit", &TestAsyncTimeout::limit).range(0.05, 10.0);
        s.in("work", &TestAsyncTimeout::work).range(0.0, 10.0);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Async<Value> execute(Context& context) const {
        return {[result = value, longest = limit, needed = work, reporter = context.reporter()] {
            wait_unless_stopped(*reporter, std::min(longest, needed));
            if (needed > longest) throw Error("timed out after " + easel::python_float(longest) + " seconds");
            return result;
        }};
    }
};

struct TestAsyncLazy {
    Lazy<std::int64_t> a, b;
    bool condition = true;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.in("a", &TestAsyncLazy::a);
        s.in("b", &TestAsyncLazy::b);
        s.in("condition", &TestAsyncLazy::condition);
    }

    std::vector<std::string_view> wanted() const {
        wait_seconds(0.05);
        if (condition) return a.computed ? std::vector<std::string_view>{} : std::vector<std::string_view>{"a"};
        return b.computed ? std::vector<std::string_view>{} : std::vector<std::string_view>{"b"};
    }

    std::int64_t execute() const { return condition ? *a.get() : *b.get(); }
};

std::string add_sleep(Subgraph& graph, std::int64_t value, double seconds, std::string name) {
    return graph.add("TestAsyncSleep", {{"value", Value(value)}, {"seconds", Value(seconds)}}, std::move(name));
}

struct TestAsyncExpand {
    std::int64_t value = 0, count = 3;
    double seconds = 0.2;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.in("value", &TestAsyncExpand::value).no_default();
        s.in("count", &TestAsyncExpand::count).range(1, 10);
        s.in("seconds", &TestAsyncExpand::seconds).range(0.0, 5.0);
    }

    Returns<std::int64_t> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        std::vector<std::pair<std::string, SubgraphInput>> parts;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::string part = add_sleep(graph, value + i, seconds, "s" + std::to_string(i));
            parts.emplace_back("value" + std::to_string(i + 1), OutputRef{part, 0});
        }
        graph.results = {OutputRef{graph.add("TestVariadicSum", std::move(parts), "sum"), 0}};
        return graph;
    }
};

struct TestAsyncOutput {
    std::int64_t value = 0;
    double seconds = 0.2;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.output_node = true;
        s.in("value", &TestAsyncOutput::value).no_default();
        s.in("seconds", &TestAsyncOutput::seconds).range(0.0, 5.0);
    }

    Returns<std::int64_t> execute(Context& context) const {
        Subgraph graph = context.new_subgraph();
        const std::string one = add_sleep(graph, value, seconds, "one");
        const std::string two = add_sleep(graph, value + 1, seconds, "two");
        graph.results = {
            OutputRef{graph.add("TestAdd", {{"a", OutputRef{one, 0}}, {"b", OutputRef{two, 0}}}, "sum"), 0}};
        return graph;
    }
};

// Names of resources in use, shared by all calls of TestAsyncResource.
class Held {
public:
    explicit Held(std::string name) : name_(std::move(name)) {
        const std::lock_guard lock(mutex());
        if (!names().insert(name_).second) throw Error(name_ + " is in use");
    }
    ~Held() {
        const std::lock_guard lock(mutex());
        names().erase(name_);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    static std::mutex& mutex() {
        static std::mutex guard;
        return guard;
    }
    static std::set<std::string>& names() {
        static std::set<std::string> all;
        return all;
    }
    std::string name_;
};

struct TestAsyncResource {
    Value value;
    std::string resource = "r";
    double seconds = 0.1;

    static void declare(Schema& s) {
        s.category = "conformance/async";
        s.checks_input_types = true;
        s.in("value", &TestAsyncResource::value);
        s.in("resource", &TestAsyncResource::resource);
        s.in("seconds", &TestAsyncResource::seconds).range(0.0, 5.0);
    }

    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Async<Value> execute(Context& context) const {
        return {[result = value, name = resource, hold = seconds, reporter = context.reporter()] {
            const Held held(name);
            wait_unless_stopped(*reporter, hold);
            return result;
        }};
    }
};

}  // namespace

void register_asynchronous(Registry& registry) {
    registry.add<TestAsyncSleep>("TestAsyncSleep");
    registry.add<TestAsyncFail>("TestAsyncFail");
    registry.add<TestAsyncTimeout>("TestAsyncTimeout");
    registry.add<TestAsyncLazy>("TestAsyncLazy");
    registry.add<TestAsyncExpand>("TestAsyncExpand");
    registry.add<TestAsyncOutput>("TestAsyncOutput");
    registry.add<TestAsyncResource>("TestAsyncResource");
}

}  // namespace conformance_nodes
