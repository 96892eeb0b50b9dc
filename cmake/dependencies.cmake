# Every third-party library, the one folder that may include it, and what it is for.
# All are Debian 12 packages (scripts/install-deps).

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

find_package(fmt REQUIRED)                                          # base: text formatting (g++ 12 has no <format>)
find_package(spdlog REQUIRED)                                       # base: the log
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)        # base: random bytes
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)        # base: SHA-256 by the processor's instructions
find_package(date REQUIRED)                                         # time: time zones (g++ 12 has no chrono zones)
find_package(nlohmann_json REQUIRED)                                # text: JSON output and small JSON input
find_package(simdjson REQUIRED)                                     # text: JSON input, fast
find_package(pugixml REQUIRED)                                      # config: XML with positions
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)             # config: Property_Tree; engine: DLL; scheduler: Asio
pkg_check_modules(pq REQUIRED IMPORTED_TARGET libpq)                # store: COPY and array parameters on SOCI's connection
find_path(SOCI_INCLUDE soci/soci.h REQUIRED)                        # store: sessions and transactions
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_POSTGRESQL soci_postgresql REQUIRED)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)            # delivery: SMTP
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka)          # metering: Kafka
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)             # metering: compressed archives
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)      # web: the HTTP server
pkg_check_modules(ssl REQUIRED IMPORTED_TARGET libssl)              # web: TLS
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)               # web: compressed answers
find_path(MUSTACHE_INCLUDE kainjow/mustache.hpp
          PATH_SUFFIXES kainjow-mustache REQUIRED)                  # documents: mail templates
pkg_check_modules(pango REQUIRED IMPORTED_TARGET pangocairo pangoft2) # documents: text of any script on the pages of a PDF
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo-pdf)         # documents: the PDF itself
pkg_check_modules(fontconfig REQUIRED IMPORTED_TARGET fontconfig)   # documents: the fonts of these pages, and no others
pkg_check_modules(rsvg REQUIRED IMPORTED_TARGET librsvg-2.0)        # documents: logos
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)    # documents: payment codes
pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-i18n icu-uc)     # documents: numbers and days as a locale has them
find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)                       # app: the command line

add_library(soci INTERFACE)
target_include_directories(soci SYSTEM INTERFACE ${SOCI_INCLUDE})
target_link_libraries(soci INTERFACE ${SOCI_CORE} ${SOCI_POSTGRESQL})

set(base_LIBRARIES fmt::fmt spdlog::spdlog PkgConfig::sodium PkgConfig::crypto Threads::Threads)
set(time_LIBRARIES date::date-tz)
set(text_LIBRARIES nlohmann_json::nlohmann_json simdjson::simdjson)
set(config_LIBRARIES pugixml::pugixml Boost::headers)
set(store_LIBRARIES soci PkgConfig::pq)
set(documents_PRIVATE_LIBRARIES PkgConfig::pango PkgConfig::cairo PkgConfig::fontconfig PkgConfig::rsvg PkgConfig::qrencode
    PkgConfig::icu)
set(engine_LIBRARIES Boost::filesystem ${CMAKE_DL_LIBS})
set(metering_LIBRARIES PkgConfig::rdkafka PkgConfig::zstd)
set(web_LIBRARIES PkgConfig::httplib PkgConfig::ssl PkgConfig::zlib)
set(delivery_LIBRARIES PkgConfig::curl)
set(scheduler_LIBRARIES Boost::headers)
