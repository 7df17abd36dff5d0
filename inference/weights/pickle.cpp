#include "inference/weights/pickle.hpp"

#include "inference/weights/mapped_tensor.hpp"
#include "inference/weights/pickle_machine.hpp"
#include "inference/weights/zip_archive.hpp"

#include <array>
#include <cstring>
#include <map>

namespace easel::inference {
namespace {

using Bytes = std::span<const std::byte>;
using Mapping = std::shared_ptr<const MappedFile>;

struct StorageName {
    std::string_view name;
    at::ScalarType type;
};
constexpr std::array storage_names{
    StorageName{"torch.FloatStorage", at::kFloat},       StorageName{"torch.HalfStorage", at::kHalf},
    StorageName{"torch.BFloat16Storage", at::kBFloat16}, StorageName{"torch.DoubleStorage", at::kDouble},
    StorageName{"torch.LongStorage", at::kLong},         StorageName{"torch.IntStorage", at::kInt},
    StorageName{"torch.ShortStorage", at::kShort},       StorageName{"torch.CharStorage", at::kChar},
    StorageName{"torch.ByteStorage", at::kByte},         StorageName{"torch.BoolStorage", at::kBool},
};

// What a persistent id says: ("storage", type, key, device, count, ...).
struct StorageId {
    std::string key;
    at::ScalarType type = at::kFloat;
    int64_t count = 0;
};

StorageId storage_id(const PickleValue& id) {
    const auto* list = id.as<PickleList>();
    if (list == nullptr || list->items.size() < 5) throw PickleProblem{"a storage in it is not described"};
    const auto* type = list->items[1]->as<PickleGlobal>();
    const auto* key = list->items[2]->as<std::string>();
    const auto* count = list->items[4]->as<int64_t>();
    if (!type || !key || !count || *count < 0) throw PickleProblem{"a storage in it is not described"};
    const auto known = std::ranges::find(storage_names, type->name, &StorageName::name);
    if (known == storage_names.end()) throw PickleProblem{"it has a storage of type " + type->name};
    return {.key = *key, .type = known->type, .count = *count};
}

Tensor numbers(Bytes bytes, const StorageId& id, const Mapping& mapping) {
    const auto size = c10::elementSize(id.type);
    if (static_cast<std::uint64_t>(id.count) > bytes.size() / size) throw PickleProblem{"a storage in it ends early"};
    const auto options = at::TensorOptions(id.type);
    const std::byte* data = bytes.data();
    if (reinterpret_cast<std::uintptr_t>(data) % size != 0) {
        Tensor copy = at::empty({id.count}, options);
        std::memcpy(copy.data_ptr(), data, static_cast<std::size_t>(id.count) * size);
        return copy;
    }
    return mapped_tensor(mapping, data, {id.count}, id.type);
}

PickleRef storage(Tensor values) {
    return std::make_shared<PickleValue>(PickleValue{PickleStorage{std::move(values)}});
}

// An archive holds the pickle and a file of numbers for every storage.
PickleRef read_archive(const Mapping& mapping) {
    const ZipArchive archive(mapping->bytes());
    const std::string folder = archive.folder_of("data.pkl");
    std::size_t length = 0;
    return run_pickle(archive.file(folder + "data.pkl"), length, [&](const PickleValue& value) {
        const StorageId id = storage_id(value);
        return storage(numbers(archive.file(folder + "data/" + id.key), id, mapping));
    });
}

// The older format: pickles of a magic number, a version and the machine, then the object, the keys of its storages,
// and these one after the other, each behind its count.
PickleRef read_sequence(const Mapping& mapping) {
    Bytes rest = mapping->bytes();
    std::map<std::string, PickleRef> storages;
    std::map<std::string, StorageId> ids;
    const auto next = [&] {
        std::size_t length = 0;
        PickleRef value = run_pickle(rest, length, [&](const PickleValue& reference) {
            const StorageId id = storage_id(reference);
            ids[id.key] = id;
            auto& known = storages[id.key];
            if (!known) known = storage(at::empty({id.count}, at::TensorOptions(id.type)));
            return known;
        });
        rest = rest.subspan(length);
        return value;
    };
    for (int i = 0; i < 3; ++i)
        next();
    PickleRef object = next();
    const PickleRef keys = next();
    const auto* list = keys->as<PickleList>();
    if (list == nullptr) throw PickleProblem{"it does not list its storages"};
    for (const auto& item : list->items) {
        const auto* key = item->as<std::string>();
        const auto id = key ? ids.find(*key) : ids.end();
        if (id == ids.end() || rest.size() < sizeof(int64_t)) throw PickleProblem{"a storage in it is not described"};
        rest = rest.subspan(sizeof(int64_t));
        const auto bytes = static_cast<std::size_t>(id->second.count) * c10::elementSize(id->second.type);
        // Tensors refer to the storage already, so it is filled rather than replaced.
        storages[*key]->as<PickleStorage>()->values.copy_(numbers(rest, id->second, mapping));
        rest = rest.subspan(bytes);
    }
    return object;
}

void collect(const PickleValue& value, const std::string& key, TensorMap& tensors, int depth = 0) {
    if (depth > 16) return;
    const std::string prefix = key.empty() ? "" : key + ".";
    if (const auto* tensor = value.as<Tensor>()) tensors.emplace(key, *tensor);
    if (const auto* dict = value.as<PickleDict>())
        for (const auto& [name, member] : dict->items) {
            if (const auto* text = name->as<std::string>()) collect(*member, prefix + *text, tensors, depth + 1);
            if (const auto* number = name->as<int64_t>())
                collect(*member, prefix + std::to_string(*number), tensors, depth + 1);
        }
    if (const auto* list = value.as<PickleList>())
        for (std::size_t i = 0; i < list->items.size(); ++i)
            collect(*list->items[i], prefix + std::to_string(i), tensors, depth + 1);
}

// What stands beside the tensors: texts and whether something is so.
std::map<std::string, std::string> texts_of(const PickleValue& root) {
    std::map<std::string, std::string> texts;
    const auto* dict = root.as<PickleDict>();
    if (dict == nullptr) return texts;
    for (const auto& [name, member] : dict->items) {
        const auto* key = name->as<std::string>();
        if (key == nullptr) continue;
        if (const auto* text = member->as<std::string>()) texts[*key] = *text;
        if (const auto* truth = member->as<bool>()) texts[*key] = *truth ? "true" : "false";
    }
    return texts;
}

// The dictionary that training programs wrap with other things. (comfy.utils.load_torch_file)
const PickleValue& unwrapped(const PickleValue& value) {
    const auto* dict = value.as<PickleDict>();
    if (dict == nullptr) return value;
    for (const auto& [name, member] : dict->items)
        if (const auto* text = name->as<std::string>(); text && *text == "state_dict") return *member;
    if (dict->items.size() == 1 && dict->items.front().second->as<PickleDict>()) return *dict->items.front().second;
    return value;
}

}  // namespace

bool is_pickle(Bytes file) {
    constexpr std::array<std::string_view, 4> beginnings{"PK\3\4", "\x80\x02", "\x80\x03", "\x80\x04"};
    return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
        return file.size() >= beginning.size() && std::memcmp(file.data(), beginning.data(), beginning.size()) == 0;
    });
}

WeightFile open_pickle(const Mapping& mapping) {
    const PickleRef root = read_pickle(mapping);
    WeightFile file{.path = mapping->path(), .tensors = {}, .metadata = texts_of(*root)};
    collect(unwrapped(*root), "", file.tensors);
    return file;
}

PickleRef read_pickle(const Mapping& mapping) {
    const std::string name = mapping->path().filename().string();
    try {
        const bool is_archive = !mapping->bytes().empty() && mapping->bytes().front() == std::byte{'P'};
        return is_archive ? read_archive(mapping) : read_sequence(mapping);
    } catch (const PickleProblem& problem) {
        throw ModelError(name + " is a PyTorch pickle that is not read: " + problem.text +
                         " (only tensors and plain containers are; convert it to safetensors)");
    }
}

}  // namespace easel::inference
