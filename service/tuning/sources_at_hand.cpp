#include "service/tuning/sources_at_hand.hpp"

#include "service/call/record_sources.hpp"

#include <utility>

namespace service {

rules::SourcesOf reader_of_records() {
    using Sources = boost::system::result<rules::SourcesAtHand, std::string_view>;
    return [](const fhir::Bundle& record, const rules::Selection& selection,
              const boost::json::storage_ptr& storage) -> Sources {
        auto read = sources_of_record(record, selection, storage);
        if (!read) return read.error();
        return rules::SourcesAtHand{std::move(read->sources), std::move(read->copies)};
    };
}

}  // namespace service
