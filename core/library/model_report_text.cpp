// A model's report as a person is shown it, and as JSON.
#include <algorithm>

#include "core/architecture/activations.h"
#include "core/base/fixed_real.h"
#include "core/base/number.h"
#include "core/base/translate.h"
#include "core/library/model_report.h"

namespace tritlab {
namespace {

using nlohmann::ordered_json;

// Lines with something to say.
class Lines {
public:
    Lines& add(const char* label, const std::string& text) {
        if (!text.empty()) lines_.push_back({label, text});
        return *this;
    }
    Lines& size(const char* label, std::int64_t value) { return add(label, value >= 0 ? std::to_string(value) : ""); }
    void into(std::vector<ReportSection>& sections, const char* title) {
        if (!lines_.empty()) sections.push_back({title, std::move(lines_)});
    }

private:
    std::vector<ReportLine> lines_;
};

std::string bytesText(std::int64_t bytes) { return humanBytes(static_cast<double>(bytes)); }

std::string kindText(const ModelReport& report) {
    switch (report.kind) {
        case ReportedKind::Gguf: return "GGUF file";
        case ReportedKind::Folder:
            return report.architecture == "tritlab" ? "model folder of TritLab" : "model folder (Hugging Face)";
        case ReportedKind::Checkpoint: return "checkpoint of a run";
        case ReportedKind::Packed: return "packed folder of TritLab";
        case ReportedKind::Events: return "event files of TensorBoard";
    }
    return {};
}

const char* kindKey(ReportedKind kind) {
    switch (kind) {
        case ReportedKind::Gguf: return "gguf";
        case ReportedKind::Folder: return "folder";
        case ReportedKind::Checkpoint: return "checkpoint";
        case ReportedKind::Packed: return "packed";
        case ReportedKind::Events: return "events";
    }
    return "";
}

std::string familyText(const ModelReport& report) {
    if (!report.description) return report.architecture;
    const FamilyInfo* family = familyOf(report.description->config);
    return report.architecture + (family != nullptr ? std::string(" (") + family->className + ")" : std::string());
}

std::string blockText(const ModelConfig& config) {
    std::string text = config.normPlacement == NormPlacement::Pre ? "pre-norm" : "post-norm";
    text += std::string(config.gatedFfn ? ", gated feed-forward with " : ", feed-forward with ") +
            std::string(activationInfo(config.activation).names.front());
    if (config.subNorms) text += ", sub-norms";
    return text + (config.tieEmbeddings ? ", embedding and head tied" : ", a head of its own");
}

std::string linearsText(const ModelDescription& description) {
    if (!description.config.ternaryLinears) return "dense";
    if (description.storage != WeightStorage::Master) return "ternary, stored as codes with scales";
    return "ternary, stored as shadow weights (trained at lambda " + formatReal(description.lambda) + " last)";
}

std::string shareText(double share) { return share > 0 && share < 0.05 ? "under 0.1 %" : fixedReal(share, 1) + " %"; }

std::string typesText(const std::vector<TensorTypeShare>& types) {
    double all = 0;
    for (const TensorTypeShare& type : types) all += static_cast<double>(type.weights);
    std::string text;
    for (const TensorTypeShare& type : types)
        text += (text.empty() ? "" : "\n") + type.type + ": " +
                shareText(all > 0 ? 100 * static_cast<double>(type.weights) / all : 0) + " of the weights, in " +
                std::to_string(type.tensors) + (type.tensors == 1 ? " tensor" : " tensors");
    return text;
}

std::string tokenText(const NamedToken& token) {
    if (token.id < 0) return "none";
    return std::to_string(token.id) + (token.text.empty() ? "" : " " + token.text);
}

std::string endsText(const std::vector<NamedToken>& ends) {
    std::string text;
    for (const NamedToken& end : ends) text += (text.empty() ? "" : ", ") + tokenText(end);
    return text;
}

std::string headsText(const ReportedSizes& sizes) {
    if (sizes.heads < 0) return {};
    const std::string heads = std::to_string(sizes.heads);
    return sizes.kvHeads < 0 || sizes.kvHeads == sizes.heads
               ? heads
               : heads + ", " + std::to_string(sizes.kvHeads) + " for keys and values";
}

std::string templateText(const ModelReport& report) {
    if (report.templateFrom.empty()) return "none in the files";
    return "Jinja, " + std::to_string(report.templateBytes) + " bytes (" + report.templateFrom + ")";
}

std::int64_t contextOf(const ModelReport& report, std::int64_t context) {
    return context > 0 ? context : std::max<std::int64_t>(report.sizes.context, 0);
}

void addTokenizer(const TokenizerReport& tokenizer, std::vector<ReportSection>& sections) {
    Lines()
        .add(QT_TRANSLATE_NOOP("ModelReport", "Kind"), tokenizer.kind)
        .size(QT_TRANSLATE_NOOP("ModelReport", "Pieces"), tokenizer.pieces)
        .add(QT_TRANSLATE_NOOP("ModelReport", "BOS"),
             tokenText(tokenizer.bos) + (tokenizer.bos.id < 0 ? ""
                                         : tokenizer.addsBos  ? ", put first in each text"
                                                              : ", not put first"))
        .add(QT_TRANSLATE_NOOP("ModelReport", "EOS"), tokenText(tokenizer.eos))
        .add(QT_TRANSLATE_NOOP("ModelReport", "An answer ends at"), endsText(tokenizer.ends))
        .add(QT_TRANSLATE_NOOP("ModelReport", "Text comes back"),
             tokenizer.lossless ? "as it was, byte for byte" : "normalized, or without what has no piece")
        .into(sections, QT_TRANSLATE_NOOP("ModelReport", "Tokenizer"));
}

void addCosts(const ModelReport& report, std::int64_t context, std::vector<ReportSection>& sections) {
    Lines lines;
    if (report.packedBytes > 0) {
        lines.add(QT_TRANSLATE_NOOP("ModelReport", "Weights in memory"),
                  "about " + bytesText(report.packedBytes) + ", packed for the chat");
        lines.add(QT_TRANSLATE_NOOP("ModelReport", "Cache in memory"),
                  bytesText(report.cacheBytesPerToken) + " a token, " + bytesText(report.cacheBytesPerToken * context) +
                      " at " + std::to_string(context) + " tokens");
        lines.add(QT_TRANSLATE_NOOP("ModelReport", "Together"), "about " + bytesText(report.chatBytes(context)));
    }
    lines.add(QT_TRANSLATE_NOOP("ModelReport", "On disk"), bytesText(report.diskBytes));
    if (report.runBytes > 0)
        lines.add(QT_TRANSLATE_NOOP("ModelReport", "As an imported run"),
                  bytesText(report.runBytes) + " more on disk, weights in fp32");
    lines.into(sections, QT_TRANSLATE_NOOP("ModelReport", "Costs"));
}

}  // namespace

std::vector<ReportSection> reportSections(const ModelReport& report, std::int64_t context) {
    const ReportedSizes& sizes = report.sizes;
    std::vector<ReportSection> sections;
    Lines about;
    about.add(QT_TRANSLATE_NOOP("ModelReport", "Path"), report.path.string())
        .add(QT_TRANSLATE_NOOP("ModelReport", "Kind"), kindText(report));
    if (report.kind == ReportedKind::Events) {
        std::string folders;
        for (const std::string& folder : report.eventFolders) folders += (folders.empty() ? "" : ", ") + folder;
        about.add(QT_TRANSLATE_NOOP("ModelReport", "Folders"), folders)
            .into(sections, QT_TRANSLATE_NOOP("ModelReport", "What it is"));
        return sections;
    }
    about.add(QT_TRANSLATE_NOOP("ModelReport", "Name"), report.name)
        .add(QT_TRANSLATE_NOOP("ModelReport", "Architecture"), familyText(report))
        .add(QT_TRANSLATE_NOOP("ModelReport", "Block"), report.description ? blockText(report.description->config) : "")
        .add(QT_TRANSLATE_NOOP("ModelReport", "Licence"),
             report.licence.empty() ? "the files do not say" : report.licence + " (" + report.licenceFrom + ")")
        .into(sections, QT_TRANSLATE_NOOP("ModelReport", "What it is"));
    Lines cannot, notes;
    for (const ReportedObstacle& each : report.obstacles)
        cannot.add(each.use == ReportedUse::Chat ? QT_TRANSLATE_NOOP("ModelReport", "Cannot be used")
                                                 : QT_TRANSLATE_NOOP("ModelReport", "Cannot become a run"),
                   each.why);
    cannot.into(sections, QT_TRANSLATE_NOOP("ModelReport", "What it cannot do"));
    for (const std::string& note : report.notes) notes.add(QT_TRANSLATE_NOOP("ModelReport", "Note"), note);
    notes.into(sections, QT_TRANSLATE_NOOP("ModelReport", "What is odd about it"));
    Lines()
        .add(QT_TRANSLATE_NOOP("ModelReport", "Parameters"),
             sizes.parameters >= 0 ? humanCount(static_cast<double>(sizes.parameters)) : "")
        .size(QT_TRANSLATE_NOOP("ModelReport", "Layers"), sizes.layers)
        .size(QT_TRANSLATE_NOOP("ModelReport", "Hidden size"), sizes.hidden)
        .add(QT_TRANSLATE_NOOP("ModelReport", "Heads"), headsText(sizes))
        .size(QT_TRANSLATE_NOOP("ModelReport", "Head size"), sizes.headSize)
        .size(QT_TRANSLATE_NOOP("ModelReport", "Feed-forward size"), sizes.ffn)
        .size(QT_TRANSLATE_NOOP("ModelReport", "Context length"), sizes.context)
        .size(QT_TRANSLATE_NOOP("ModelReport", "Vocabulary"), sizes.vocabulary)
        .into(sections, QT_TRANSLATE_NOOP("ModelReport", "Sizes"));
    Lines()
        .add(QT_TRANSLATE_NOOP("ModelReport", "Types"), typesText(report.types))
        .add(QT_TRANSLATE_NOOP("ModelReport", "Linears"), report.description ? linearsText(*report.description) : "")
        .into(sections, QT_TRANSLATE_NOOP("ModelReport", "Weights"));
    if (report.tokenizer) addTokenizer(*report.tokenizer, sections);
    Lines()
        .add(QT_TRANSLATE_NOOP("ModelReport", "Of the model"), templateText(report))
        .add(QT_TRANSLATE_NOOP("ModelReport", "Of TritLab"),
             report.description ? templateName(report.description->chatTemplate) : "")
        .into(sections, QT_TRANSLATE_NOOP("ModelReport", "Chat template"));
    addCosts(report, contextOf(report, context), sections);
    return sections;
}

ordered_json reportJson(const ModelReport& report, std::int64_t context) {
    const auto known = [](std::int64_t value) { return value >= 0 ? ordered_json(value) : ordered_json(); };
    const auto token = [](const NamedToken& each) {
        return each.id < 0 ? ordered_json() : ordered_json{{"id", each.id}, {"text", each.text}};
    };
    const ReportedSizes& sizes = report.sizes;
    ordered_json json{{"path", report.path.string()},
                      {"kind", kindKey(report.kind)},
                      {"name", report.name},
                      {"architecture", report.architecture},
                      {"sizes",
                       {{"parameters", known(sizes.parameters)},
                        {"layers", known(sizes.layers)},
                        {"hidden_size", known(sizes.hidden)},
                        {"heads", known(sizes.heads)},
                        {"kv_heads", known(sizes.kvHeads)},
                        {"head_size", known(sizes.headSize)},
                        {"ffn_size", known(sizes.ffn)},
                        {"context_length", known(sizes.context)},
                        {"vocab_size", known(sizes.vocabulary)}}}};
    json["ternary"] = report.description ? ordered_json(report.description->config.ternaryLinears) : ordered_json();
    json["types"] = ordered_json::array();
    for (const TensorTypeShare& type : report.types)
        json["types"].push_back(
            {{"type", type.type}, {"tensors", type.tensors}, {"weights", type.weights}, {"bytes", type.bytes}});
    json["tokenizer"] = nullptr;
    if (report.tokenizer) {
        const TokenizerReport& read = *report.tokenizer;
        json["tokenizer"] = {{"kind", read.kind},         {"pieces", read.pieces},
                             {"bos", token(read.bos)},    {"adds_bos", read.addsBos},
                             {"eos", token(read.eos)},    {"unknown", token(read.unknown)},
                             {"lossless", read.lossless}, {"ends", ordered_json::array()}};
        for (const NamedToken& end : read.ends) json["tokenizer"]["ends"].push_back(token(end));
    }
    json["template"] = {{"from", report.templateFrom},
                        {"bytes", report.templateBytes},
                        {"own", report.description ? templateName(report.description->chatTemplate) : ""}};
    json["licence"] = {{"name", report.licence}, {"from", report.licenceFrom}};
    json["notes"] = report.notes;
    json["obstacles"] = ordered_json::array();
    for (const ReportedObstacle& each : report.obstacles)
        json["obstacles"].push_back({{"use", each.use == ReportedUse::Chat ? "chat" : "import"}, {"why", each.why}});
    json["event_folders"] = report.eventFolders;
    const std::int64_t length = contextOf(report, context);
    json["costs"] = {{"packed_bytes", report.packedBytes},
                     {"cache_bytes_per_token", report.cacheBytesPerToken},
                     {"context", length},
                     {"chat_bytes", report.chatBytes(length)},
                     {"disk_bytes", report.diskBytes},
                     {"run_bytes", report.runBytes}};
    return json;
}

}  // namespace tritlab
