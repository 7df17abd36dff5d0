// From a plain struct to a NodeDef: what the validator and executor know of a node type.
//
//     struct ImageInvert {
//         Image image;
//         static void declare(Schema& s) { s.category = "image"; s.in("image", &ImageInvert::image); }
//         Image execute() const { return {1.0 - image.pixels}; }
//     };
//     void register_image_invert(Registry& registry) { registry.add<ImageInvert>("ImageInvert"); }
#pragma once

#include "graph/context.hpp"
#include "graph/fields.hpp"
#include "graph/returns.hpp"
#include "graph/schema.hpp"

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace easel::graph {

// What a node's own `validate` and `fingerprint` see: constants as they are, links as null.
struct ConstantInputs {
    Json values = Json::object();
    Json input_types = Json::object();  // the types of linked inputs, when the schema asks for them
    const Services& services;
    std::string node_id = {};

    // The constant, or null when it is a link or absent.
    const Json& operator[](std::string_view name) const;
};

// The constants of a prompt's node that the schema knows, `inputs` being as in the prompt; links, undeclared ones too,
// as null.
Json constants_of(const EffectiveInputs& declared, const Json& inputs);

// A node type, type-erased. `call` and `wanted` may throw anything that a node may throw.
struct NodeDef {
    NodeRecord record;
    std::function<CallResult(const Arguments&, Context&)> call;
    // Null where absent. `wanted` names the lazy inputs that are still needed.
    std::function<std::vector<std::string>(const Arguments&, Context&)> wanted;
    // NaN means "never the same".
    std::function<Json(const ConstantInputs&)> fingerprint;
    // Nothing: valid. An empty text: refused without a reason (Python's `return False`).
    std::function<std::optional<std::string>(const ConstantInputs&)> validate;
    bool is_async = false;
};

namespace detail {

template <class T>
struct OutputKind {
    static OutputSpec spec() {
        return {.type = std::string(socket_name<T>), .name = "", .is_list = false, .tooltip = {}, .match_template = {}};
    }
    static std::vector<Value> box(T value) {
        if constexpr (std::is_same_v<T, Value>)
            return {std::move(value)};
        else
            return {Value(std::move(value))};
    }
};

template <class T>
struct OutputKind<std::optional<T>> {
    static OutputSpec spec() { return OutputKind<T>::spec(); }
    static std::vector<Value> box(std::optional<T> value) {
        return value ? OutputKind<T>::box(std::move(*value)) : std::vector<Value>{Value()};
    }
};

template <class T>
struct OutputKind<List<T>> {
    static OutputSpec spec() {
        OutputSpec spec = OutputKind<T>::spec();
        spec.is_list = true;
        return spec;
    }
    static std::vector<Value> box(List<T> values) {
        std::vector<Value> boxes;
        for (T& value : values)
            boxes.push_back(std::move(OutputKind<T>::box(std::move(value)).front()));
        return boxes;
    }
};

// What execute's return type means. `specs` are its outputs, `convert` makes a CallResult of it.
template <class R>
struct Result {
    static constexpr bool is_async = false;
    static std::vector<OutputSpec> specs() { return {OutputKind<R>::spec()}; }
    static CallResult convert(R value) {
        CallResult result;
        result.outputs.push_back(OutputKind<R>::box(std::move(value)));
        return result;
    }
};

template <class... T>
struct Result<std::tuple<T...>> {
    static constexpr bool is_async = false;
    static std::vector<OutputSpec> specs() { return {OutputKind<T>::spec()...}; }
    static CallResult convert(std::tuple<T...> values) {
        CallResult result;
        std::apply([&](auto&&... value) { (result.outputs.push_back(OutputKind<T>::box(std::move(value))), ...); },
                   std::move(values));
        return result;
    }
};

template <class... T>
struct Result<Returns<T...>> {
    static constexpr bool is_async = false;
    static std::vector<OutputSpec> specs() { return {OutputKind<T>::spec()...}; }
    static CallResult convert(Returns<T...> returns) {
        CallResult result;
        if (returns.values) result = Result<std::tuple<T...>>::convert(std::move(*returns.values));
        if (returns.ui) result.ui = std::move(returns.ui->content);
        result.block = std::move(returns.block);
        result.subgraph = std::move(returns.subgraph);
        return result;
    }
};

template <class R>
struct Result<Async<R>> {
    static constexpr bool is_async = true;
    static std::vector<OutputSpec> specs() { return Result<R>::specs(); }
    static CallResult convert(Async<R> async) {
        CallResult result;
        result.work = [work = std::move(async.work)] { return Result<R>::convert(work()); };
        return result;
    }
};

template <class Node>
decltype(auto) execute(const Node& node, Context& context) {
    if constexpr (requires { node.execute(context); })
        return node.execute(context);
    else
        return node.execute();
}

template <class Node>
Node bind(const std::vector<Binder>& binders, const Arguments& arguments) {
    Node node{};
    for (const Binder& binder : binders)
        binder(&node, arguments);
    return node;
}

// Completes output types from the return type, names from the schema, and list flags.
void complete_record(Schema& schema, std::vector<OutputSpec> returned);

}  // namespace detail

template <class Node>
NodeDef make_node() {
    using Return = decltype(detail::execute(std::declval<const Node&>(), std::declval<Context&>()));
    using Result = detail::Result<std::decay_t<Return>>;
    Schema schema;
    Node::declare(schema);
    detail::complete_record(schema, Result::specs());
    auto binders = std::make_shared<const std::vector<Binder>>(std::move(schema.binders));

    NodeDef def;
    def.record = static_cast<NodeRecord&&>(schema);
    def.is_async = Result::is_async;
    def.call = [binders](const Arguments& arguments, Context& context) {
        const Node node = detail::bind<Node>(*binders, arguments);
        return Result::convert(detail::execute(node, context));
    };
    if constexpr (requires(const Node& node) { node.wanted(); }) {
        def.wanted = [binders](const Arguments& arguments, Context&) {
            const Node node = detail::bind<Node>(*binders, arguments);
            auto names = node.wanted();
            return std::vector<std::string>(names.begin(), names.end());
        };
    }
    if constexpr (requires(const ConstantInputs& inputs) { Node::fingerprint(inputs); })
        def.fingerprint = [](const ConstantInputs& inputs) { return Json(Node::fingerprint(inputs)); };
    if constexpr (requires(const ConstantInputs& inputs) { Node::validate(inputs); })
        def.validate = [](const ConstantInputs& inputs) -> std::optional<std::string> {
            return Node::validate(inputs);
        };
    return def;
}

}  // namespace easel::graph
