#include "core/engine/model/language_model.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <optional>
#include <span>

#include "core/base/error.h"
#include "core/base/profile.h"
#include "core/engine/layers/block.h"
#include "core/engine/layers/cross_entropy.h"
#include "core/engine/layers/host_tensor.h"
#include "core/engine/layers/prologue_node.h"
#include "core/engine/layers/recompute.h"
#include "core/engine/layers/tensor_kernels.h"
#include "core/model/initialize.h"

namespace tritlab {

namespace {

void require(bool holds, const std::string& what, const std::string& hint) {
    if (!holds) throw Error(what, "model", hint);
}

void checkConfig(const ModelConfig& c) {
    for (const auto& [name, value] : {std::pair{"vocabulary", c.vocabSize},
                                      {"hidden size", c.hiddenSize},
                                      {"layers", c.layers},
                                      {"heads", c.heads},
                                      {"key/value heads", c.kvHeads},
                                      {"head size", c.headSize},
                                      {"feed-forward size", c.ffnSize}})
        require(value > 0, std::string(name) + " is " + std::to_string(value), "It has to be at least 1.");
    require(c.heads % c.kvHeads == 0,
            std::to_string(c.heads) + " heads cannot share " + std::to_string(c.kvHeads) + " key/value heads",
            "Choose a number of key/value heads that divides the heads.");
    require(c.headSize % 2 == 0, "the head size " + std::to_string(c.headSize) + " is odd",
            "RoPE rotates pairs: choose an even one.");
}

std::span<float> valuesOf(const at::Tensor& tensor) {
    return {static_cast<float*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace

struct LanguageModel::Impl {
    ModelConfig config;
    Precision precision = Precision::Bf16;
    at::Device device = at::kCPU;
    at::ScalarType type = at::kBFloat16;
    std::vector<TensorSpec> specs;
    std::vector<Parameter> parameters;
    std::map<std::string, std::size_t> index;
    std::vector<Block> blocks;
    std::unique_ptr<BitLinear> head;
    std::uint64_t version = 0;
    RopeTable rope;
    // Where a ternary weight lies: its group, its first row there.
    struct Place {
        BitLinear* group = nullptr;
        std::int64_t firstRow = 0;
        std::uint64_t version = ~std::uint64_t{0};
        TernaryWeight weight;
    };
    mutable std::vector<Place> places;
    bool recompute = false;

    [[nodiscard]] const at::Tensor& value(const std::string& name) const { return parameters[index.at(name)].value; }
    void place(const Projection& projection);
    ForwardContext context(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda);
    at::Tensor hiddenRows(const at::Tensor& tokens, const ForwardContext& context);  // [N, D]
};

void LanguageModel::Impl::place(const Projection& projection) {
    for (const Projection::Part& part : projection.parts()) {
        std::int64_t row = 0;
        for (std::size_t i = 0; i < part.names.size(); ++i) {
            const std::size_t parameter = index.at(part.names[i] + ".weight");
            if (part.group->ternary()) places[parameter] = {part.group.get(), row, ~std::uint64_t{0}, {}};
            row += parameters[parameter].value.size(0);
        }
    }
}

LanguageModel::LanguageModel(const ModelConfig& config, Precision precision, at::Device device)
    : impl_(std::make_unique<Impl>()) {
    checkConfig(config);
    Impl& m = *impl_;
    m.config = config;
    m.precision = precision;
    m.device = device;
    m.type = precision == Precision::Fp32 ? at::kFloat : at::kBFloat16;
    m.specs = tensorSpecs(config);
    for (const TensorSpec& spec : m.specs) {
        m.index[spec.name] = m.parameters.size();
        m.parameters.push_back({spec.name,
                                at::zeros(spec.shape, at::TensorOptions(device).dtype(at::kFloat)).requires_grad_(true),
                                spec.ternary});
    }
    const ParameterLookup lookup = [&m](const std::string& name) { return m.value(name); };
    m.places.resize(m.parameters.size());
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        m.blocks.emplace_back(config, layer, lookup, m.type);
        for (const Projection* projection : m.blocks.back().projections()) m.place(*projection);
    }
    const at::Tensor head = m.value(config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
    m.head = std::make_unique<BitLinear>(std::vector{head}, m.type, std::nullopt);
}

LanguageModel::~LanguageModel() = default;

const ModelConfig& LanguageModel::config() const { return impl_->config; }
Precision LanguageModel::precision() const { return impl_->precision; }
at::Device LanguageModel::device() const { return impl_->device; }
std::vector<Parameter>& LanguageModel::parameters() { return impl_->parameters; }
void LanguageModel::setRecompute(bool recompute) { impl_->recompute = recompute; }
void LanguageModel::weightsChanged() { ++impl_->version; }
std::uint64_t LanguageModel::version() const { return impl_->version; }

void LanguageModel::initialize(Initialization initialization, double std, std::uint64_t seed) {
    Impl& m = *impl_;
    const at::NoGradGuard guard;
    std::vector<at::Tensor> values;
    for (const Parameter& parameter : m.parameters) values.push_back(hostRoom(parameter.value));
    at::parallel_for(0, static_cast<std::int64_t>(m.specs.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            initializeTensor(m.config, m.specs[i], i, initialization, std, seed, valuesOf(values[i]));
    });
    for (std::size_t i = 0; i < values.size(); ++i) giveBack(values[i], m.parameters[i].value);
    weightsChanged();
}

void LanguageModel::load(const ModelWeights& weights, WeightStorage storage) {
    const at::NoGradGuard guard;
    for (std::size_t i = 0; i < impl_->specs.size(); ++i) {
        const std::vector<float> values = weights.shadowWeights(impl_->specs[i], storage);
        const at::Tensor host = hostRoom(impl_->parameters[i].value);
        std::copy(values.begin(), values.end(), valuesOf(host).begin());
        giveBack(host, impl_->parameters[i].value);
    }
    weightsChanged();
}

const TernaryWeight& LanguageModel::ternaryWeight(std::size_t parameter) const {
    if (parameter >= impl_->places.size() || impl_->places[parameter].group == nullptr)
        throw Error("parameter " + std::to_string(parameter) + " is no ternary weight", "model", {}, ErrorKind::Failed);
    Impl::Place& place = impl_->places[parameter];
    if (place.version != impl_->version) {
        const TernaryCodes& all = place.group->codes(impl_->version);
        place.weight = {all.codes.narrow(0, place.firstRow, impl_->parameters[parameter].value.size(0)),
                        all.columnScale[place.firstRow].item<float>()};
        place.version = impl_->version;
    }
    return place.weight;
}

ForwardContext LanguageModel::Impl::context(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda) {
    require(tokens.dim() == 2 && tokens.scalar_type() == at::kLong && tokens.numel() > 0,
            "tokens are no int64 [batch, length]", "Give at least one row of at least one token.");
    require(!documentStart.defined() ||
                (documentStart.sizes() == tokens.sizes() && documentStart.scalar_type() == at::kInt),
            "document starts are no int32 of the tokens' shape", "Give one for each token, or none at all.");
    require(lambda >= 0 && lambda <= 1, "lambda " + std::to_string(lambda) + " is not in [0, 1]",
            "Check the lambda schedule.");
    const std::int64_t length = tokens.size(1);
    if (!rope.cosine.defined() || rope.cosine.size(0) < length)
        rope = ropeTable(std::max(length, config.contextLength),
                         ropeFrequencies(config.headSize, config.ropeTheta, config.ropeScaling), device);
    ForwardContext made{{tokens.size(0), length, config.heads, config.kvHeads, config.headSize},
                        rope,
                        documentStart,
                        {},
                        lambda,
                        version};
    if (documentStart.defined() && usesTensorOps(parameters[0].value)) {
        made.documentStart = documentStart.to(device);
        made.documentMask = maskOf(made.documentStart, type);
    }
    return made;
}

at::Tensor LanguageModel::Impl::hiddenRows(const at::Tensor& tokens, const ForwardContext& context) {
    at::Tensor x = embeddingRows(value("model.embed_tokens.weight"), tokens.reshape({-1}), type);
    for (Block& block : blocks)
        x = recompute ? recomputed(x, [&block, context](const at::Tensor& in) { return block.forward(in, context); })
                      : block.forward(x, context);
    return applyPrologue(x, {.norm = true, .eps = static_cast<float>(config.normEps)}, value("model.norm.weight"));
}

at::Tensor LanguageModel::hidden(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda) {
    const ForwardContext context = impl_->context(tokens, documentStart, lambda);
    return impl_->hiddenRows(tokens, context).view({tokens.size(0), tokens.size(1), impl_->config.hiddenSize});
}

at::Tensor LanguageModel::logits(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda) {
    const ForwardContext context = impl_->context(tokens, documentStart, lambda);
    const at::Tensor rows = impl_->head->forward(impl_->hiddenRows(tokens, context), {}, {}, 0, impl_->version);
    return rows.to(at::kFloat).view({tokens.size(0), tokens.size(1), impl_->config.vocabSize});
}

at::Tensor LanguageModel::lossSum(const at::Tensor& tokens, const at::Tensor& targets, const at::Tensor& documentStart,
                                  double lambda) {
    const ForwardContext context = impl_->context(tokens, documentStart, lambda);
    require(targets.sizes() == tokens.sizes() && targets.scalar_type() == at::kLong,
            "targets are no int64 of the tokens' shape", "Give one for each token.");
    return crossEntropySum(impl_->hiddenRows(tokens, context), impl_->head->weights()[0],
                           impl_->head->denseWeight(impl_->version), targets.reshape({-1}));
}

}  // namespace tritlab
