// How long a move of a slider takes: a population held in memory, each parameter of the pack moved to other values, and
// for each of them the draft compiled, tuned and its stories told. Prints p50, p95 and the worst, in time and in
// processor time of all threads (which says more on a busy machine), and what is held; with TUNE_BENCH_MOVES=FILE each
// move as a line of tab-separated values there.
//
//   generate.py --patients 10000 --noise 0 --out /tmp/patients
//   tune_bench rules/packs/back-pain-labs /tmp/patients 2
#include "rules/compare/population.hpp"
#include "rules/stories/held_stories.hpp"
#include "rules/tune/held_population.hpp"
#include "service/call/record_sources.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Milliseconds of processor that all threads have had.
double processor_time() {
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Of "VmRSS:   1234 kB".
std::string resident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return line.substr(line.find_first_not_of(" \t", 6));
    }
    return "?";
}

void print(const char* what, std::vector<double> times) {
    std::ranges::sort(times);
    const auto at = [&times](double share) {
        return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    std::cout << std::fixed << std::setprecision(0) << what << ": p50 " << at(.5) << " ms, p95 " << at(.95)
              << " ms, worst " << times.back() << " ms, of " << times.size() << '\n';
}

boost::system::result<rules::SourcesAtHand, std::string_view> sources_of(const fhir::Bundle& record,
                                                                         const rules::Selection& selection,
                                                                         const boost::json::storage_ptr& storage) {
    auto sources = service::sources_of_record(record, selection, storage);
    if (!sources) return sources.error();
    return rules::SourcesAtHand{std::move(sources->sources), std::move(sources->copies)};
}

/// Where a slider may come to rest: both ends, the middle and the quarters; all values of a choice.
std::vector<std::string> values_of(const rules::Parameter& parameter) {
    switch (parameter.type) {
        case rules::Parameter::Type::integer: {
            const auto [low, high] = *parameter.range;
            std::vector<std::string> values;
            for (long quarter = 0; quarter <= 4; ++quarter) {
                values.push_back(std::to_string(low + (high - low) * quarter / 4));
            }
            return values;
        }
        case rules::Parameter::Type::boolean:
            return {"true", "false"};
        case rules::Parameter::Type::code:
            break;
    }
    return parameter.values;
}

std::string site_with(const rules::Parameter& parameter, const std::string& value) {
    const std::string text = parameter.type == rules::Parameter::Type::code ? '"' + value + '"' : value;
    return R"({ "parameters": { ")" + parameter.name + R"(": )" + text + " } }";
}

std::ofstream file_of_moves() {
    const char* file = std::getenv("TUNE_BENCH_MOVES");
    return std::ofstream(file ? file : "/dev/null");
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::cerr << "tune_bench PACK POPULATION THREADS [AT]\n";
        return EXIT_FAILURE;
    }
    const std::size_t threads = std::stoul(arguments[3]);
    const service::LoadedPack pack = service::load_pack(arguments[1], {});
    if (!pack.program) return EXIT_FAILURE;
    const auto clock = service::parse_clinical_clock(count > 4 ? arguments[4] : "2026-03-02T09:00:00-05:00", false);
    rules::HeldOptions options;
    options.looked_at = {clock->time().at, clock->time().zone, sources_of};
    options.threads = threads;
    rules::HeldPopulation held(pack.program, options);

    rules::PopulationOptions how;
    how.paths = {arguments[2]};
    how.threads = threads;
    how.observation_codes = held.observation_codes();
    how.dates_from = held.dates_from();
    Clock::time_point begin = Clock::now();
    const auto read =
        rules::read_population(how, [&held](std::size_t, rules::PopulationPatient& patient) { held.add(patient); });
    if (!read) return EXIT_FAILURE;
    std::cout << held.patients() << " patients read in " << since(begin) << " ms, " << held.bytes() / 1024
              << " KiB held (" << held.bytes() / std::max<std::size_t>(held.patients(), 1) << " bytes a patient), "
              << held.beyond() << " beyond the limit, resident " << resident() << '\n';
    begin = Clock::now();
    held.finish();
    std::cout << "saved side evaluated in " << since(begin) << " ms, resident " << resident() << '\n';

    begin = Clock::now();
    const rules::Pack& written = pack.program->pack();
    const rules::HeldStories stories(written, rules::read_stories(written).stories, threads);
    std::cout << "stories held after " << since(begin) << " ms\n";

    std::vector<double> compiles, moves, moves_processor, patients, patients_processor, tellings;
    std::size_t most_looked_at = 0;
    std::ofstream each = file_of_moves();
    for (const rules::Parameter& parameter : written.parameters) {
        for (const std::string& value : values_of(parameter)) {
            const Clock::time_point moved = Clock::now();
            const double processor_before = processor_time();
            rules::SiteReading site = rules::read_site(site_with(parameter, value), "site.json", written);
            const rules::Compilation draft = rules::compile(written, std::move(site.site));
            if (!draft.program) continue;
            compiles.push_back(since(moved));
            begin = Clock::now();
            const double compiled = processor_time();
            const auto tuned = held.tune(*draft.program);
            patients.push_back(since(begin));
            patients_processor.push_back(processor_time() - compiled);
            moves.push_back(since(moved));
            moves_processor.push_back(processor_time() - processor_before);
            each << parameter.name << '\t' << value << '\t' << tuned->looked_at << '\t' << compiles.back() << '\t'
                 << patients.back() << '\t' << patients_processor.back() << '\n';
            most_looked_at = std::max(most_looked_at, tuned->looked_at);
            begin = Clock::now();
            const rules::ToldStories telling = stories.tell(*draft.program, {}, threads);
            tellings.push_back(since(begin) + compiles.back());
        }
    }
    print("the draft compiled", compiles);
    print("patients tuned", patients);
    print("patients tuned, processor time", patients_processor);
    print("patients, the draft compiled first", moves);
    print("patients, the draft compiled first, processor time", moves_processor);
    print("stories, the draft compiled first", tellings);
    std::cout << "most patients whom one move could reach: " << most_looked_at << '\n';
    return EXIT_SUCCESS;
}
