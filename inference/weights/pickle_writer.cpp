#include "inference/weights/pickle_writer.hpp"

#include "base/error.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

namespace easel::inference {
namespace {

// Bytes in the order of the file, least significant first.
class ByteWriter {
public:
    template <class T>
    void number(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
    }
    void text(std::string_view text) { bytes_.append(text); }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// The check sum of zip archives (CRC-32 of ISO 3309).
std::uint32_t check_sum(std::string_view bytes) {
    constexpr std::uint32_t polynomial = 0xedb88320u;
    static const auto table = [] {
        std::array<std::uint32_t, 256> values{};
        for (std::uint32_t i = 0; i < values.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = value >> 1 ^ (value & 1 ? polynomial : 0u);
            values[i] = value;
        }
        return values;
    }();
    std::uint32_t sum = 0xffffffffu;
    for (const char byte : bytes)
        sum = sum >> 8 ^ table[(sum ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~sum;
}

// Files stored as they are, one after the other, and a directory behind them.
class ZipWriter {
public:
    explicit ZipWriter(const std::filesystem::path& path) : out_(path, std::ios::binary | std::ios::trunc) {}

    void add(const std::string& name, std::string_view content) {
        const std::uint64_t at = position_;
        ByteWriter described;
        described.number(std::uint16_t{20});                   // version that is needed
        described.number(std::uint16_t{0x800});                // names are UTF-8
        described.number(std::uint16_t{0});                    // stored
        described.number(std::uint32_t{1u << 21 | 1u << 16});  // 1 January 1980
        described.number(check_sum(content));
        described.number(static_cast<std::uint32_t>(content.size()));
        described.number(static_cast<std::uint32_t>(content.size()));
        described.number(static_cast<std::uint16_t>(name.size()));
        described.number(std::uint16_t{0});  // no extra field
        put("PK\3\4");
        put(described.bytes());
        put(name);
        put(content);
        if (position_ > std::numeric_limits<std::uint32_t>::max())
            throw UserError("a file of this format holds at most 4 GiB: save fewer samples in each");

        directory_.text("PK\1\2");
        directory_.number(std::uint16_t{20});  // version that made it
        directory_.text(described.bytes());
        directory_.number(std::uint16_t{0});  // no comment
        directory_.number(std::uint16_t{0});  // first disk
        directory_.number(std::uint16_t{0});  // no attributes
        directory_.number(std::uint32_t{0});
        directory_.number(static_cast<std::uint32_t>(at));
        directory_.text(name);
        ++count_;
    }

    bool finish() {
        const std::uint64_t at = position_;
        put(directory_.bytes());
        ByteWriter end;
        end.text("PK\5\6");
        end.number(std::uint32_t{0});  // one disk
        end.number(count_);
        end.number(count_);
        end.number(static_cast<std::uint32_t>(directory_.bytes().size()));
        end.number(static_cast<std::uint32_t>(at));
        end.number(std::uint16_t{0});  // no comment
        put(end.bytes());
        out_.close();
        return !out_.fail();
    }

private:
    void put(std::string_view bytes) {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        position_ += bytes.size();
    }

    std::ofstream out_;
    std::uint64_t position_ = 0;
    ByteWriter directory_;
    std::uint16_t count_ = 0;
};

std::string_view storage_name(at::ScalarType type) {
    switch (type) {
    case at::kFloat:
        return "FloatStorage";
    case at::kHalf:
        return "HalfStorage";
    case at::kBFloat16:
        return "BFloat16Storage";
    case at::kDouble:
        return "DoubleStorage";
    case at::kLong:
        return "LongStorage";
    case at::kInt:
        return "IntStorage";
    case at::kByte:
        return "ByteStorage";
    case at::kBool:
        return "BoolStorage";
    default:
        throw UserError("tensors of type " + std::string(c10::toString(type)) + " are not saved");
    }
}

// A program of protocol 2 that builds a value, and the tensors that it names by their numbers.
class PickleProgram {
public:
    explicit PickleProgram(const PickleValue& root) {
        bytes_.text("\x80\x02");
        write(root);
        bytes_.text(".");
    }
    const std::string& bytes() const { return bytes_.bytes(); }
    const std::vector<Tensor>& tensors() const { return tensors_; }

private:
    void write(const PickleValue& value) {
        std::visit([&](const auto& content) { write_content(content); }, value.content);
    }
    void write_content(const PickleNone&) { bytes_.text("N"); }
    void write_content(bool truth) { bytes_.text(truth ? "\x88" : "\x89"); }
    void write_content(int64_t number) {
        bytes_.text("\x8a\x08");
        bytes_.number(number);
    }
    void write_content(double number) {
        bytes_.text("G");
        auto bits = std::bit_cast<std::uint64_t>(number);
        std::array<char, 8> from_the_top{};
        for (std::size_t i = 8; i-- > 0; bits >>= 8)
            from_the_top[i] = static_cast<char>(bits & 0xff);
        bytes_.text({from_the_top.data(), from_the_top.size()});
    }
    void write_content(const std::string& text) {
        bytes_.text("X");
        bytes_.number(static_cast<std::uint32_t>(text.size()));
        bytes_.text(text);
    }
    void write_content(const PickleList& list) {
        bytes_.text("](");
        for (const PickleRef& item : list.items)
            write(*item);
        bytes_.text("e");
    }
    void write_content(const PickleDict& dictionary) {
        bytes_.text("}(");
        for (const auto& [key, member] : dictionary.items) {
            write(*key);
            write(*member);
        }
        bytes_.text("u");
    }
    void write_content(const Tensor& tensor) {
        const Tensor own = tensor.detach().to(at::kCPU).contiguous();
        bytes_.text("ctorch._utils\n_rebuild_tensor_v2\n((");
        write_content(std::string("storage"));
        bytes_.text("ctorch\n");
        bytes_.text(storage_name(own.scalar_type()));
        bytes_.text("\n");
        write_content(std::to_string(tensors_.size()));
        write_content(std::string("cpu"));
        write_content(own.numel());
        bytes_.text("tQ");
        write_content(int64_t{0});  // offset
        tuple(own.sizes());
        tuple(own.strides());
        write_content(false);  // needs no gradient
        bytes_.text("ccollections\nOrderedDict\n)RtR");
        tensors_.push_back(own);
    }
    [[noreturn]] void write_content(const PickleMark&) { refuse(); }
    [[noreturn]] void write_content(const PickleGlobal&) { refuse(); }
    [[noreturn]] void write_content(const PickleStorage&) { refuse(); }
    [[noreturn]] static void refuse() { throw ModelError("only tensors, texts, numbers and containers are pickled"); }

    void tuple(at::IntArrayRef numbers) {
        bytes_.text("(");
        for (const int64_t number : numbers)
            write_content(number);
        bytes_.text("t");
    }

    ByteWriter bytes_;
    std::vector<Tensor> tensors_;
};

template <class Content>
PickleRef made(Content content) {
    return std::make_shared<PickleValue>(PickleValue{std::move(content)});
}

}  // namespace

PickleRef pickled(Tensor tensor) { return made(std::move(tensor)); }
PickleRef pickled(std::string text) { return made(std::move(text)); }
PickleRef pickled(double number) { return made(number); }
PickleRef pickled(PickleList list) { return made(std::move(list)); }
PickleRef pickled(PickleDict dictionary) { return made(std::move(dictionary)); }

void set(PickleDict& dictionary, std::string key, PickleRef value) {
    dictionary.items.emplace_back(pickled(std::move(key)), std::move(value));
}

void save_pickle(const std::filesystem::path& path, const PickleValue& root) {
    const PickleProgram program(root);
    std::filesystem::path unfinished = path;
    unfinished += ".part";
    bool is_written = false;
    try {
        ZipWriter archive(unfinished);
        const std::string folder = path.stem().string() + "/";
        archive.add(folder + "data.pkl", program.bytes());
        archive.add(folder + "byteorder", "little");
        for (std::size_t i = 0; i < program.tensors().size(); ++i) {
            const Tensor& tensor = program.tensors()[i];
            archive.add(folder + "data/" + std::to_string(i),
                        {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()});
        }
        archive.add(folder + "version", "3\n");
        is_written = archive.finish();
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        throw;
    }
    std::error_code failed;
    if (is_written) std::filesystem::rename(unfinished, path, failed);
    if (!is_written || failed) throw UserError(path.string() + " cannot be written");
}

}  // namespace easel::inference
