#include "core/engine/layers/cross_entropy.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/profile.h"
#include "core/engine/layers/autograd_node.h"
#include "core/engine/layers/products.h"
#include "core/engine/layers/tensor_kernels.h"

namespace tritlab {

namespace {

constexpr std::int64_t chunkBytes = 16 << 20;         // of logits
constexpr std::int64_t deviceChunkBytes = 256 << 20;  // of fp32 logits: fewer, larger products

struct CrossEntropyNode final : torch::autograd::Node {
    at::Tensor hiddenGradient, weightGradient;  // of the sum itself

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        const ProfileScope scope("loss");
        // The gradients are scaled in place and handed over: a second backward would find nothing.
        if (!weightGradient.defined())
            throw Error("the loss's gradient was taken twice", "cross-entropy", "Run the forward again.",
                        ErrorKind::Failed);
        const auto factor = gradients[0].item<float>();
        if (factor != 1.0F) {
            hiddenGradient.mul_(factor);
            weightGradient.mul_(factor);
        }
        return {std::move(hiddenGradient), std::move(weightGradient)};
    }
    void release_variables() override { hiddenGradient = weightGradient = at::Tensor(); }
    [[nodiscard]] std::string name() const override { return "TritlabCrossEntropy"; }
};

void checkRange(const at::Tensor& ids, std::int64_t lowest, std::int64_t vocab, const char* what) {
    const auto* id = pointer<std::int64_t>(ids);
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        if (id[i] < lowest || id[i] >= vocab)
            throw Error(std::string(what) + " " + std::to_string(id[i]) + " is outside the vocabulary of " +
                            std::to_string(vocab),
                        "model", "Use the tokenizer that the model was made with.");
}

// The rows that count: their numbers in order.
std::vector<std::int64_t> scoredRows(const at::Tensor& targets) {
    std::vector<std::int64_t> rows;
    const auto* target = pointer<std::int64_t>(targets);
    for (std::int64_t i = 0; i < targets.numel(); ++i)
        if (target[i] >= 0) rows.push_back(i);
    return rows;
}

// Loss and, where wanted, gradients of all rows of h, whose targets are all >= 0.
template <typename T>
double lossOfRows(const at::Tensor& h, const at::Tensor& values, const at::Tensor& targets, CrossEntropyNode* node) {
    const std::int64_t n = h.size(0), vocab = values.size(0), width = h.size(1);
    const std::int64_t chunk = std::max<std::int64_t>(64, chunkBytes / (vocab * static_cast<std::int64_t>(sizeof(T))));
    std::vector<float> losses(static_cast<std::size_t>(n));
    if (node != nullptr) {
        node->hiddenGradient = at::empty({n, width}, h.options());
        node->weightGradient = at::zeros({vocab, width}, h.options().dtype(at::kFloat));
    }
    for (std::int64_t first = 0; first < n; first += chunk) {
        const std::int64_t rows = std::min(chunk, n - first);
        const at::Tensor part = h.narrow(0, first, rows);
        const at::Tensor logits = product(part, values.t());
        const auto* target = pointer<std::int64_t>(targets) + first;
        at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t r = begin; r < end; ++r)
                losses[static_cast<std::size_t>(first + r)] =
                    rowKernels<T>().crossEntropy(pointer<T>(logits) + r * vocab, vocab, target[r], node != nullptr);
        });
        if (node == nullptr) continue;
        at::Tensor dh = node->hiddenGradient.narrow(0, first, rows);
        productInto(dh, logits, values);
        const at::Tensor dw = product(logits.t(), part);
        forRows(vocab, width, [&](std::int64_t begin, std::int64_t end) {
            rowKernels<T>().addToFloat(pointer<T>(dw) + begin * width, (end - begin) * width, 1.0F,
                                       pointer<float>(node->weightGradient) + begin * width);
        });
    }
    double sum = 0;
    for (const float loss : losses) sum += static_cast<double>(loss);
    return sum;
}

// The same for tensors of any device, on LibTorch's ops.
double lossOfRowsByOps(const at::Tensor& h, const at::Tensor& values, const at::Tensor& targets,
                       CrossEntropyNode* node) {
    const std::int64_t n = h.size(0), vocab = values.size(0);
    const std::int64_t chunk =
        std::max<std::int64_t>(64, deviceChunkBytes / (vocab * static_cast<std::int64_t>(sizeof(float))));
    const at::Tensor onDevice = targets.to(h.device()).unsqueeze(1);
    at::Tensor sum = at::zeros({}, h.options().dtype(at::kDouble));
    if (node != nullptr) {
        node->hiddenGradient = at::empty(h.sizes(), h.options());
        node->weightGradient = at::zeros(values.sizes(), h.options().dtype(at::kFloat));
    }
    for (std::int64_t first = 0; first < n; first += chunk) {
        const std::int64_t rows = std::min(chunk, n - first);
        const at::Tensor part = h.narrow(0, first, rows), target = onDevice.narrow(0, first, rows);
        at::Tensor logits = at::mm(part, values.t()).to(at::kFloat);
        const at::Tensor logSum = at::logsumexp(logits, 1, true);
        sum.add_((logSum - logits.gather(1, target)).sum(at::kDouble));
        if (node == nullptr) continue;
        logits.sub_(logSum).exp_();
        logits.scatter_add_(1, target, at::full_like(logSum, -1));
        const at::Tensor gradient = logits.to(h.scalar_type());
        at::Tensor dh = node->hiddenGradient.narrow(0, first, rows);
        at::mm_out(dh, gradient, values);
        node->weightGradient.add_(at::mm(gradient.t(), part));
    }
    return sum.item<double>();
}

struct EmbeddingNode final : torch::autograd::Node {
    at::Tensor tokens;
    std::int64_t vocab = 0;

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        const ProfileScope scope("embedding");
        const at::Tensor g = gradients[0].contiguous();
        const std::int64_t width = g.size(1);
        at::Tensor dw = at::zeros({vocab, width}, g.options().dtype(at::kFloat));
        const auto* id = pointer<std::int64_t>(tokens);
        byPrecision(g.scalar_type(), [&]<typename T>() {
            // Threads share columns, not rows: each sum has one order whatever their number.
            at::parallel_for(0, (width + 31) / 32, 1, [&](std::int64_t begin, std::int64_t end) {
                const std::int64_t from = begin * 32, columns = std::min(width, end * 32) - from;
                for (std::int64_t r = 0; r < g.size(0); ++r)
                    rowKernels<T>().addToFloat(pointer<T>(g) + r * width + from, columns, 1.0F,
                                               pointer<float>(dw) + id[r] * width + from);
            });
        });
        return {dw};
    }
    void release_variables() override { tokens = at::Tensor(); }
    [[nodiscard]] std::string name() const override { return "TritlabEmbedding"; }
};

}  // namespace

at::Tensor crossEntropySum(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& values,
                           const at::Tensor& targets) {
    const ProfileScope scope("loss");
    const bool record = wantsGradient({hidden, weight});
    std::shared_ptr<CrossEntropyNode> node;
    at::Tensor loss;
    {
        const at::NoGradGuard guard;
        const at::Tensor all = targets.contiguous();
        checkRange(all, std::numeric_limits<std::int64_t>::min(), values.size(0), "target");
        if (record) node = std::make_shared<CrossEntropyNode>();
        std::vector<std::int64_t> rows = scoredRows(all);
        const bool every = static_cast<std::int64_t>(rows.size()) == all.numel();
        const at::Tensor scored = at::from_blob(rows.data(), {static_cast<std::int64_t>(rows.size())}, at::kLong);
        const at::Tensor index = scored.to(hidden.device());
        const at::Tensor h = every ? hidden.detach().contiguous() : hidden.detach().index_select(0, index);
        const at::Tensor wanted = every ? all : all.index_select(0, scored);
        const double sum = usesTensorOps(h) ? lossOfRowsByOps(h, values, wanted, node.get())
                                            : byPrecision(h.scalar_type(), [&]<typename T>() {
                                                  return lossOfRows<T>(h, values, wanted, node.get());
                                              });
        if (record && !every)
            node->hiddenGradient = at::zeros(hidden.sizes(), h.options()).index_copy_(0, index, node->hiddenGradient);
        loss = at::empty({}, h.options().dtype(at::kFloat)).fill_(sum);
    }
    if (record) attach(loss, node, {hidden, weight});
    return loss;
}

at::Tensor embeddingRows(const at::Tensor& weight, const at::Tensor& tokens, at::ScalarType type) {
    const ProfileScope scope("embedding");
    if (usesTensorOps(weight)) {
        checkRange(tokens.contiguous(), 0, weight.size(0), "token");
        return at::embedding(weight, tokens.to(weight.device())).to(type);
    }
    const bool record = wantsGradient({weight});
    at::Tensor x;
    std::shared_ptr<EmbeddingNode> node;
    {
        const at::NoGradGuard guard;
        const at::Tensor ids = tokens.contiguous();
        checkRange(ids, 0, weight.size(0), "token");
        const std::int64_t n = ids.numel(), width = weight.size(1);
        x = at::empty({n, width}, weight.options().dtype(type).requires_grad(false));
        byPrecision(type, [&]<typename T>() {
            forRows(n, width, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t r = begin; r < end; ++r)
                    rowKernels<T>().fromFloat(pointer<float>(weight) + pointer<std::int64_t>(ids)[r] * width, width,
                                              pointer<T>(x) + r * width);
            });
        });
        if (record) {
            node = std::make_shared<EmbeddingNode>();
            node->tokens = ids;
            node->vocab = weight.size(0);
        }
    }
    if (record) attach(x, node, {weight});
    return x;
}

}  // namespace tritlab
