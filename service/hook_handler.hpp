// What stands behind the clinical port: the services of the loaded packs.
#pragma once

#include "service/cds_services.hpp"
#include "service/clinical_clock.hpp"
#include "service/hook_call.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace service {

struct HookSettings {
    ClientProfile profile = ClientProfile::v2_0;
    ClinicalClock clock;
    UuidSource new_uuid;
};

class HookHandler final : public CdsServices {
  public:
    HookHandler(const std::vector<LoadedPack>& packs, HookSettings settings);

    const std::string& discovery() const override { return discovery_; }
    bool offers(std::string_view service_id) const override { return by_id_.contains(service_id); }
    boost::asio::awaitable<Reply> call(std::string_view service_id, const RequestHead& head,
                                       std::string_view body) const override;

  private:
    HookSettings settings_;
    std::vector<ServedService> services_;
    std::map<std::string, std::vector<const ServedService*>, std::less<>> by_id_;
    std::string discovery_;
};

}  // namespace service
