// A pack and a site's settings, compiled: expressions bound to their types, facts in the order of their dependencies,
// parameters resolved. Immutable after compilation and shared between threads.
#pragma once

#include "rules/pack/pack.hpp"
#include "rules/pack/site.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rules {

/// What one prefetch key asks for. `query` has the placeholder {{context.patientId}}.
struct PrefetchTemplate {
    std::string key;    ///< patient, conditions, medicationRequests, medicationStatements, procedures, orders, or an
                        ///< analyte group
    std::string query;  ///< "Observation?patient={{context.patientId}}&code=…&_sort=-date&_count=200"
    std::string resource_type;
    bool required = false;  ///< 412 without it
};

class Program {
  public:
    struct Inner;  // rules/program/program_inner.hpp: what evaluate() and the tools read
    explicit Program(std::shared_ptr<const Inner> inner) : inner_(std::move(inner)) {}

    const Pack& pack() const;
    const Site& site() const;
    /// The keys that the rules of `hook` read, `patient` first, in a stable order.
    const std::vector<PrefetchTemplate>& prefetch(Hook hook) const;
    const Inner& inner() const { return *inner_; }

  private:
    std::shared_ptr<const Inner> inner_;
};

struct Compilation {
    std::shared_ptr<const Program> program;  ///< null if the findings hold an error
    Diagnostics findings;                    ///< expressions, types, cycles, units; places are those of the files
};

/// Compiles a pack that was read without error. \param site the defaults, if the deployment has no site file.
Compilation compile(Pack pack, Site site = {});

}  // namespace rules
