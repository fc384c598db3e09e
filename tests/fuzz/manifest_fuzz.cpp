// The manifest of FHIR Bulk Data as a stranger may have written it: it names files that lie beside it or is refused,
// and it leads nowhere else.
#include "rules/bulk/population_files.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// A folder with two files of a population, for this process.
const fs::path& folder() {
    static const fs::path made = [] {
        fs::path path = fs::temp_directory_path() / ("manifest-fuzz-" + std::to_string(getpid()));
        fs::create_directories(path / "below");
        for (const char* name : {"Patient.ndjson", "Condition.ndjson.gz"}) std::ofstream(path / name) << "{}\n";
        return fs::canonical(path);
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fs::path manifest = folder() / "manifest.json";
    std::ofstream(manifest, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    for (const fs::path& named : {manifest, folder()}) {
        const auto files = rules::find_population_files({named.string()});
        if (!files) {
            if (files.error().empty()) std::abort();
            continue;
        }
        for (const std::string& file : files->read) {
            if (!fs::is_regular_file(file) || fs::canonical(file).parent_path() != folder()) std::abort();
        }
    }
    return 0;
}
