#include "core/infer/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/random.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;

struct Shape {
    const char* name;
    std::int64_t hidden, layers, heads, kvHeads, ffn, vocabulary;
};
constexpr Shape shapes[] = {{"small", 512, 8, 8, 8, 2048, 8192},
                            {"125m", 768, 12, 12, 12, 3072, 32000},
                            {"2b4t", 2560, 30, 20, 5, 6912, 128256}};

void checkStop(const StopToken& stop) {
    if (stop.stopRequested()) throw Error("was stopped", "bench generate", {}, ErrorKind::Failed);
}

}  // namespace

ModelConfig generateBenchConfig(const std::string& name) {
    for (const Shape& shape : shapes) {
        if (name != shape.name) continue;
        ModelConfig config;
        config.vocabSize = shape.vocabulary;
        config.hiddenSize = shape.hidden;
        config.layers = shape.layers;
        config.heads = shape.heads;
        config.kvHeads = shape.kvHeads;
        config.headSize = shape.hidden / shape.heads;
        config.ffnSize = shape.ffn;
        config.contextLength = 4096;
        config.ropeTheta = 500000;
        return config;
    }
    throw Error("'" + name + "' is no shape", "bench generate", "Choose small, 125m or 2b4t");
}

GenerateBenchResult benchGenerate(const GenerateBenchRequest& request, const StopToken& stop) {
    if (request.promptTokens < 1 || request.newTokens < 1 || request.repeats < 1)
        throw Error("the counts of prompt tokens, new tokens and repeats must be 1 at least", "bench generate");
    GenerateBenchResult result;
    std::shared_ptr<const PackedModel> model;
    auto folder = request.model;
    if (!folder && request.packTo) {
        PackedModel::random(generateBenchConfig(request.shape), request.options)->save(*request.packTo);
        folder = request.packTo;
        checkStop(stop);
    }
    const auto loading = Clock::now();
    if (folder) model = PackedModel::load(*folder, request.options);
    else model = PackedModel::random(generateBenchConfig(request.shape), request.options);
    result.loadSeconds = secondsSince(loading);
    const ModelConfig& config = model->description().config;
    result.threads = model->threads();
    result.kernels = kernelSetName(model->kernelSet());
    result.weightBytes = model->residentBytes();
    result.parameters = parameterCount(config);
    checkStop(stop);

    const auto session = PackedSession::create(model, request.promptTokens + request.newTokens);
    const auto prompt = uniformTokens(request.promptTokens, config.vocabSize, 2),
               next = uniformTokens(request.newTokens, config.vocabSize, 2);
    double bestPrompt = 0;
    for (std::int64_t repeat = 0; repeat < request.repeats; ++repeat) {
        session->rewind(0);
        const auto start = Clock::now();
        for (std::size_t at = 0; at < prompt.size(); at += 512) {
            session->feed(std::span(prompt).subspan(at, std::min<std::size_t>(512, prompt.size() - at)));
            checkStop(stop);
        }
        bestPrompt = std::max(bestPrompt, static_cast<double>(request.promptTokens) / secondsSince(start));
    }
    result.promptTokensPerSecond = bestPrompt;
    constexpr int passes = 7;
    const double before = model->measureReadSpeed(passes);
    const auto start = Clock::now();
    for (const TokenId& token : next) {
        session->feed({&token, 1});
        checkStop(stop);
    }
    result.decodeTokensPerSecond = static_cast<double>(request.newTokens) / secondsSince(start);
    result.residentBytes = residentBytes();
    result.cacheBytes = session->bytesPerPosition() * session->position();
    result.bytesPerToken =
        model->bytesPerToken() + session->bytesPerPosition() * (request.promptTokens + request.newTokens / 2);
    result.memoryBandwidth = (before + model->measureReadSpeed(passes)) / 2;
    result.bandwidthShare =
        result.decodeTokensPerSecond * static_cast<double>(result.bytesPerToken) / result.memoryBandwidth;
    return result;
}

}  // namespace tritlab
