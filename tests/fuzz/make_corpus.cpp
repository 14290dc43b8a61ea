// Writes the inputs that fuzzing begins with: make_fuzz_corpus FOLDER makes FOLDER/READER/FILE for each reader
// (readers.h), by the program's own writers and by hand. What fuzzing found lies beside them under names that begin
// with "found-"; this program does not make those.
#include <zlib.h>
#include <zstd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/config/fields.h"
#include "core/data/gguf_vocabulary.h"
#include "core/formats/gguf.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensorboard.h"
#include "core/interop/model_folder.h"

using namespace tritlab;
using namespace std::literals;
namespace fs = std::filesystem;

namespace {

fs::path root;

void put(const std::string& name, std::string_view bytes) {
    const fs::path path = root / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}
fs::path placeOf(const std::string& name) {
    fs::create_directories((root / name).parent_path());
    return root / name;
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw Error("zlib fails");
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw Error("zlib fails");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 19));
    return out;
}

// ASCII as units of `bytes` bytes, with the mark before it.
std::string wide(std::string_view text, std::size_t bytes, bool bigEndian) {
    std::string out;
    const auto unit = [&](unsigned value) {
        for (std::size_t i = 0; i < bytes; ++i)
            out += static_cast<char>(value >> 8 * (bigEndian ? bytes - 1 - i : i) & 0xFFU);
    };
    unit(0xFEFF);
    for (const char c : text) unit(static_cast<unsigned char>(c));
    return out;
}

void makeText() {
    const std::string text = "One line.\nAnother, longer line \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80.\r\n\rThe last";
    put("text/plain.txt", text);
    put("text/marked.txt", "\xEF\xBB\xBF" + text);
    put("text/windows-1252.txt", "Gr\xFC\xDF Gott\nsecond line\nna\xEFve\n");
    put("text/packed.gz", gzip(text));
    put("text/two-members.gz", gzip("one\n") + gzip("two\n") + "\0\0"s);
    put("text/cut-short.gz", gzip(text).substr(0, 30));
    put("text/packed.zst", zstd(text));
    put("text/two-frames.zst", zstd("one\n") + "\x50\x2A\x4D\x18\x03\0\0\0abc"s + zstd("two\n"));
    put("text/run-length.zst", zstd(std::string(4000, 'a')));
    put("text/utf-16-le.txt", wide("one\r\ntwo", 2, false) + "\x3D\xD8\x00\xDE"s);
    put("text/utf-16-be.txt", wide("one\r\ntwo", 2, true));
    put("text/utf-32-le.txt", wide("one\r\ntwo", 4, false));
    put("text/utf-32-be.txt", wide("one\r\ntwo", 4, true));
    put("text/utf-16-unmarked.txt", wide("some text", 2, false).substr(2));
    put("text/utf-16-packed.gz", gzip(wide("one\ntwo", 2, false)));
    put("text/xz.txt", "\xFD\x37zXZ\0\0\x04"s);
}

void makeRows() {
    put("json_rows/shapes.jsonl",
        R"({"text":"one \ud83d\ude00\r\nline"}
{"content":[{"type":"text","text":"a part"},"another"]}
{"prompt":"p","response":"r","system":"s"}
{"prompt":[{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"c"}]}
{"question":"q","answer":"a"}
{"instruction":"i","input":"more","output":"o","system":null,"history":[["q","a"]]}
)");
    put("json_rows/conversations.jsonl",
        R"({"messages":[{"role":"system","content":"s"},{"content":"u"},{"role":"assistant","content":"a"}]}
{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"system":"s"}
{"messages":[{"role":"tool","content":"t"}]}
{"messages":[{"role":"assistant","content":"x","tool_calls":[{"name":"f"}]}]}
)");
    put("json_rows/array.json",
        "[{\"text\":\"one\"},\n {\"text\":\"two\"}, 3, \"four\", {\"text\": null}]\n{\"text\":\"more\"}");
    put("json_rows/pretty.json", "{\n  \"text\": \"over lines\"\n}\n{\n  \"text\": \"\\\"]}\"\n}\n");
    put("json_rows/python.jsonl",
        "{\"text\":\"\\ud800 alone\",\"score\":NaN,\"x\":[Infinity,-Infinity,1e400]}\n"
        "{\"text\":NaN,\"content\":\"c\"}\n");
    put("json_rows/broken.jsonl",
        "{\"text\":\"not ended\n\n{\"text\":\"\xFF\"}\n{\"text\":\"\\u0000<|eot_id|>\"}\n[]\nnull\n");
    put("json_rows/packed.gz", gzip("{\"text\":\"one\"}\n{\"text\":\"two\"}\n"));
    put("lenient_json/strict.json", R"({"a":[1,-2.5e3,true,false,null,"t\u00e9\n\"\\/"],"b":{},"":[[]]})");
    put("lenient_json/python.json",
        R"({"a":NaN,"b":[Infinity,-Infinity,1e999,-1E400,0.1e-999],"c":"\ud800\udc00\udfff \ud83dx"})");
    put("lenient_json/twice.json", R"({"a":1,"a":2,"big":18446744073709551616,"n":-9223372036854775808})");
    put("lenient_json/broken.json", R"({"a":nan,'b':1,"c":"\u12"})");
}

void makeConfigs() {
    ModelDescription description;
    ModelConfig& config = description.config;
    config.vocabSize = 64;
    config.hiddenSize = 16;
    config.layers = 2;
    config.heads = 4;
    config.kvHeads = 2;
    config.headSize = 4;
    config.ffnSize = 32;
    config.contextLength = 128;
    put("config_json/bitnet.json", modelDescriptionJson(description).dump());
    description.storage = WeightStorage::PackedInverse;
    config.inputNormPerLinear = true;
    config.denseModules = {"model.layers.0.mlp.up_proj"};
    config.tieEmbeddings = false;
    put("config_json/packed.json", modelDescriptionJson(description).dump());
    config = {};
    config.vocabSize = config.hiddenSize = config.ffnSize = config.contextLength = 8;
    config.layers = config.heads = config.kvHeads = 1;
    config.headSize = 8;
    config.normPlacement = NormPlacement::Post;
    put("config_json/own.json", modelDescriptionJson(description).dump());
    put("config_json/llama.json",
        R"({"model_type":"llama","vocab_size":64,"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":4,
"intermediate_size":32,"rope_scaling":{"type":"linear","factor":2},"attention_bias":false,"sliding_window":null,
"hidden_act":"silu"})");
    put("config_json/llama3.json",
        R"({"model_type":"llama","vocab_size":64,"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":4,
"intermediate_size":32,"mlp_bias":true,"rope_theta":5e5,"rope_scaling":{"rope_type":"llama3","factor":8,
"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}})");
    put("config_json/qwen3.json",
        R"({"model_type":"qwen3","vocab_size":64,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,
"num_key_value_heads":2,"head_dim":6,"intermediate_size":32,"attention_bias":true,"use_sliding_window":false,
"sliding_window":64,"max_window_layers":1,"layer_types":["full_attention","full_attention"]})");
    put("config_json/patterns.json",
        R"({"model_type":"bitnet","vocab_size":64,"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":4,
"intermediate_size":32,"rope_parameters":{"rope_theta":1e4,"rope_type":"default","partial_rotary_factor":1},
"quantization_config":{"quant_method":"bitnet","linear_class":"autobitlinear","quantization_mode":"offline",
"modules_to_not_convert":["lm_head","model\\.layers\\.\\d+\\.mlp","(up|down)_proj"]}})");
    put("shard_index/two.json",
        R"({"metadata":{"total_size":8},"weight_map":{"model.norm.weight":"model-00001-of-00002.safetensors",
"lm_head.weight":"model-00002-of-00002.safetensors"}})");
    put("shard_index/outside.json", R"({"weight_map":{"a":"../a.safetensors","b":7}})");
    put("run_config/nano.json", toJson(presetDraft("nano").config()).dump(1));
    put("run_config/preset.json", R"({"preset":"tiny","steps":1e2,"learning_rate":0.001,"data":"a.txt:2,b\\,c.txt"})");
    put("run_config/sources.json", R"({"data":[{"path":"a.txt","weight":0.5},"b.txt:3"],"seed":18446744073709551615})");
}

void makeTensors() {
    const float real[6] = {1, -2, 0.5F, 0, 3e38F, -1e-40F};
    const std::uint8_t bytes[6] = {0, 1, 2, 3, 254, 255};
    writeSafetensors(placeOf("safetensors/types.safetensors"),
                     {{"a", DType::F32, {2, 3}, real},
                      {"b.weight", DType::BF16, {3}, real},
                      {"c", DType::F16, {1, 2, 1}, real},
                      {"d", DType::F64, {2}, real},
                      {"e", DType::U8, {6}, bytes},
                      {"f", DType::I64, {}, real},
                      {"g", DType::Bool, {0}, bytes}},
                     {{"format", "pt"}, {"more", "\"quoted\""}});
    writeSafetensors(placeOf("safetensors/empty.safetensors"), {});
    std::string odd = readFile(root / "safetensors/empty.safetensors");
    odd[0] = '\x7F';
    put("safetensors/wrong-length.safetensors", odd);
}

SentencePieceModel vocabulary(bool allBytes) {
    SentencePieceModel model;
    model.modelType = 2;
    model.pieces = {{"<unk>", 0, PieceType::Unknown},
                    {"<s>", 0, PieceType::Control},
                    {"</s>", 0, PieceType::Control},
                    {"<|eot_id|>", 0, PieceType::UserDefined}};
    for (int byte = 0; byte < (allBytes ? 256 : 0); ++byte) {
        std::array<char, 8> name{};
        std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(byte));
        model.pieces.push_back({name.data(), 0, PieceType::Byte});
    }
    float score = 0;
    for (const char* piece : {"\xE2\x96\x81", "a", "d", "ad", "ada",
                              "\xE2\x96\x81"
                              "d",
                              "x"})
        model.pieces.push_back({piece, score--, PieceType::Normal});
    model.pieces.push_back({"unused", -9, PieceType::Unused});
    model.byteFallback = allBytes;
    model.dummyPrefix = model.removeExtraBlanks = !allBytes;
    return model;
}

// The smallest character map that the library takes: a trie of 256 units that knows no text, and one empty text.
std::string emptyCharacterMap() {
    std::string map = "\0\4\0\0"s + std::string(1024, '\0') + "\0"s;
    return map;
}

void makeVocabularies() {
    put("tokenizer_model/bpe.model", serializeSentencePieceModel(vocabulary(false)));
    put("tokenizer_model/lossless.model", serializeSentencePieceModel(vocabulary(true)));
    SentencePieceModel unigram = vocabulary(false);
    unigram.modelType = 1;
    unigram.characterMap = emptyCharacterMap();
    put("tokenizer_model/unigram.model", serializeSentencePieceModel(unigram));
    SentencePieceModel words = vocabulary(false);
    words.modelType = 3;
    words.blankAsSuffix = true;
    put("tokenizer_model/word.model", serializeSentencePieceModel(words));
    words.modelType = 4;
    words.escapeBlanks = false;
    put("tokenizer_model/char.model", serializeSentencePieceModel(words));

    GgufEntries entries{{"general.architecture", std::string("llama")},
                        {"general.alignment", std::uint32_t{32}},
                        {"llama.block_count", std::uint32_t{1}},
                        {"llama.embedding_length", std::uint32_t{4}},
                        {"llama.context_length", std::uint64_t{16}},
                        {"llama.feed_forward_length", std::uint32_t{8}},
                        {"llama.attention.head_count", std::uint32_t{2}},
                        {"llama.attention.head_count_kv", std::uint32_t{1}},
                        {"llama.attention.layer_norm_rms_epsilon", 1e-5F},
                        {"llama.rope.dimension_count", std::uint32_t{2}},
                        {"llama.rope.freq_base", 10000.0F}};
    for (const auto& entry : ggufVocabularyEntries(vocabulary(false), 14, Template::B2B4T, "vocabulary"))
        entries.push_back(entry);
    const auto zeros = [](std::size_t bytes) { return [bytes] { return std::vector<std::uint8_t>(bytes, 0); }; };
    writeGguf(placeOf("gguf/llama.gguf"), entries,
              {{"token_embd.weight", GgmlType::F32, {14, 4}, zeros(224)},
               {"output_norm.weight", GgmlType::F32, {4}, zeros(16)},
               {"blk.0.attn_q.weight", GgmlType::F16, {4, 4}, zeros(32)}});
    writeGguf(placeOf("gguf/types.gguf"),
              {{"bool", true},
               {"small", std::int8_t{-1}},
               {"list", GgufArray{std::vector<bool>{true, false}}},
               {"longs", GgufArray{std::vector<std::int64_t>{-1, 1}}},
               {"real", 0.5}},
              {{"q4", GgmlType::Q4_0, {1, 32}, zeros(18)},
               {"q8", GgmlType::Q8_0, {32}, zeros(34)},
               {"tq1", GgmlType::TQ1_0, {1, 256}, zeros(54)},
               {"tq2", GgmlType::TQ2_0, {256}, zeros(66)},
               {"bf16", GgmlType::BF16, {1, 1, 2}, zeros(4)}});
    SentencePieceModel t5 = unigram;
    writeGguf(placeOf("gguf/vocabulary.gguf"), ggufVocabularyEntries(t5, 12, Template::Plain, "vocabulary"), {});
}

void makeEvents() {
    const std::string header = tensorBoardHeader(1.5);
    const std::string scalars = tensorBoardRecord({2.5, 7, {{"loss", 0.25}, {"lr", 1e-3}}, {}});
    const std::string texts = tensorBoardRecord({3.5, -1, {}, {{"config", "```json\n{}\n```"}}});
    put("event_file/scalars", header + scalars);
    put("event_file/texts", header + texts + scalars.substr(0, 20));
    put("event_file/as-it-is", "D" + header + scalars + texts);
    // TensorFlow 2's way: a tensor of one element, packed or as its content.
    const auto event = [](std::string_view tensor) {
        const std::string value = "\x0A\x01l\x42"s + static_cast<char>(tensor.size()) + std::string(tensor);
        const std::string summary = "\x0A"s + static_cast<char>(value.size()) + value;
        const std::string body = "\x10\x05\x2A"s + static_cast<char>(summary.size()) + summary;
        return std::string(1, static_cast<char>(body.size())) + std::string(7 + 4, '\0') + body + std::string(4, '\0');
    };
    put("event_file/tensors", event("\x08\x01\x22\x04\0\0\x80\x3F"sv) +
                                  event("\x08\x02\x32\x08\0\0\0\0\0\0\xF0\x3F"sv) + event("\x08\x03\x3A\x01\x07"sv) +
                                  event("\x08\x09\x52\x01\x07"sv) + event("\x08\x07\x42\x03txt"sv));
}

void makeTemplates() {
    put("jinja/chat", R"~({%- set ns = namespace(n=0, last='') %}
{{- bos_token }}
{%- for m in messages if m.role != 'system' %}
    {%- if m.content is string and not loop.first or m['role'] in ('user', 'tool') %}
        {{- '<|' ~ m.role | upper ~ '|>' + (m.content 
| tojson if m.content is not string else m.content.strip()) }}
    {%- elif m.tool_calls is defined %}
        {%- generation %}{{ m.tool_calls[0].function | tojson(indent=2) }}{% endgeneration %}
        {%- set ns.n = ns.n + 1 %}{%- continue %}
    {%- else %}{{ raise_exception('no ' ~ m.role) }}{%- endif %}
{%- else %}nobody{% endfor %}
{{- strftime_now('%d %b %Y') if add_generation_prompt else '' -}}
)~");
    put("jinja/filters",
        R"~({{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|join(',')|replace('\n'
, ' ')|truncate(9) }}
{{ l|sort(reverse=true)|batch(2, 'x')|list }}{{ l|sum / 3 }}
{{ messages|groupby('role')|map('first')|list|length }}{{ d|dictsort|list }}{{ l|slice(2)|list }}
{{ '%-5s|%05d|%x|%.2f|%c|%r|%%' % (s, n, 255, 1.5, 'c', s) }}{{ '{:>8}|{0!r}'|string }}
{{ '{:*^9,}|{k[0]}'.format(1234, k=l) }}{{ s.split(',', 1) }}{{ s.rpartition('b') }}
{{ [1, 'a', none, 1.0e22, -0.0, {'k': (1,)}] }}{{ l[::-1] }}{{ s[-3:] }}
{{ 'ΑΣ'.lower() ~ 'ß'.upper() ~ 'x y'.title() }}{{ '0x1F'|int(0, 16) }}{{ r * 10 }}{{ n % 3 ** 2 }}
)~");
    put("jinja/macros", R"~({% macro f(a, b=1, c=a ~ b) -%}[{{ a }}{{ varargs }}{{ kwargs }}
{{ caller(c) if caller }}]{%- endmacro %}
{% call(x) f(n, *l, **d) %}{{ x|e }}{% endcall %}{{ f('a', b=2) }}{% set y | indent(2) | trim %}
q{{ l }}{% endset %}{{ y }}{% with a = 1, b = 2 %}{{ a // b }}{% endwith %}
{% filter upper %}x{% endfilter %}
{% for x in [[1, [2]], []] recursive %}{{ loop.depth }}{{ loop(x) if x is iterable }}{% endfor %}
{% block b scoped %}{{ self }}{% endblock %}{% raw %}{{ }}{% endraw %}{#- c -#}
)~");
    put("jinja/not-closed", R"~(a {% if x %} {{ 'b\u00e9\x41' ~ "c)~");
    put("jinja/tests", R"~({% if n is odd and l is sequence or not s is none %}{{ 1 in l }}{{ 'a' not in s }}
{{ 1 < 2 <= 2 != 3 }}{% elif d.items is callable %}{% else %}{% endif %}
{%+ set c = cycler('a', 'b') -%}{% set j = joiner() %}{% for i in range(3) %}{{ c.next() ~ j() }}
{{ loop.cycle(1, 2) }}{{ loop.changed(i // 2) }}{% if loop.last %}{% break %}{% endif %}
{% endfor +%}
{{ x|default('-', true) }}{{ x.y.z if false }}{{ (1, 2) + (3,) }}{{ 'a' 'b' * 2 }}{{ dict(a=1).a }}
{{ 1.5|round|int }}{{ s|urlencode|wordcount }}{{ 1000000|filesizeformat(true) }}
)~");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("Usage: make_fuzz_corpus FOLDER\n", stderr);
        return 2;
    }
    root = argv[1];
    try {
        makeText();
        makeRows();
        makeTemplates();
        makeConfigs();
        makeTensors();
        makeVocabularies();
        makeEvents();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_fuzz_corpus: %s\n", error.what());
        return 1;
    }
    return 0;
}
