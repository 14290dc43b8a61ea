// Text for the tests of the data room: made from a seed, so that a failure can be had again.
#pragma once

#include <QTest>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/tokenizer.h"

namespace tritlab::testing {

// One character of UTF-8, any plane, no surrogates.
inline std::string utf8(std::uint32_t c) {
    std::string text;
    if (c < 0x80) text += static_cast<char>(c);
    else if (c < 0x800) text += {static_cast<char>(0xC0U | c >> 6), static_cast<char>(0x80U | (c & 63U))};
    else if (c < 0x10000)
        text += {static_cast<char>(0xE0U | c >> 12), static_cast<char>(0x80U | (c >> 6 & 63U)),
                 static_cast<char>(0x80U | (c & 63U))};
    else
        text += {static_cast<char>(0xF0U | c >> 18), static_cast<char>(0x80U | (c >> 12 & 63U)),
                 static_cast<char>(0x80U | (c >> 6 & 63U)), static_cast<char>(0x80U | (c & 63U))};
    return text;
}

inline std::uint32_t randomCharacter(std::mt19937& random) {
    constexpr std::uint32_t odd[] = {0, '\t', '\r', 0x2581, 0x2585, 0x2047, 0xFEFF, 0xFFFD, 0x10FFFF, 0x3000, 0xA0};
    switch (random() % 8) {
        case 0: return '\n';
        case 1: return ' ';
        case 2: return odd[random() % std::size(odd)];
        case 3: return 0x80 + random() % 0x780;
        case 4: {
            const std::uint32_t c = random() % 0x110000;
            return c >= 0xD800 && c < 0xE000 ? 'x' : c;
        }
        default: return 'a' + random() % 26;
    }
}

inline std::string randomUtf8(std::mt19937& random, std::size_t characters) {
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) text += utf8(randomCharacter(random));
    return text;
}

inline std::string randomBytes(std::mt19937& random, std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i)
        text += static_cast<char>(random() % 4 == 0 ? random() : "ab \n\xE2\x96\x81"[random() % 7]);
    return text;
}

// Words of an invented language, in lines; frequent ones are short, as in a real one.
inline std::string englishLike(std::uint32_t seed, std::size_t lines) {
    std::mt19937 random(seed);
    std::vector<std::string> words;
    std::mt19937 fixed(7);
    for (std::size_t i = 0; i < 600; ++i) {
        std::string word;
        for (std::size_t n = 1 + i / 120 + fixed() % 3; n > 0; --n)
            word += {"bdfglmnprst"[fixed() % 11], "aeiou"[fixed() % 5]};
        words.push_back(word);
    }
    std::string text;
    for (std::size_t line = 0; line < lines; ++line) {
        text += std::to_string(line % 150) + ":";
        for (std::size_t n = 4 + random() % 14; n > 0; --n) {
            const double u = static_cast<double>(random()) / 4294967296.0;
            text += " " + words[static_cast<std::size_t>(u * u * u * 600)];
            if (random() % 9 == 0) text += ",";
        }
        text += ".\n";
    }
    return text;
}

inline void train(const std::string& text, const TokenizerTraining& options, const std::filesystem::path& target) {
    TokenizerTrainer trainer(options);
    trainer.add(text);
    trainer.train(target, {});
}

// What the Error says that `action` throws; fails the test where it throws none.
template <typename Action>
std::string errorOf(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error was thrown";
}

}  // namespace tritlab::testing

#define VERIFY_ERROR(action, part)                                                   \
    do {                                                                             \
        const std::string said = tritlab::testing::errorOf([&] { (void)(action); }); \
        QVERIFY2(said.find(part) != std::string::npos, said.c_str());                \
    } while (false)
