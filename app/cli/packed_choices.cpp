#include "app/cli/packed_choices.h"

#include "app/cli/choice.h"

namespace tritlab::cli {

void PackedChoices::addTo(CLI::App* command) {
    command
        ->add_option("--head", head,
                     "Embedding, head and dense linears: auto (as chat), f32 or bf16; int8: embedding and head only")
        ->capture_default_str();
    command->add_option("--ternary", ternary, "Weights: 2bit or 5trits (1.6 bits)")->capture_default_str();
    command->add_option("--cache", cache, "Keys and values: auto (as chat), f32, bf16 or int8")->capture_default_str();
}

void PackedChoices::apply(PackedOptions& options) const {
    if (head != "auto") {
        options.embedding = choice<DenseStorage>(
            "--head", head, {{"bf16", DenseStorage::Bf16}, {"int8", DenseStorage::Int8}, {"f32", DenseStorage::F32}});
        options.denseLinears = options.embedding == DenseStorage::F32 ? DenseStorage::F32 : DenseStorage::Bf16;
    }
    options.ternary = choice<TernaryFormat>("--ternary", ternary,
                                            {{"2bit", TernaryFormat::TwoBit}, {"5trits", TernaryFormat::FiveTrits}});
    if (cache != "auto")
        options.cache = choice<CacheFormat>(
            "--cache", cache, {{"bf16", CacheFormat::Bf16}, {"int8", CacheFormat::Int8}, {"f32", CacheFormat::F32}});
}

}  // namespace tritlab::cli
