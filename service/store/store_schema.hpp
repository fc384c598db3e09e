// The tables of the store, and their way from one version of the program to the next.
#pragma once

#include "service/store/store.hpp"

namespace service {

/// The schema of this version of the program.
int newest_schema();

/// The schema of the database; 0: none yet.
boost::system::result<int, StoreFault> schema_of(SqlConnection& connection);

/// Makes the schema what this version of the program wants. Call it within a transaction.
/// \returns newer_schema if a newer program has been here.
boost::system::result<void, StoreFault> bring_up_to_date(SqlConnection& connection);

/// What a start and a call would do, up to date and written to. For a transaction that is taken back.
/// \returns the schema as it was found; 0: none.
boost::system::result<int, StoreFault> try_everything(SqlConnection& connection);

}  // namespace service
