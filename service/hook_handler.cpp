#include "service/hook_handler.hpp"

#include "fhir/json_text.hpp"

#include <utility>

namespace service {

HookHandler::HookHandler(const std::vector<LoadedPack>& packs, HookSettings settings) : settings_(std::move(settings)) {
    for (const LoadedPack& pack : packs) {
        for (ServedService& service : services_of(pack)) services_.push_back(std::move(service));
    }
    std::vector<OfferedService> offered;
    for (const ServedService& service : services_) {
        by_id_[service.offered.id].push_back(&service);
        offered.push_back(service.offered);
    }
    discovery_ = discovery_document(offered, settings_.profile);
}

boost::asio::awaitable<Reply> HookHandler::call(std::string_view service_id, const RequestHead& head,
                                                std::string_view body) const {
    const auto call = read_hook_call(by_id_.find(service_id)->second, body, false);
    if (!call) co_return problem_reply(call.error(), head.accept);
    Reply reply;
    if (const auto missing = missing_sources(call->sources, call->service->offered.prefetch)) {
        reply = problem_reply(*missing, head.accept);
    } else {
        const rules::Evaluation evaluation = evaluate_call(*call, settings_.clock());
        reply.body = fhir::print_json(response_of(*call, evaluation, settings_.profile, settings_.new_uuid));
        reply.facts.cards = static_cast<unsigned>(evaluation.cards.size());
    }
    if (is_uuid(call->request.hook_instance)) reply.facts.hook_instance = call->request.hook_instance;
    co_return reply;
}

}  // namespace service
