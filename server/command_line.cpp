#include "server/command_line.hpp"

#include "base/nearest_names.hpp"

#include <CLI/CLI.hpp>
#include <sys/sysinfo.h>

#include <algorithm>
#include <sstream>
#include <tuple>

namespace easel::server {

namespace {

constexpr const char* examples = R"(
Examples:
  easel                                             serve on http://127.0.0.1:8188, files in the current directory
  easel serve --listen --port 8000                  serve to the whole network
  easel serve --base-directory ~/ComfyUI            use an existing installation's models, input and output
  easel run workflow.json --prompt "a red circle"   one picture, without a server
  easel run workflow.json --set 3.steps=12 --seed 7 --output /tmp
  easel run z-image-turbo --prompt "a red circle"   one of the templates that come with easel
  easel convert workflow.png > prompt.json          a saved workflow in API format
  easel compare --prompts prompts.txt --templates sd15,sdxl
                                                    the same prompts through several templates, on one sheet
  easel nodes                                       which nodes there are
  easel doctor                                      what this machine offers, and what is missing
)";

// Flags of ComfyUI that change how it runs and that have no meaning here: command lines written for it go on working.
constexpr const char* accepted_flags[] = {"--disable-auto-launch",
                                          "--dont-print-server",
                                          "--disable-api-nodes",
                                          "--cuda-malloc",
                                          "--disable-cuda-malloc",
                                          "--disable-xformers",
                                          "--use-split-cross-attention",
                                          "--use-quad-cross-attention",
                                          "--use-pytorch-cross-attention",
                                          "--disable-smart-memory",
                                          "--normalvram",
                                          "--mmap-torch-files",
                                          "--disable-mmap"};

using Strings = std::vector<std::string>;

const Strings commands = {"serve", "run", "convert", "compare", "nodes", "doctor"};

// An option whose value may be left out comes with no value, or with a word that CLI11 puts in its place.
bool has_value(const Strings& values) { return !values.empty() && !values.front().empty() && values.front() != "{}"; }

Strings split(const std::string& list) {
    Strings parts;
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

void add_network_options(CLI::App& app, NetworkOptions& network) {
    const std::string group = "Network";
    app.add_option_function<Strings>(
           "--listen",
           [&network](const Strings& values) {
               network.listen = has_value(values) ? split(values.front()) : Strings{"0.0.0.0", "::"};
           },
           "Addresses to listen on, with commas between them; without one: all of this machine (default 127.0.0.1)")
        ->type_name("[IP,IP]")
        ->expected(0, 1)
        ->group(group);
    app.add_option("--port", network.port, "Port to listen on (default 8188; 0: any free one)")
        ->type_name("N")
        ->group(group);
    app.add_option_function<Strings>(
           "--enable-cors-header",
           [&network](const Strings& values) { network.cors_origin = has_value(values) ? values.front() : "*"; },
           "Let pages of other sites call this server: of one origin, or of all")
        ->type_name("[ORIGIN]")
        ->expected(0, 1)
        ->group(group);
    app.add_option_function<double>(
           "--max-upload-size",
           [&network](const double& size) {
               network.max_upload_size_mb = size;
               network.max_upload_size_given = true;
           },
           "Largest request body in MB (default 100)")
        ->type_name("MB")
        ->check(CLI::Range(0.001, 1e6))
        ->group(group);
    app.add_flag("--enable-compress-response-body", network.compress_responses,
                 "Send JSON and text gzipped to those who take it")
        ->group(group);
    app.add_option("--tls-keyfile", network.tls_key, "Private key (PEM): serve https")->type_name("FILE")->group(group);
    app.add_option("--tls-certfile", network.tls_certificate, "Certificate chain (PEM) for --tls-keyfile")
        ->type_name("FILE")
        ->group(group);
}

void add_folder_options(CLI::App& app, FolderOptions& folders) {
    const std::string group = "Folders and files";
    app.add_option("--base-directory", folders.base,
                   "Where models, input, output, temp, user and custom_nodes are (default: here)")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--models,--models-directory", folders.models, "Instead of BASE/models")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--input-directory", folders.input, "Instead of BASE/input")->type_name("DIR")->group(group);
    app.add_option("--output-directory", folders.output, "Instead of BASE/output")->type_name("DIR")->group(group);
    app.add_option("--temp-directory", folders.temp, "Instead of BASE/temp: the folder temp inside DIR")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--user-directory", folders.user, "Instead of BASE/user")->type_name("DIR")->group(group);
    app.add_option_function<Strings>(
           "--extra-model-paths-config",
           [&folders](const Strings& files) {
               folders.extra_model_paths.insert(folders.extra_model_paths.end(), files.begin(), files.end());
           },
           "More model folders, from files like ComfyUI's extra_model_paths.yaml")
        ->type_name("FILE...")
        ->expected(1, -1)
        ->group(group);
    app.add_option("--database", folders.database, "Queue and history: a file, or :memory: (default: USER/easel.db)")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--front-end-root", folders.front_end_root,
                   "The frontend's files, instead of an installed frontend package")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory)
        ->group(group);
    app.add_flag("--allow-outside-links", folders.allow_outside_links,
                 "Follow symbolic links that lead out of the input, output, temp and user folders")
        ->group(group);
    app.add_flag_callback(
           "--disable-all-custom-nodes", [&folders] { folders.load_plugins = false; },
           "Load no plugins from BASE/custom_nodes")
        ->group(group);
}

// --fp32-unet, --bf16-unet, ... of one part of a model.
void add_precision_flags(CLI::App& app, const std::string& part, const std::string& meaning, Precision& precision) {
    const std::pair<const char*, Precision> formats[] = {
        {"fp32", Precision::fp32}, {"bf16", Precision::bf16}, {"fp16", Precision::fp16}};
    for (const auto& [name, format] : formats)
        app.add_flag_callback(
               "--" + std::string(name) + "-" + part, [&precision, format = format] { precision = format; },
               "Compute " + meaning + " in " + name)
            ->group("Precision (default: by the processor)");
}

void add_engine_options(CLI::App& app, Options& options) {
    PrecisionOptions& precision = options.precision;
    const std::string precision_group = "Precision (default: by the processor)";
    app.add_flag("--force-fp32", precision.force_fp32, "Compute everything in fp32")->group(precision_group);
    app.add_flag("--force-fp16", precision.force_fp16, "Compute everything in fp16")->group(precision_group);
    add_precision_flags(app, "unet", "diffusion models", precision.unet);
    add_precision_flags(app, "vae", "VAEs", precision.vae);
    add_precision_flags(app, "text-enc", "text encoders", precision.text);

    const std::string group = "Running prompts";
    const std::map<std::string, PreviewMethod> methods = {{"none", PreviewMethod::none},
                                                          {"auto", PreviewMethod::automatic},
                                                          {"latent2rgb", PreviewMethod::latent2rgb},
                                                          {"taesd", PreviewMethod::taesd}};
    app.add_option("--preview-method", options.preview,
                   "Pictures while sampling: none, auto, latent2rgb or taesd (default none)")
        ->type_name("METHOD")
        ->transform(CLI::CheckedTransformer(methods))
        ->group(group);
    app.add_option("--preview-size", options.preview_size, "Longest side of these pictures (default 512)")
        ->type_name("PIXELS")
        ->check(CLI::Range(1, 8192))
        ->group(group);
    app.add_option("--threads", options.threads, "Threads that compute (default: the number of cores)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024))
        ->group(group);
    app.add_flag("--disable-metadata", options.disable_metadata, "Do not write the prompt into saved files")
        ->group(group);
    app.add_flag("--multi-user", options.multi_user, "Keep settings and files by user")->group(group);
}

// A tenth of the machine's memory, 2 to 10 GB, as in the reference.
double default_headroom_gb() {
    struct sysinfo machine{};
    if (sysinfo(&machine) != 0) return 2;
    const double total = static_cast<double>(machine.totalram) * machine.mem_unit;
    return std::clamp(total / 10 / (1 << 30), 2.0, 10.0);
}

void add_cache_options(CLI::App& app, CacheOptions& cache) {
    cache.ram_headroom_gb = default_headroom_gb();
    const std::string group = "Results kept between prompts";
    app.add_flag_callback(
           "--cache-classic", [&cache] { cache.mode = CacheMode::classic; }, "Those of the last prompt")
        ->group(group);
    app.add_option_function<std::size_t>(
           "--cache-lru",
           [&cache](const std::size_t& entries) {
               if (entries == 0) return;
               cache.mode = CacheMode::lru;
               cache.lru_entries = entries;
           },
           "Those of the N nodes used last")
        ->type_name("N")
        ->group(group);
    app.add_flag_callback(
           "--cache-none", [&cache] { cache.mode = CacheMode::none; }, "None: every node runs every time")
        ->group(group);
    app.add_option_function<Strings>(
           "--cache-ram",
           [&cache](const Strings& values) {
               cache.mode = CacheMode::ram_pressure;
               if (has_value(values)) cache.ram_headroom_gb = std::stod(values.front());
           },
           "All, while this much memory stays free (default, with a tenth of the memory: 2 to 10 GB)")
        ->type_name("[GB]")
        ->expected(0, 2)
        ->check(CLI::Number | CLI::IsMember({""}))
        ->group(group);
}

void add_memory_options(CLI::App& app, Options& options) {
    const std::string group = "Memory";
    const std::tuple<const char*, VramMode, const char*> modes[] = {
        {"--cpu", VramMode::cpu, "Compute on the processor, whatever else there is"},
        {"--lowvram", VramMode::low, "Text encoders on the processor, the rest on the accelerator"},
        {"--novram", VramMode::none, "Bring every model into the accelerator's memory block by block"},
        {"--highvram", VramMode::high, "Keep models whole in the accelerator's memory"},
        {"--gpu-only", VramMode::gpu_only, "The same"}};
    for (const auto& [flag, mode, meaning] : modes)
        app.add_flag_callback(flag, [&options, mode = mode] { options.memory.vram = mode; }, meaning)->group(group);
    app.add_option("--reserve-vram", options.memory.reserve_vram_gb,
                   "Leave this much of the accelerator's memory to other programs (default 0.4)")
        ->type_name("GB")
        ->check(CLI::NonNegativeNumber)
        ->group(group);
    app.add_option_function<double>(
           "--max-ram",
           [&options](const double& gigabytes) { options.memory.max_ram_gb = options.cache.max_ram_gb = gigabytes; },
           "Take no more than this of the machine's memory; mapped model files do not count")
        ->type_name("GB")
        ->check(CLI::Range(0.25, 1e6))
        ->group(group);
}

void add_log_options(CLI::App& app, LogOptions& log) {
    app.add_option_function<Strings>(
           "--verbose",
           [&log](const Strings& values) {
               log.level = has_value(values) ? CLI::detail::to_lower(values.front()) : "debug";
               if (log.level == "detail") log.level = "debug";
               if (values.size() > 1) log.file = values[1];
           },
           "Say more (DEBUG), or from LEVEL on: DEBUG, INFO, WARNING, ERROR, CRITICAL; also into FILE")
        ->type_name("[LEVEL [FILE]]")
        ->expected(0, 2)
        ->group("Log");
    app.add_flag("--log-stdout", log.to_stdout, "Log to standard output instead of standard error")->group("Log");
}

std::string accepted_note() {
    std::string note = "Flags of ComfyUI that are accepted and change nothing here:\n ";
    std::size_t column = 1;
    for (const std::string flag : accepted_flags) {
        if (column + flag.size() > 100) {
            note += "\n ";
            column = 1;
        }
        note += " " + flag;
        column += flag.size() + 1;
    }
    return note + "\n";
}

RunCommand::Assignment parse_assignment(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::size_t dot = text.rfind('.', equals);
    if (equals == text.npos || dot == text.npos || dot == 0 || dot + 1 == equals)
        throw CLI::ValidationError("--set", "takes NODE.INPUT=VALUE, for instance 3.steps=12, not \"" + text + "\"");
    return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), text.substr(equals + 1)};
}

std::pair<std::string, std::string> parse_slot(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0)
        throw CLI::ValidationError("--slot", "takes NAME=VALUE, for instance guidance=3.5, not \"" + text + "\"");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

void add_run_command(CLI::App& app, RunCommand& run) {
    CLI::App* command = app.add_subcommand("run", "Run one workflow in this process and print the files it wrote");
    command->fallthrough();
    command
        ->add_option("workflow", run.workflow,
                     "A workflow file (API format or as the frontend saves it), a PNG or WebP that carries one, or the "
                     "name of a template")
        ->type_name("WORKFLOW")
        ->required();
    command
        ->add_option_function<Strings>(
            "--set",
            [&run](const Strings& texts) {
                for (const std::string& text : texts)
                    run.assignments.push_back(parse_assignment(text));
            },
            "Change an input first; NODE is an id or a title. May be repeated")
        ->type_name("NODE.INPUT=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    const auto add_slot = [&](const char* name, const char* type, const char* meaning) {
        command
            ->add_option_function<std::string>(
                std::string("--") + name, [&run, name](const std::string& value) { run.slots[name] = value; }, meaning)
            ->type_name(type);
    };
    add_slot("prompt", "TEXT", "The text of the positive prompt");
    add_slot("seed", "N", "The seed of every sampler");
    add_slot("negative", "TEXT", "Of a template: what the picture should not show");
    add_slot("steps", "N", "Of a template: sampling steps");
    add_slot("width", "PIXELS", "Of a template: width of the picture");
    add_slot("height", "PIXELS", "Of a template: height of the picture");
    add_slot("model", "FILE", "Of a template: the checkpoint or diffusion model");
    command
        ->add_option_function<Strings>(
            "--slot",
            [&run](const Strings& texts) {
                for (const std::string& text : texts)
                    run.slots.insert(parse_slot(text));
            },
            "Of a template: any of its slots (vae, clip, clip_l, clip_t5, dtype, shift, guidance, ...)")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--output", run.output, "Where the files go (default: the output folder)")->type_name("DIR");
}

void add_convert_command(CLI::App& app, ConvertCommand& convert) {
    CLI::App* command = app.add_subcommand(
        "convert", "Turn a workflow as the frontend saves it, or a picture that carries one, into API format");
    command->fallthrough();
    command->add_option("workflow", convert.workflow, "A JSON, PNG or WebP file")->type_name("WORKFLOW")->required();
    command->add_option("--output", convert.output, "Where it goes (default: standard output)")->type_name("FILE");
}

void add_compare_command(CLI::App& app, CompareCommand& compare) {
    CLI::App* command = app.add_subcommand(
        "compare", "Run prompts through several templates; makes pictures, their figures and a contact sheet");
    command->fallthrough();
    command->add_option("--prompts", compare.prompts, "A text file, one prompt on a line")
        ->type_name("FILE")
        ->required();
    command
        ->add_option_function<std::string>(
            "--templates", [&compare](const std::string& names) { compare.templates = split(names); },
            "Names or files of templates, with commas between them")
        ->type_name("A,B,C")
        ->required();
    command
        ->add_option_function<Strings>(
            "--slot",
            [&compare](const Strings& texts) {
                for (const std::string& text : texts)
                    compare.slots.insert(parse_slot(text));
            },
            "A value for every template that has this slot: seed, steps, width, height, ...")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--output", compare.output, "Where the files go (default: a new folder in the output folder)")
        ->type_name("DIR");
}

// Every "--flag" of the program, for the suggestion after a mistake.
Strings known_flags(const CLI::App& app) {
    Strings flags;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            flags.push_back("--" + name);
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        const Strings more = known_flags(*command);
        flags.insert(flags.end(), more.begin(), more.end());
    }
    return flags;
}

Print mistake(const CLI::App& app, std::span<const std::string> arguments, const CLI::ParseError& error) {
    std::string text = std::string("easel: ") + error.what() + "\n";
    if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
        const Strings flags = known_flags(app);
        for (const std::string& argument : arguments) {
            const std::string name = argument.substr(0, argument.find('='));
            const bool is_flag = name.starts_with("-");
            const Strings& known = is_flag ? flags : commands;
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            if (!is_flag && &argument != arguments.data()) continue;
            const Strings nearest = nearest_names(name, known, 2);
            text = "easel: there is no " + std::string(is_flag ? "flag " : "command ") + name +
                   (nearest.empty() ? "" : "; did you mean " + joined(nearest) + "?") + "\n";
            break;
        }
    }
    return {text + "easel --help tells what there is\n", 2};
}

}  // namespace

CommandLine parse_command_line(std::span<const std::string> arguments) {
    CommandLine line;
    Options& options = line.options;
    RunCommand run;
    ConvertCommand convert;
    CompareCommand compare;
    NodesCommand nodes;

    CLI::App app("easel: a workflow in, the picture out. A server for node graphs that speaks ComfyUI's protocol.",
                 "easel");
    app.get_formatter()->column_width(38);
    app.set_version_flag("--version", std::string("easel " EASEL_VERSION));
    app.footer(accepted_note() + examples);
    app.require_subcommand(0, 1);
    add_network_options(app, options.network);
    add_folder_options(app, options.folders);
    add_engine_options(app, options);
    add_cache_options(app, options.cache);
    add_memory_options(app, options);
    add_log_options(app, options.log);
    for (const char* flag : accepted_flags)
        app.add_flag(flag)->group("");

    app.add_subcommand("serve", "Serve until told to stop (what easel does without a command)")->fallthrough();
    add_run_command(app, run);
    add_convert_command(app, convert);
    add_compare_command(app, compare);
    CLI::App* list = app.add_subcommand("nodes", "List the nodes that workflows can use")->fallthrough();
    list->add_flag_callback("--json", [&nodes] { nodes.format = NodesFormat::json; }, "As /object_info shows them");
    list->add_flag_callback("--markdown", [&nodes] { nodes.format = NodesFormat::markdown; }, "As a table");
    app.add_subcommand("doctor", "Say what this machine offers and what is missing")->fallthrough();

    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        line.command = Print{app.help()};
        return line;
    } catch (const CLI::CallForVersion&) {
        line.command = Print{"easel " EASEL_VERSION "\n"};
        return line;
    } catch (const CLI::ParseError& error) {
        line.command = mistake(app, arguments, error);
        return line;
    }
    options.argv.assign(arguments.begin(), arguments.end());
    if (app.got_subcommand("run"))
        line.command = run;
    else if (app.got_subcommand("convert"))
        line.command = convert;
    else if (app.got_subcommand("compare"))
        line.command = compare;
    else if (app.got_subcommand("nodes"))
        line.command = nodes;
    else if (app.got_subcommand("doctor"))
        line.command = DoctorCommand{};
    else
        line.command = ServeCommand{};
    return line;
}

}  // namespace easel::server
