#include "core/data/byte_vocabulary.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tritlab {

std::vector<BpeMerge> mergesByRank(const std::vector<std::string>& tokens) {
    std::unordered_map<std::string_view, TokenId> ids;
    for (std::size_t id = 0; id < tokens.size(); ++id)
        if (!tokens[id].empty()) ids.emplace(tokens[id], static_cast<TokenId>(id));
    std::vector<BpeMerge> merges;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const std::string_view bytes = tokens[id];
        if (ids.find(bytes) == ids.end() || ids.at(bytes) != static_cast<TokenId>(id)) continue;
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            const auto left = ids.find(bytes.substr(0, cut)), right = ids.find(bytes.substr(cut));
            if (left != ids.end() && right != ids.end())
                merges.push_back({left->second, right->second, static_cast<TokenId>(id)});
        }
    }
    return merges;
}

}  // namespace tritlab
