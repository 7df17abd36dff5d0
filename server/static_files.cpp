#include "server/static_files.hpp"

#include "base/folders.hpp"
#include "web-api/file_response.hpp"

#include <algorithm>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

constexpr const char* front_page = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>easel</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 3em auto; padding: 0 1em; color: #222 }
code, pre { background: #f2f2f2; border-radius: 3px; padding: .1em .3em } pre { padding: .8em; overflow: auto }
td { padding: .15em 1.2em .15em 0 }
</style></head><body>
<h1>easel</h1>
<p>A server for node graphs that speaks ComfyUI's HTTP and WebSocket protocol. It is running, but no frontend is
installed with it. <code>scripts/setup.sh</code> fetches one for a program in its source tree; elsewhere, start it with
<code>--front-end-root DIR</code>, DIR being the folder <code>static</code> of the package comfyui-frontend-package.</p>
<p>Programs post workflows in API format:</p>
<pre>curl -X POST http://HOST/prompt -d '{"prompt": {...}, "client_id": "me"}'</pre>
<table>
<tr><td><code>POST /prompt</code></td><td>queue a workflow</td></tr>
<tr><td><code>GET <a href="/prompt">/prompt</a></code></td><td>how many are waiting</td></tr>
<tr><td><code>GET <a href="/queue">/queue</a></code></td><td>what runs and what waits; POST deletes and clears</td></tr>
<tr><td><code>GET <a href="/history">/history</a></code></td><td>what is done, and its outputs</td></tr>
<tr><td><code>GET /view?filename=...</code></td><td>a picture</td></tr>
<tr><td><code>POST /upload/image</code></td><td>a picture for LoadImage</td></tr>
<tr><td><code>POST /interrupt</code></td><td>stop the running workflow</td></tr>
<tr><td><code>GET <a href="/object_info">/object_info</a></code></td><td>the nodes there are</td></tr>
<tr><td><code>GET <a href="/models">/models</a></code></td><td>kinds of model files; /models/KIND lists them</td></tr>
<tr><td><code>GET <a href="/system_stats">/system_stats</a></code></td><td>the machine</td></tr>
<tr><td><code>/ws?clientId=me</code></td><td>WebSocket: progress and results as they come</td></tr>
</table></body></html>
)";

// An entry page names the files of its version, so a stale copy would break after an update.
web::Response never_kept(web::Response response) {
    return std::move(
        response.with("Cache-Control", "no-store, must-revalidate").with("Pragma", "no-cache").with("Expires", "0"));
}

web::Response built_in_page() {
    return never_kept(web::Response::text(front_page).with("Content-Type", "text/html; charset=utf-8"));
}

}  // namespace

web::Handler static_files(std::optional<fs::path> root) {
    return [root = std::move(root)](const web::Request& request) {
        const bool is_front = request.path == "/" || request.path == "/api/";
        if (!root) return is_front ? built_in_page() : web::not_found();
        const std::string relative =
            is_front ? "index.html" : request.path.substr(std::min<std::size_t>(1, request.path.size()));
        const auto file = Folders::inside(*root, relative);
        std::error_code ignored;
        if (file && !is_front && fs::is_directory(*file, ignored)) return web::Response::text("403: Forbidden", 403);
        if (!file || !fs::is_regular_file(*file, ignored)) return is_front ? built_in_page() : web::not_found();
        web::Response response = web::file_response(request, *file);
        return is_front ? never_kept(std::move(response)) : std::move(response);
    };
}

}  // namespace easel::server
