// The command line, parsed once (server/command_line.cpp) and passed down by part. Flag names are ComfyUI's where the
// meaning is the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace easel {

struct NetworkOptions {
    std::vector<std::string> listen = {"127.0.0.1"};
    std::uint16_t port = 8188;
    std::optional<std::string> cors_origin;  // --enable-cors-header
    double max_upload_size_mb = 100;
    bool max_upload_size_given = false;  // /features shows an int by default, a float when given
    bool compress_responses = false;     // --enable-compress-response-body
    std::optional<std::filesystem::path> tls_key, tls_certificate;
};

struct FolderOptions {
    std::filesystem::path base;  // default: the current directory
    std::optional<std::filesystem::path> input, output, temp, user, front_end_root, models;
    std::optional<std::string> database;  // a file or ":memory:"; default: <user>/easel.db
    std::vector<std::filesystem::path> extra_model_paths;
    bool load_plugins = true;          // --disable-all-custom-nodes
    bool allow_outside_links = false;  // in the input, output, temp and user folders
};

enum class CacheMode { classic, lru, ram_pressure, none };

struct CacheOptions {
    CacheMode mode = CacheMode::ram_pressure;
    std::size_t lru_entries = 0;
    double ram_headroom_gb = 4;
    std::optional<double> max_ram_gb;  // as MemoryFlags
};

// ComfyUI's flags for what stays in an accelerator's memory; without one, what fits.
enum class VramMode {
    normal,
    low,       // --lowvram: text encoders run on the processor
    none,      // --novram: weights are brought in block by block
    high,      // --highvram: models stay whole
    gpu_only,  // --gpu-only
    cpu        // --cpu: no accelerator
};

struct MemoryFlags {
    VramMode vram = VramMode::normal;
    std::optional<double> reserve_vram_gb;  // --reserve-vram: left to other programs
    std::optional<double> max_ram_gb;       // --max-ram: what this process may take of the machine's memory
};

enum class Precision { automatic, fp32, fp16, bf16 };

// Which number format each part computes in.
struct PrecisionOptions {
    bool force_fp32 = false;
    bool force_fp16 = false;
    Precision unet = Precision::automatic, vae = Precision::automatic, text = Precision::automatic;
};

enum class PreviewMethod { none, automatic, latent2rgb, taesd };

struct LogOptions {
    std::string level = "info";
    std::optional<std::string> file;
    bool to_stdout = false;  // --log-stdout
};

struct Options {
    NetworkOptions network;
    FolderOptions folders;
    CacheOptions cache;
    MemoryFlags memory;
    PrecisionOptions precision;
    LogOptions log;
    PreviewMethod preview = PreviewMethod::none;
    int preview_size = 512;
    bool multi_user = false;
    bool disable_metadata = false;
    int threads = 0;                // 0: chosen from the processor
    std::vector<std::string> argv;  // as given, for /system_stats
};

}  // namespace easel
