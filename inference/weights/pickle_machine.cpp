#include "inference/weights/pickle_machine.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <map>

namespace easel::inference {
namespace {

constexpr std::size_t most_values = std::size_t{1} << 24U;

[[noreturn]] void refuse(const std::string& what) { throw PickleProblem{what}; }

template <class T>
PickleRef make(T content) {
    return std::make_shared<PickleValue>(PickleValue{std::move(content)});
}

int64_t integer(const PickleRef& value) {
    if (const auto* number = value->as<int64_t>()) return *number;
    if (const auto* truth = value->as<bool>()) return *truth ? 1 : 0;
    refuse("a number is expected in it where there is none");
}

std::vector<int64_t> integers(const PickleRef& value) {
    const auto* list = value->as<PickleList>();
    if (list == nullptr) refuse("a list of numbers is expected in it where there is none");
    std::vector<int64_t> result;
    for (const auto& item : list->items)
        result.push_back(integer(item));
    return result;
}

const PickleRef& argument(const PickleList& arguments, std::size_t index) {
    if (index >= arguments.items.size()) refuse("a call in it lacks arguments");
    return arguments.items[index];
}

// torch._utils._rebuild_tensor and _rebuild_tensor_v2: (storage, offset, shape, strides, ...).
PickleRef rebuilt_tensor(const PickleList& arguments) {
    const auto* storage = argument(arguments, 0)->as<PickleStorage>();
    if (storage == nullptr) refuse("a tensor in it has no storage");
    const int64_t offset = integer(argument(arguments, 1));
    const auto shape = integers(argument(arguments, 2)), strides = integers(argument(arguments, 3));
    int64_t last = offset;
    bool empty = false;
    if (offset < 0 || shape.size() != strides.size()) refuse("a tensor in it has an impossible shape");
    for (std::size_t i = 0; i < shape.size(); ++i) {
        int64_t reach = 0;
        if (shape[i] < 0 || strides[i] < 0 ||
            __builtin_mul_overflow(std::max<int64_t>(shape[i] - 1, 0), strides[i], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            refuse("a tensor in it has an impossible shape");
        empty = empty || shape[i] == 0;
    }
    if (empty) return make(at::empty(shape, storage->values.options()));
    if (last >= storage->values.numel()) refuse("a tensor in it reaches behind its storage");
    return make(storage->values.as_strided(shape, strides, offset));
}

PickleRef called(const std::string& name, const PickleList& arguments) {
    if (name == "collections.OrderedDict" || name == "builtins.dict" || name == "collections.defaultdict") {
        PickleDict dict;
        if (!arguments.items.empty())
            if (const auto* pairs = arguments.items.front()->as<PickleList>())
                for (const auto& pair : pairs->items)
                    if (const auto* both = pair->as<PickleList>(); both && both->items.size() == 2)
                        dict.items.emplace_back(both->items[0], both->items[1]);
        return make(std::move(dict));
    }
    if (name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor")
        return rebuilt_tensor(arguments);
    if (name == "torch._utils._rebuild_parameter") return argument(arguments, 0);
    if (name == "torch.Size" || name == "builtins.list" || name == "builtins.tuple" || name == "builtins.set")
        return arguments.items.empty() ? make(PickleList{}) : arguments.items.front();
    if (name == "_codecs.encode") return argument(arguments, 0);
    refuse("it calls " + name);
}

// Names that stand for a type or one of the functions above.
bool is_allowed(const std::string& name) {
    constexpr std::array<std::string_view, 11> functions{"collections.OrderedDict",
                                                         "collections.defaultdict",
                                                         "builtins.dict",
                                                         "builtins.list",
                                                         "builtins.tuple",
                                                         "builtins.set",
                                                         "torch._utils._rebuild_tensor",
                                                         "torch._utils._rebuild_tensor_v2",
                                                         "torch._utils._rebuild_parameter",
                                                         "torch.Size",
                                                         "_codecs.encode"};
    if (std::ranges::find(functions, name) != functions.end()) return true;
    if (name.starts_with("torch.") && name.ends_with("Storage")) return true;
    constexpr std::array<std::string_view, 13> types{
        "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64",
        "torch.int32",   "torch.int16",   "torch.int8",     "torch.uint8",   "torch.bool",
        "torch.float",   "torch.half",    "torch.device"};
    return std::ranges::find(types, name) != types.end();
}

class Machine {
public:
    Machine(std::span<const std::byte> program, const std::function<PickleRef(const PickleValue&)>& load)
        : program_(program), load_(load) {}

    PickleRef run() {
        while (!step())
            if (stack_.size() > most_values) refuse("it is too large");
        return pop();
    }
    std::size_t length() const { return at_; }

private:
    template <class T>
    T next() {
        if (sizeof(T) > program_.size() - at_) refuse("it ends early");
        T value{};
        std::memcpy(&value, program_.data() + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    std::string text(std::uint64_t length) {
        if (length > program_.size() - at_) refuse("it ends early");
        std::string result(reinterpret_cast<const char*>(program_.data()) + at_, length);
        at_ += length;
        return result;
    }

    std::string line() {
        const auto rest = program_.subspan(at_);
        const auto end = std::ranges::find(rest, std::byte{'\n'});
        if (end == rest.end()) refuse("it ends early");
        std::string result = text(static_cast<std::uint64_t>(end - rest.begin()));
        ++at_;
        return result;
    }

    void push(PickleRef value) { stack_.push_back(std::move(value)); }

    PickleRef pop() {
        if (stack_.empty()) refuse("its stack is empty where it should not be");
        PickleRef value = std::move(stack_.back());
        stack_.pop_back();
        return value;
    }

    PickleRef& top() {
        if (stack_.empty()) refuse("its stack is empty where it should not be");
        return stack_.back();
    }

    // What was pushed since the last mark.
    std::vector<PickleRef> pop_to_mark() {
        std::vector<PickleRef> items;
        for (PickleRef value = pop(); !value->as<PickleMark>(); value = pop())
            items.push_back(std::move(value));
        std::ranges::reverse(items);
        return items;
    }

    void tuple(std::size_t count) {
        PickleList list;
        for (std::size_t i = 0; i < count; ++i)
            list.items.insert(list.items.begin(), pop());
        push(make(std::move(list)));
    }

    void append(const std::vector<PickleRef>& items) {
        auto* list = top()->as<PickleList>();
        if (list == nullptr) refuse("it appends to what is no list");
        list->items.insert(list->items.end(), items.begin(), items.end());
    }

    void set_items(const std::vector<PickleRef>& items) {
        auto* dict = top()->as<PickleDict>();
        if (dict == nullptr || items.size() % 2 != 0) refuse("it sets members of what is no dictionary");
        for (std::size_t i = 0; i < items.size(); i += 2)
            dict->items.emplace_back(items[i], items[i + 1]);
    }

    void global(const std::string& name) {
        if (!is_allowed(name)) refuse("it names " + name);
        push(make(PickleGlobal{name}));
    }

    void call() {
        const PickleRef arguments = pop(), function = pop();
        const auto* name = function->as<PickleGlobal>();
        const auto* list = arguments->as<PickleList>();
        if (name == nullptr || list == nullptr) refuse("it calls what is no function");
        push(called(name->name, *list));
    }

    // A two's complement number of `length` bytes; longer ones than 8 bytes only occur as magic numbers.
    int64_t long_number(std::size_t length) {
        const std::string bytes = text(length);
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < std::min<std::size_t>(length, 8); ++i)
            number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
        const bool is_negative = length > 0 && length < 8 && (static_cast<unsigned char>(bytes.back()) & 0x80U);
        if (is_negative) number |= ~std::uint64_t{0} << (8 * length);
        return static_cast<int64_t>(number);
    }

    PickleRef recall(std::uint64_t index) {
        const auto found = memo_.find(index);
        if (found == memo_.end()) refuse("it recalls what it has not kept");
        return found->second;
    }

    // True at the end of the program.
    bool step() {
        switch (const char code = next<char>()) {
        case '\x80':  // protocol
            next<std::uint8_t>();
            break;
        case '\x95':  // frame
            next<std::uint64_t>();
            break;
        case '.':
            return true;
        case '(':
            push(make(PickleMark{}));
            break;
        case '0':
            pop();
            break;
        case '1':
            pop_to_mark();
            break;
        case 'N':
            push(make(PickleNone{}));
            break;
        case '\x88':
            push(make(true));
            break;
        case '\x89':
            push(make(false));
            break;
        case 'J':
            push(make(int64_t{next<std::int32_t>()}));
            break;
        case 'K':
            push(make(int64_t{next<std::uint8_t>()}));
            break;
        case 'M':
            push(make(int64_t{next<std::uint16_t>()}));
            break;
        case '\x8a':
            push(make(long_number(next<std::uint8_t>())));
            break;
        case 'G':
            push(make(big_endian_double()));
            break;
        case 'X':
        case 'T':
        case 'B':
            push(make(text(next<std::uint32_t>())));
            break;
        case '\x8c':
        case 'U':
        case 'C':
            push(make(text(next<std::uint8_t>())));
            break;
        case '\x8d':
        case '\x8e':
            push(make(text(next<std::uint64_t>())));
            break;
        case ')':
        case ']':
        case '\x8f':
            push(make(PickleList{}));
            break;
        case '}':
            push(make(PickleDict{}));
            break;
        case '\x85':
            tuple(1);
            break;
        case '\x86':
            tuple(2);
            break;
        case '\x87':
            tuple(3);
            break;
        case 't':
        case 'l':
            push(make(PickleList{pop_to_mark()}));
            break;
        case 'd': {
            const auto items = pop_to_mark();
            push(make(PickleDict{}));
            set_items(items);
            break;
        }
        case 'a':
            append({pop()});
            break;
        case 'e':
        case '\x90':
            append(pop_to_mark());
            break;
        case 's': {
            const PickleRef value = pop(), key = pop();
            set_items({key, value});
            break;
        }
        case 'u':
            set_items(pop_to_mark());
            break;
        case 'q':
            memo_[next<std::uint8_t>()] = top();
            break;
        case 'r':
            memo_[next<std::uint32_t>()] = top();
            break;
        case '\x94':
            memo_[memo_.size()] = top();
            break;
        case 'h':
            push(recall(next<std::uint8_t>()));
            break;
        case 'j':
            push(recall(next<std::uint32_t>()));
            break;
        case 'c': {
            const std::string module = line(), name = line();
            global((module == "__builtin__" ? "builtins" : module) + "." + name);
            break;
        }
        case '\x93': {
            const PickleRef name = pop(), module = pop();
            const auto *first = module->as<std::string>(), *second = name->as<std::string>();
            if (first == nullptr || second == nullptr) refuse("a name in it is no text");
            global(*first + "." + *second);
            break;
        }
        case 'R':
        case '\x81':
            call();
            break;
        case 'b':  // attributes of a dictionary or a tensor: nothing of them is needed
            pop();
            break;
        case 'Q':
            push(load_(*pop()));
            break;
        default:
            refuse("it uses the pickle instruction " + std::to_string(static_cast<unsigned char>(code)));
        }
        return false;
    }

    double big_endian_double() {
        auto bits = next<std::uint64_t>();
        auto* bytes = reinterpret_cast<std::uint8_t*>(&bits);
        std::reverse(bytes, bytes + sizeof bits);
        return std::bit_cast<double>(bits);
    }

    std::span<const std::byte> program_;
    std::size_t at_ = 0;
    const std::function<PickleRef(const PickleValue&)>& load_;
    std::vector<PickleRef> stack_;
    std::map<std::uint64_t, PickleRef> memo_;
};

}  // namespace

PickleRef run_pickle(std::span<const std::byte> program, std::size_t& length,
                     const std::function<PickleRef(const PickleValue&)>& load) {
    Machine machine(program, load);
    PickleRef result = machine.run();
    length = machine.length();
    return result;
}

}  // namespace easel::inference
