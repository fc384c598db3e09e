#include "service/clients/client_profile.hpp"

#include <algorithm>

namespace service {

namespace {

constexpr const ClientProfile* profiles[] = {&client::version_1_0, &client::version_2_0, &client::version_3_0,
                                             &client::crd,         &client::sandbox,     &client::epic,
                                             &client::oracle,      &client::plain};

}  // namespace

std::span<const ClientProfile* const> client_profiles() {
    return profiles;
}

const ClientProfile* find_client_profile(std::string_view name) {
    const auto found = std::ranges::find(profiles, name, &ClientProfile::name);
    return found == std::end(profiles) ? nullptr : *found;
}

bool has_type(const ClientProfile& client, std::string_view resource_type) {
    return std::ranges::none_of(client.refusals, [&](const Refusal& refusal) {
        return refusal.parameter.empty() && refusal.resource_type == resource_type;
    });
}

std::string without_refused(const ClientProfile& client, std::string_view resource_type, std::string query) {
    for (const Refusal& refusal : client.refusals) {
        if (refusal.parameter.empty() || refusal.resource_type != resource_type) continue;
        const std::size_t begin = query.find("&" + std::string(refusal.parameter) + "=");
        if (begin == std::string::npos) continue;
        const std::size_t end = query.find('&', begin + 1);
        query.erase(begin, end == std::string::npos ? end : end - begin);
    }
    return query;
}

}  // namespace service
