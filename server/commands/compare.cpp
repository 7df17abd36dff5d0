#include "base/error.hpp"
#include "base/pool.hpp"
#include "graph/executor.hpp"
#include "graph/output_cache.hpp"
#include "graph/validator.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/contact_sheet.hpp"
#include "server/commands/local_run.hpp"
#include "server/commands/workbench.hpp"
#include "workflows/replacements.hpp"
#include "workflows/templates.hpp"

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <set>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

class NoEvents final : public graph::EventSink {
public:
    void emit(graph::Event) override {}
};

// One on a line; blank lines and those that begin with # do not count.
std::vector<std::string> read_prompts(const fs::path& file) {
    std::ifstream stream(file);
    if (!stream) throw UserError("cannot read the prompts " + file.string());
    std::vector<std::string> prompts;
    for (std::string line; std::getline(stream, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.find_first_not_of(" \t") != line.npos && !line.starts_with('#')) prompts.push_back(line);
    }
    if (prompts.empty()) throw UserError("there are no prompts in " + file.string() + "; it takes one on a line");
    return prompts;
}

workflows::Template open_template(const std::string& name) {
    const fs::path shipped = workflows::templates_folder() / (name + ".json");
    std::error_code ignored;
    const fs::path file = fs::is_regular_file(name, ignored) ? fs::path(name) : shipped;
    std::ifstream stream(file);
    if (!stream) throw UserError("there is no template " + name);
    const Json json = Json::parse(stream, nullptr, false);
    if (json.is_discarded()) throw UserError("template " + name + " is not JSON");
    return workflows::Template(file.stem().string(), json);
}

// Hexadecimal; each file is read once.
class Hashes {
public:
    const std::string& sha256(const fs::path& file) {
        std::string& hash = known_[file];
        if (hash.empty()) hash = computed(file);
        return hash;
    }

private:
    static std::string computed(const fs::path& file) {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
        std::ifstream stream(file, std::ios::binary);
        std::vector<char> piece(1 << 20);
        while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0)
            EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(stream.gcount()));
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_DigestFinal_ex(context.get(), digest.data(), &size);
        std::string text;
        for (unsigned i = 0; i < size; ++i) {
            char pair[3];
            std::snprintf(pair, sizeof pair, "%02x", digest[i]);
            text += pair;
        }
        return text;
    }

    std::map<fs::path, std::string> known_;
};

// The model files that the prompt names: texts of inputs that are files of some kind.
Json model_files(const Json& prompt, const Folders& folders, Hashes& hashes) {
    Json files = Json::array();
    std::set<fs::path> seen;
    for (const Json& node : prompt)
        for (const Json& value : node["inputs"]) {
            if (!value.is_string() || value.get_ref<const std::string&>().find('.') == std::string::npos) continue;
            for (const std::string& kind : folders.model_kinds()) {
                const auto file = folders.find(kind, value.get<std::string>());
                if (!file || !seen.insert(*file).second) continue;
                files.push_back({{"name", value}, {"folder", kind}, {"sha256", hashes.sha256(*file)}});
                break;
            }
        }
    return files;
}

// The most memory that the process had since `forget_peak`, in bytes.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }
std::int64_t peak_memory() {
    std::ifstream file("/proc/self/status");
    std::string name, rest;
    for (std::int64_t kilobytes = 0; file >> name; std::getline(file, rest))
        if (name == "VmHWM:" && file >> kilobytes) return kilobytes * 1024;
    return 0;
}

// On the processor, the device's memory is that of the process. On a card it is what the allocator has taken, which it
// keeps until the models are unloaded.
Json peak_device_memory(const Json& devices) {
    if (devices.empty() || devices[0].value("type", "cpu") == "cpu") return peak_memory();
    return devices[0]["torch_vram_total"];
}

// The first input of that name that is a number.
Json number_named(const Json& prompt, const char* name) {
    for (const Json& node : prompt)
        if (const auto found = node["inputs"].find(name); found != node["inputs"].end() && found->is_number())
            return *found;
    return nullptr;
}

std::string folder_name() {
    const std::time_t now = std::time(nullptr);
    std::tm date{};
    localtime_r(&now, &date);
    char text[40];
    std::strftime(text, sizeof text, "compare-%Y%m%d-%H%M%S", &date);
    return text;
}

void write_file(const fs::path& file, const std::string& bytes) {
    std::ofstream stream(file, std::ios::binary);
    stream << bytes;
    if (!stream.flush()) throw UserError("cannot write " + file.string());
}

class Comparison {
public:
    Comparison(Workbench& workbench, const CompareCommand& command, fs::path folder, std::stop_token stop)
        : workbench_(workbench), command_(command), folder_(std::move(folder)), stop_(std::move(stop)) {}

    SheetCell picture(graph::Executor& executor, const workflows::Template& used, const std::string& text,
                      std::size_t row) {
        std::map<std::string, std::string> values = command_.slots;
        std::erase_if(values, [&](const auto& value) { return !used.slots().contains(value.first); });
        values["prompt"] = text;
        Json prompt = used.fill(values);
        workflows::apply_replacements(prompt, workbench_.registry);
        const graph::Validation validation = graph::validate(prompt, workbench_.registry, workbench_.services);
        print_problems(validation);
        if (validation.error) return {.picture = {}, .caption = "not valid here"};
        graph::Job job;
        job.id = "00000000-0000-4000-8000-000000000000";
        job.prompt = prompt;
        job.outputs = validation.outputs;
        forget_peak();
        const auto begun = std::chrono::steady_clock::now();
        const graph::JobResult result = executor.run(job, stop_);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        print_failure(result);
        const std::vector<fs::path> files = written_files(result, *workbench_.folders);
        if (result.status != graph::JobStatus::success || files.empty()) return {.picture = {}, .caption = "failed"};

        const std::string stem = used.name() + "_" + std::to_string(row + 1);
        const fs::path kept = folder_ / (stem + files[0].extension().string());
        fs::copy_file(files[0], kept, fs::copy_options::overwrite_existing);
        const Json devices = workbench_.backend->devices();
        const Json record = {{"template", used.name()},
                             {"prompt", text},
                             {"seed", first_number(prompt, {"seed", "noise_seed"})},
                             {"steps", number_named(prompt, "steps")},
                             {"width", number_named(prompt, "width")},
                             {"height", number_named(prompt, "height")},
                             {"latency_seconds", seconds},
                             {"peak_memory_bytes", peak_memory()},
                             {"peak_device_memory_bytes", peak_device_memory(devices)},
                             {"devices", devices},
                             {"models", model_files(prompt, *workbench_.folders, hashes_)},
                             {"picture", kept.filename().string()}};
        write_file(folder_ / (stem + ".json"), record.dump(2) + "\n");
        std::printf("%s  %.1f s\n", kept.c_str(), seconds);
        char caption[64];
        std::snprintf(caption, sizeof caption, "seed %s, %.1f s", record["seed"].dump().c_str(), seconds);
        return {.picture = kept, .caption = caption};
    }

private:
    static Json first_number(const Json& prompt, std::initializer_list<const char*> names) {
        for (const char* name : names)
            if (Json number = number_named(prompt, name); !number.is_null()) return number;
        return nullptr;
    }

    Workbench& workbench_;
    const CompareCommand& command_;
    const fs::path folder_;
    const std::stop_token stop_;
    Hashes hashes_;
};

}  // namespace

int compare_templates(const Options& options, const CompareCommand& command) {
    const std::vector<std::string> prompts = read_prompts(command.prompts);
    std::vector<workflows::Template> templates;
    for (const std::string& name : command.templates)
        templates.push_back(open_template(name));
    const StopOnSignal stop_on_signal;
    Workbench workbench(options);
    add_demo_checkpoints(*workbench.folders);
    const fs::path folder = command.output.value_or(workbench.folders->roots().output / folder_name());
    fs::create_directories(folder);

    ContactSheet sheet{.columns = {}, .rows = prompts, .cells = std::vector<std::vector<SheetCell>>(prompts.size())};
    Pool pool("easel-async", 64);
    NoEvents no_events;
    Comparison comparison(workbench, command, folder, stop_on_signal.token());
    bool is_complete = true;
    for (const workflows::Template& used : templates) {
        sheet.columns.push_back(used.name());
        const auto cache = graph::make_output_cache(options.cache);
        graph::Executor::Hooks hooks{
            .evict_models = [&] { workbench.backend->unload_models(); },
            .is_out_of_memory = [&](const std::exception& error) { return workbench.backend->is_out_of_memory(error); },
            .post_to_pool = [&pool](std::function<void()> work) { pool.post(std::move(work)); }};
        graph::Executor executor(workbench.registry, *cache, no_events, workbench.services, std::move(hooks));
        for (std::size_t row = 0; row < prompts.size(); ++row) {
            SheetCell cell{.picture = {}, .caption = "interrupted"};
            if (!stop_on_signal.token().stop_requested()) cell = comparison.picture(executor, used, prompts[row], row);
            is_complete = is_complete && !cell.picture.empty();
            sheet.cells[row].push_back(std::move(cell));
        }
        // The next template begins with an empty device, so that its figures are its own.
        executor.reset();
        workbench.backend->unload_models();
    }
    write_file(folder / "contact-sheet.png", draw(sheet));
    std::puts((folder / "contact-sheet.png").c_str());
    return is_complete ? 0 : 1;
}

}  // namespace easel::server
