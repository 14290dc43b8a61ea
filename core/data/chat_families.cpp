#include "core/data/chat_families.h"

#include <algorithm>
#include <array>

namespace tritlab {
namespace {

// After the families' model cards and what their templates render (docs/formats-and-formulas.md, Chat templates). A
// system message goes before the first question where the family has no turn for it.
constexpr const char* chatMl =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
constexpr const char* phi4 =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '<|im_sep|>' + m.content + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}";
constexpr const char* llama3 =
    "{{ bos_token }}{% for m in messages %}"
    "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";
constexpr const char* llama2 =
    "{% set s = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set s.system = '<<SYS>>\n' + m.content + '\n<</SYS>>\n\n' %}"
    "{% elif m.role == 'user' %}{{ bos_token + '[INST] ' + s.system + m.content | trim + ' [/INST]' }}"
    "{% set s.system = '' %}{% else %}{{ ' ' + m.content | trim + ' ' + eos_token }}{% endif %}{% endfor %}";
constexpr const char* mistralV3 =
    "{{ bos_token }}{% set s = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set s.system = m.content + '\n\n' %}"
    "{% elif m.role == 'user' %}{{ '[INST] ' + (s.system if loop.last else '') + m.content + '[/INST]' }}"
    "{% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}";
constexpr const char* mistralV7 =
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'system' %}{{ '[SYSTEM_PROMPT] ' + m.content + '[/SYSTEM_PROMPT]' }}"
    "{% elif m.role == 'user' %}{{ '[INST] ' + m.content + '[/INST]' }}"
    "{% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}";
constexpr const char* phi3 =
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";
constexpr const char* falcon3 =
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content }}"
    "{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";
constexpr const char* zephyr =
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}";
constexpr const char* gemma =
    "{{ bos_token }}{% set s = namespace(system='') %}{% for m in messages %}"
    "{% if m.role == 'system' %}{% set s.system = m.content + '\n\n' %}{% else %}"
    "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + "
    "(s.system if m.role == 'user' else '') + m.content | trim + '<end_of_turn>\n' }}"
    "{% if m.role == 'user' %}{% set s.system = '' %}{% endif %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}";
constexpr const char* b2b4t =
    "{{ bos_token }}{% for m in messages %}{{ m.role | capitalize + ': ' + m.content | trim + '<|eot_id|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}";

constexpr std::array<ChatFamily, 11> table{{{"chatml", "ChatML", chatMl},
                                            {"llama3", "Llama 3", llama3},
                                            {"llama2", "Llama 2", llama2},
                                            {"mistral", "Mistral v3", mistralV3},
                                            {"mistral-v7", "Mistral v7", mistralV7},
                                            {"gemma", "Gemma", gemma},
                                            {"phi3", "Phi-3", phi3},
                                            {"phi4", "Phi-4", phi4},
                                            {"falcon3", "Falcon 3", falcon3},
                                            {"zephyr", "Zephyr", zephyr},
                                            {"2b4t", "BitNet b1.58 2B4T", b2b4t}}};

// Whether what a user says is closed by EOS, as only Zephyr closes it among those that write <|user|>.
bool userEndsByEos(std::string_view jinja) {
    const std::size_t user = std::min(jinja.find("<|user|>"), jinja.find("'<|' +"));
    return jinja.substr(user, jinja.find("{%", user) - user).find("eos_token") != std::string_view::npos;
}

}  // namespace

std::span<const ChatFamily> chatFamilies() { return table; }

const ChatFamily* findChatFamily(std::string_view key) {
    const auto found = std::ranges::find_if(table, [&](const ChatFamily& family) { return key == family.key; });
    return found != table.end() ? &*found : nullptr;
}

const ChatFamily* recognizedChatFamily(std::string_view jinja) {
    const auto has = [&](std::string_view mark) { return jinja.find(mark) != std::string_view::npos; };
    if (has("<|im_start|>")) return findChatFamily(has("<|im_sep|>") ? "phi4" : "chatml");
    if (has("<|start_header_id|>")) return findChatFamily("llama3");
    if (has("<start_of_turn>")) return findChatFamily("gemma");
    if (has("[INST]"))
        return findChatFamily(has("[SYSTEM_PROMPT]") ? "mistral-v7" : has("<<SYS>>") ? "llama2" : "mistral");
    if (has("<|assistant|>") || has("'<|' +"))
        return findChatFamily(has("<|end|>") ? "phi3" : userEndsByEos(jinja) ? "zephyr" : "falcon3");
    if (has("<|eot_id|>") && has("capitalize")) return findChatFamily("2b4t");
    return nullptr;
}

}  // namespace tritlab
