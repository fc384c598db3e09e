#include "rules/compare/population.hpp"

#include "fhir/member.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

using rules::PopulationFault;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

/// Who was handed on, with what: "1" -> "Condition/c Patient/1".
using Seen = std::map<std::string, std::string>;

std::string names_of(const rules::PopulationPatient& patient) {
    std::vector<std::string> names;
    for (const boost::json::object* resource : patient.objects()) {
        names.push_back(std::string(fhir::member_text(*resource, "resourceType")) + "/" +
                        std::string(fhir::member_text(*resource, "id")));
    }
    std::ranges::sort(names);
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

struct Read {
    Seen seen;
    rules::PopulationCounts counts;
    std::string error;
};

class Population : public testing::Test {
  protected:
    void write(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((folder_.path() / name).parent_path());
        std::ofstream(folder_.path() / name, std::ios::binary) << text;
    }

    Read read(std::size_t threads = 1) {
        rules::PopulationOptions options;
        options.paths = {folder_.path().string()};
        options.threads = threads;
        return read(options);
    }

    static Read read(const rules::PopulationOptions& options) {
        Read read;
        std::mutex mutex;
        const auto counts = rules::read_population(options, [&](std::size_t, const rules::PopulationPatient& patient) {
            const std::lock_guard lock(mutex);
            const std::string id(patient.is_request() ? "request" : patient.id);
            read.seen[id] += names_of(patient);
        });
        if (counts) {
            read.counts = *counts;
        } else {
            read.error = counts.error();
        }
        return read;
    }

    service::TemporaryFolder folder_;
};

std::string patient_line(const std::string& id, const std::string& more = "") {
    return R"({"resourceType":"Patient","id":")" + id + "\"" + more + "}\n";
}

std::string condition_line(const std::string& id, const std::string& patient) {
    return R"({"resourceType":"Condition","id":")" + id + R"(","subject":{"reference":"Patient/)" + patient + "\"}}\n";
}

TEST_F(Population, BringsTheResourcesOfAPatientTogether) {
    write("Condition.1.ndjson", condition_line("a", "1") + condition_line("b", "2"));
    write("Condition.2.ndjson", condition_line("c", "1"));
    write("Patient.ndjson", patient_line("1") + patient_line("2"));
    EXPECT_THAT(read().seen, UnorderedElementsAre(Pair("1", "Condition/a Condition/c Patient/1"),
                                                  Pair("2", "Condition/b Patient/2")));
}

TEST_F(Population, IsTheSameForAnyNumberOfThreads) {
    std::string conditions, patients;
    for (int i = 0; i < 500; ++i) {
        patients += patient_line(std::to_string(i));
        for (int j = 0; j < 3; ++j) conditions += condition_line(std::to_string(j), std::to_string(i * 7 % 500));
    }
    write("Condition.ndjson", conditions);
    write("Patient.ndjson", patients);
    const Read one = read(1);
    EXPECT_EQ(one.seen.size(), 500U);
    EXPECT_EQ(read(5).seen, one.seen);
}

TEST_F(Population, KeepsWhatRulesReadAlone) {
    write("all.ndjson",
          patient_line("1") + R"({"resourceType":"Claim","id":"x","patient":{"reference":"Patient/1"}})" + "\n");
    EXPECT_EQ(read().seen["1"], "Patient/1");
}

std::string visit_line(const std::string& id, const std::string& more, const std::string& start) {
    return R"({"resourceType":"Encounter","id":")" + id + "\"," + more + R"("period":{"start":")" + start + "\"}}\n";
}

TEST_F(Population, PassesByWhatHappenedBeforeADay) {
    const std::string subject = R"("subject":{"reference":"Patient/1"},)";
    write("all.ndjson",
          patient_line("1") + visit_line("old", subject, "2024-05-06") + visit_line("new", subject, "2026-03-01"));
    rules::PopulationOptions options;
    options.paths = {folder_.path().string()};
    options.dates_from = "2026-02-28";
    EXPECT_EQ(read(options).seen["1"], "Encounter/new Patient/1");
    EXPECT_EQ(read().seen["1"], "Encounter/new Encounter/old Patient/1");
}

TEST_F(Population, StillCountsWhoseAreNotKnownOfWhatHappenedBeforeADay) {
    write("all.ndjson",
          visit_line("a", "", "2024") + visit_line("b", R"("subject":{"reference":"Patient/2"},)", "2024"));
    rules::PopulationOptions options;
    options.paths = {folder_.path().string()};
    options.dates_from = "2026-02-28";
    EXPECT_THAT(read(options).counts.faults,
                UnorderedElementsAre(Pair(PopulationFault::of_nobody, 1), Pair(PopulationFault::no_patient, 1)));
}

TEST_F(Population, GivesAPatientTheMedicationsThatItsRecordsReferTo) {
    write(
        "all.ndjson",
        R"({"resourceType":"Medication","id":"m1"})"
        "\n"
        R"({"resourceType":"Medication","id":"m2"})"
        "\n"
        R"({"resourceType":"MedicationRequest","id":"r","subject":{"reference":"Patient/1"},"medicationReference":{"reference":"Medication/m1"}})"
        "\n" +
            patient_line("1"));
    EXPECT_EQ(read().seen["1"], "Medication/m1 MedicationRequest/r Patient/1");
}

TEST_F(Population, TakesMergedPatientsForOne) {
    write("all.ndjson", patient_line("2", R"(,"link":[{"other":{"reference":"Patient/9"},"type":"replaces"}])") +
                            patient_line("9") + condition_line("c", "9"));
    EXPECT_THAT(read().seen, ElementsAre(Pair("2", "Condition/c Patient/2 Patient/9")));
}

TEST_F(Population, ReadsAnEscapedReference) {
    write("all.ndjson",
          patient_line("1") + R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient\/1"}})" + "\n");
    EXPECT_EQ(read().seen["1"], "Condition/c Patient/1");
}

TEST_F(Population, CountsAndNamesWhatItCannotUse) {
    write(
        "a.ndjson",
        patient_line("1") + "{\"resourceType\":\n" + R"({"resourceType":"Condition","id":"nobody"})" + "\n" +
            R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},"patient":{"reference":"Patient/2"}})" +
            "\n" + condition_line("c", "unknown"));
    write("notes.txt", "no population");
    const Read read = this->read();
    EXPECT_THAT(read.counts.faults,
                UnorderedElementsAre(Pair(PopulationFault::broken, 1U), Pair(PopulationFault::of_nobody, 1U),
                                     Pair(PopulationFault::of_two, 1U), Pair(PopulationFault::no_patient, 1U),
                                     Pair(PopulationFault::unread_file, 1U)));
    const std::string file = (folder_.path() / "a.ndjson").string();
    EXPECT_THAT(read.counts.named.at(PopulationFault::broken), ElementsAre(rules::PopulationPlace{file, 2}));
    EXPECT_THAT(read.counts.named.at(PopulationFault::of_two), ElementsAre(rules::PopulationPlace{file, 4}));
    EXPECT_EQ(read.counts.records, 1U);
}

TEST_F(Population, NamesABrokenLineThatOnlyItsReadingShows) {
    write("a.ndjson", patient_line("1") +
                          R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"x":01})" + "\n");
    const Read read = this->read();
    EXPECT_EQ(read.seen.at("1"), "Patient/1");
    EXPECT_THAT(read.counts.named.at(PopulationFault::broken),
                ElementsAre(rules::PopulationPlace{(folder_.path() / "a.ndjson").string(), 2}));
}

TEST_F(Population, NamesAPatientWhoIsTooLargeAndReadsTheOthers) {
    std::string lines = patient_line("1") + patient_line("2");
    for (int i = 0; i < 100; ++i) lines += condition_line(std::to_string(i), "2");
    write("a.ndjson", lines);
    rules::PopulationOptions options;
    options.paths = {folder_.path().string()};
    options.largest_patient = 4000;
    const Read read = Population::read(options);
    EXPECT_THAT(read.seen, ElementsAre(Pair("1", "Patient/1")));
    EXPECT_THAT(read.counts.faults, ElementsAre(Pair(PopulationFault::too_large, 1U)));
}

TEST_F(Population, ReadsWhatAManifestListsAndNothingElse) {
    write(
        "manifest.json",
        R"({"transactionTime":"2026-03-01T00:00:00Z","output":[{"type":"Patient","url":"https://ehr.example/export/p.ndjson"}]})");
    write("p.ndjson", patient_line("1"));
    write("deleted.ndjson", patient_line("2"));
    const Read read = this->read();
    EXPECT_THAT(read.seen, ElementsAre(Pair("1", "Patient/1")));
    EXPECT_EQ(read.counts.faults.at(PopulationFault::unread_file), 1U);
}

TEST_F(Population, SaysWhichFileOfAManifestIsNotThere) {
    write("manifest.json",
          R"({"transactionTime":"2026-03-01T00:00:00Z","output":[{"url":"https://ehr.example/export/gone.ndjson"}]})");
    EXPECT_THAT(read().error, testing::HasSubstr("gone.ndjson"));
}

TEST_F(Population, ReadsBundlesAndRequestsOfAnyForm) {
    const std::string entry = R"("entry":[{"resource":{"resourceType":"Patient","id":"1"}}])";
    write("bundle.json", "{\n \"resourceType\": \"Bundle\",\n " + entry + "\n}\n");
    write("lines.ndjson", "{\"resourceType\":\"Bundle\"," + entry + "}\n" +
                              R"({"hook":"patient-view","prefetch":{"patient":{"resourceType":"Patient","id":"1"}}})"
                              "\n");
    const Read read = this->read();
    EXPECT_EQ(read.counts.records, 2U);
    EXPECT_EQ(read.counts.requests, 1U);
    EXPECT_EQ(read.seen.at("request"), "Patient/1");
}

TEST_F(Population, CountsAndNamesBundlesThatAreNotOnePatients) {
    const auto bundle = [](const std::string& resources) {
        return R"({"resourceType":"Bundle","entry":[)" + resources + "]}\n";
    };
    const std::string one = R"({"resource":{"resourceType":"Patient","id":"1"}})";
    const std::string two = R"({"resource":{"resourceType":"Patient","id":"2"}})";
    const std::string another =
        R"({"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/2"}}})";
    write("a.ndjson", bundle(one + "," + two) + bundle(another) + bundle(one + "," + another));
    const Read read = this->read();
    EXPECT_THAT(read.counts.faults,
                UnorderedElementsAre(Pair(PopulationFault::several, 1U), Pair(PopulationFault::no_patient, 1U),
                                     Pair(PopulationFault::of_another, 1U)));
    const std::string file = (folder_.path() / "a.ndjson").string();
    EXPECT_THAT(read.counts.named.at(PopulationFault::several), ElementsAre(rules::PopulationPlace{file, 1}));
    EXPECT_THAT(read.counts.named.at(PopulationFault::of_another), ElementsAre(rules::PopulationPlace{file, 3}));
    EXPECT_EQ(read.counts.records, 1U);
}

TEST_F(Population, ReadsStandardInput) {
    std::istringstream in(patient_line("1") + condition_line("c", "1"));
    rules::PopulationOptions options;
    options.paths = {"-"};
    options.input = &in;
    EXPECT_EQ(Population::read(options).seen["1"], "Condition/c Patient/1");
}

TEST_F(Population, SaysThatAPathIsNotThere) {
    rules::PopulationOptions options;
    options.paths = {(folder_.path() / "nothing").string()};
    EXPECT_THAT(Population::read(options).error, testing::HasSubstr("is not there"));
}

TEST_F(Population, PassesOnWhatACallbackThrows) {
    write("a.ndjson", patient_line("1"));
    rules::PopulationOptions options;
    options.paths = {folder_.path().string()};
    options.threads = 3;
    EXPECT_THROW((void)rules::read_population(
                     options, [](std::size_t, const rules::PopulationPatient&) { throw std::runtime_error("stop"); }),
                 std::runtime_error);
}

TEST_F(Population, EndsAtTheFirstRecordWhereRequestsAreWanted) {
    std::string lines;
    for (int patient = 0; patient < 9; ++patient) {
        lines += R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":")" +
                 std::to_string(patient) + "\"}}]}\n";
    }
    write("all.ndjson", lines);
    rules::PopulationOptions options;
    options.paths = {(folder_.path() / "all.ndjson").string()};
    options.requests_alone = true;
    const Read found = read(options);
    EXPECT_TRUE(found.seen.empty());
    EXPECT_GE(found.counts.records, 1U);
}

}  // namespace
