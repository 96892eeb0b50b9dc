#include "web/ui_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/hash.hpp"
#include "web/compression.hpp"
#include "web/etag.hpp"

namespace reckoner::web {

namespace contract {
std::span<const EmbeddedFile> embedded_files();
}

namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kApiDocs = "api-docs.html";
constexpr std::string_view kAssets = "assets/";
constexpr std::string_view kNoncePlace = "__CSP_NONCE__";
constexpr std::size_t kNonceBytes = 16;
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

/// Scripts and styles are files of ours, or bear the nonce; nothing comes from elsewhere, and
/// nobody frames us.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self' 'nonce-{0}'; style-src 'self' 'nonce-{0}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
constexpr std::string_view kDocsPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

constexpr std::string_view kWithoutPages =
    "<!doctype html>\n<html lang=\"en\">\n<head><meta "
    "charset=\"utf-8\"><title>Reckoner</title></head>\n"
    "<body><h1>Reckoner</h1><p>This program was built without its pages (RECKONER_UI=OFF). The API "
    "is there: <a href=\"/api/v1/openapi.yaml\">openapi.yaml</a>.</p></body>\n</html>\n";

std::string_view type_of(std::string_view name) {
  static const std::map<std::string_view, std::string_view> kTypes{
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"ico", "image/x-icon"},
      {"webp", "image/webp"},
      {"woff", "font/woff"},
      {"woff2", "font/woff2"},
      {"ttf", "font/ttf"},
      {"json", "application/json"},
      {"webmanifest", "application/manifest+json"},
      {"txt", "text/plain; charset=utf-8"},
      {"wasm", "application/wasm"},
      {"xml", "application/xml"},
  };
  const auto found = kTypes.find(name.substr(std::min(name.rfind('.') + 1, name.size())));
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

/// The files by name, each with its compressed forms.
class Pages {
 public:
  explicit Pages(std::span<const EmbeddedFile> files) {
    for (const EmbeddedFile& file : files) content_.emplace(file.name, file.content);
    for (const auto& [name, content] : content_) etags_.emplace(name, etag_of(content));
  }

  bool empty() const { return content_.empty(); }
  bool has(std::string_view name) const {
    return content_.contains(name) && !name.ends_with(".br") && !name.ends_with(".gz");
  }

  Response file(const Request& request, std::string_view name) const {
    Response response{200, std::string(type_of(name)), "", {}};
    std::string etag = etags_.find(name)->second;
    std::string_view content = content_.find(name)->second;
    for (const auto& [coding, suffix] : {std::pair("br", ".br"), std::pair("gzip", ".gz")}) {
      const auto form = content_.find(fmt::format("{}{}", name, suffix));
      if (form == content_.end() || !accepts_coding(request, coding)) continue;
      content = form->second;
      etag = etag_of_coded(etag, coding);
      response.headers.emplace_back("Content-Encoding", coding);
      break;
    }
    response.lasting_body = content;
    response.headers.emplace_back("Vary", "Accept-Encoding");
    response.headers.emplace_back("Cache-Control",
                                  name.starts_with(kAssets) ? kForEver : kAskAgain);
    return with_etag(request, std::move(response), std::move(etag));
  }

  Response index() const {
    const std::string nonce = to_hex(random_bytes(kNonceBytes));
    std::string body(content_.find(kIndex)->second);
    for (std::size_t at = 0; (at = body.find(kNoncePlace, at)) != std::string::npos;) {
      body.replace(at, kNoncePlace.size(), nonce);
    }
    return {200,
            std::string(type_of(kIndex)),
            std::move(body),
            {{"Content-Security-Policy", fmt::format(fmt::runtime(kPagePolicy), nonce)}}};
  }

 private:
  std::map<std::string, std::string_view, std::less<>> content_;
  std::map<std::string, std::string, std::less<>> etags_;
};

Response page(const Pages& pages, const Request& request) {
  const std::string& path = request.path_values.at("page");
  if (pages.has(path) && path != kIndex && path != kApiDocs) return pages.file(request, path);
  // What is missing there is no page of the browser side: a file of another version, a wrong call.
  if (path == "api" || path.starts_with("api/") || path.starts_with(kAssets)) {
    throw Problem(404, "there is nothing at this path");
  }
  if (pages.empty()) return {200, std::string(type_of(kIndex)), std::string(kWithoutPages), {}};
  return pages.index();
}

Response api_docs(const Pages& pages, const Request& request) {
  if (!pages.has(kApiDocs)) {
    throw Problem(404, "this program was built without its pages; /api/v1/openapi.yaml is there");
  }
  Response response = pages.file(request, kApiDocs);
  response.headers.emplace_back("Content-Security-Policy", kDocsPolicy);
  return response;
}

Response contract_file(const Request& request) {
  const std::span<const EmbeddedFile> files = contract::embedded_files();
  static const std::string etag = etag_of(files.front().content);
  return with_etag(request,
                   {200,
                    "application/yaml",
                    "",
                    {{"Cache-Control", std::string(kAskAgain)}},
                    files.front().content},
                   etag);
}

}  // namespace

std::vector<Route> ui_routes(std::span<const EmbeddedFile> files) {
  const auto pages = std::make_shared<const Pages>(files);
  return {
      {"GET", "/api/v1/openapi.yaml", std::nullopt, contract_file},
      {"GET", "/api/docs", std::nullopt,
       [pages](const Request& request) { return api_docs(*pages, request); }},
      {"GET", "/{page...}", std::nullopt,
       [pages](const Request& request) { return page(*pages, request); }},
  };
}

}  // namespace reckoner::web
