// A log that counts what it is told: what is logged and what /metrics says cannot differ, and whoever reports an event
// needs to know the log alone.
#pragma once

#include "service/observe/log.hpp"
#include "service/observe/metrics.hpp"

namespace service {

class MeasuredLog final : public Log {
  public:
    /// \param log, metrics  outlive this.
    MeasuredLog(Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

    void write(const Event& event) override;

  private:
    Log& log_;
    Metrics& metrics_;
};

}  // namespace service
