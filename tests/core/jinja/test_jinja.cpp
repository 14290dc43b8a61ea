// The template language against the answers of Python's jinja2: literals here, random cases in
// tests/fixtures/jinja_cases.jsonl (tests/fixtures/make_jinja_cases.py). And what jinja2 does not have: marks of what
// is from data, limits, refusals by name and line.
//   test_jinja --cases FILE    only the cases of FILE
#include <QTest>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/jinja/template.h"

using namespace tritlab;
using nlohmann::ordered_json;

namespace {

std::filesystem::path cases = std::filesystem::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/jinja_cases.jsonl";

// The moment of make_jinja_cases.py: Friday, 26 July 2024, 13:05:09.
std::tm moment() {
    std::tm now{};
    now.tm_year = 124;
    now.tm_mon = 6;
    now.tm_mday = 26;
    now.tm_wday = 5;
    now.tm_yday = 207;
    now.tm_hour = 13;
    now.tm_min = 5;
    now.tm_sec = 9;
    return now;
}

std::string render(const std::string& source, const ordered_json& context = ordered_json::object(),
                   const JinjaLimits& limits = {}) {
    return JinjaTemplate(source, "t").render(context, limits, moment).text();
}

// What the error says, or "" where there is none.
std::string errorOf(const std::string& source, const ordered_json& context = ordered_json::object(),
                    const JinjaLimits& limits = {}) {
    try {
        (void)render(source, context, limits);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

// Refusals that name what is not there, where jinja2 has an answer.
bool isRefusal(const std::string& error) {
    for (const char* words : {"not supported", "64 bits", "cannot be printed"})
        if (error.find(words) != std::string::npos) return true;
    return false;
}

struct Rendered {
    const char* name;
    const char* source;
    const char* context;
    const char* text;  // from jinja2 3.1.6 on Python 3.11
};
const std::vector<Rendered>& rendered() {
    static const std::vector<Rendered> all = {
        {"variables and missing ones", "{{ a }}|{{ b }}|{{ c.d }}|{{ none }}|{{ c['e f'] }}|{{ l.1 }}",
         "{\"a\": \"x\", \"c\": {\"e f\": 2}, \"l\": [1, 2]}", "x|||None|2|2"},
        {"a key wins over a method by brackets, a method by dot",
         "{{ d['items'] }}{{ d.items is callable }}{{ d.keys()|list }}", "{\"d\": {\"items\": 7}}", "7True['items']"},
        {"numbers",
         "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1e16 }} {{ 1.0 }} {{ 0.1 "
         "+ 0.2 }} {{ 1_000 }} {{ 0x1F }}",
         "{}", "3 -4 2 3.5 1024 0.5 1e+16 1.0 0.30000000000000004 1000 31"},
        {"precedence",
         "{{ 1 + 2 * 3 }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ 1 ~ 2 * 3 }} {{ not true or true }} {{ 1 < 2 < 3 }} {{ "
         "'a' ~ 1|string ~ 'b'|upper }}",
         "{}", "7 4 64 16 True True a1B"},
        {"64 bits", "{{ 9223372036854775807 + 1 }} {{ big }} {{ small }}",
         "{\"big\": 18446744073709551615, \"small\": -9223372036854775808}",
         "9223372036854775808 18446744073709551615 -9223372036854775808"},
        {"conditions in line", "{{ 'a' if x else 'b' }}{{ 'c' if y }}[{{ ('d' if y) }}]", "{\"x\": true, \"y\": false}",
         "a[]"},
        {"strings",
         "{{ 'a\\'b' ~ \"c\\\"d\" ~ '\\n\\t\\\\' ~ '\\u00e9\\x41' }}{{ 'a' 'b' }}{{ 'ab' * 2 }}{{ 'abc'[1] }}{{ "
         "'abc'[-1] }}{{ 'abc'[9] }}",
         "{}", "a'bc\"d\n\t\\éAabababbc"},
        {"slices",
         "{{ s[1:3] }} {{ s[::-1] }} {{ s[-3:] }} {{ s[:99] }} {{ l[1:] }} {{ l[::2] }} {{ l[:-1] }} {{ l[5:] }}",
         "{\"s\": \"añb日c\", \"l\": [1, 2, 3, 4]}", "ñb c日bña b日c añb日c [2, 3, 4] [1, 3] [1, 2, 3] []"},
        {"string methods",
         "{{ s.strip() }}|{{ s.strip().split(' ') }}|{{ s.upper().lstrip() }}|{{ 'a,b,c'.split(',', 1) }}|{{ ' a  b "
         "'.split() }}|{{ 'abc'.startswith(('x', 'ab')) }}|{{ 'abcabc'.rfind('b') }}|{{ 'x'.join(['1', '2']) }}",
         "{\"s\": \"  Hello World\\n\"}",
         "Hello World|['Hello', 'World']|HELLO WORLD\n|['a', 'b,c']|['a', 'b']|True|4|1x2"},
        {"thinking cut out",
         "{{ c.split('</think>')[-1].lstrip('\\n') }}|{{ "
         "c.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') }}|{{ c.partition('</think>')[2] }}",
         "{\"c\": \"<think>\\nhm\\n</think>\\n\\nyes\"}", "yes|hm|\n\nyes"},
        {"case beyond ASCII",
         "{{ 'straße'.upper() }} {{ 'ΑΣ ΑΣΑ'.lower() }} {{ 'ǆ'.title() }} {{ 'ÀÉ'.swapcase() }} {{ 'ﬁx'.capitalize() "
         "}} {{ 'İ'.lower()|length }} {{ 'A'.isupper() }} {{ 'x y-z'|title }} {{ \"they're\".title() }}",
         "{}", "STRASSE ας ασα ǅ àé Fix 2 True X Y-Z They'Re"},
        {"escapes of a printed string", "{{ [s] }}{{ {'k': t} }}",
         "{\"s\": \"a'b\\n é\", \"t\": \"it's \\\"x\\\"\\\\\"}", "[\"a'b\\n\\xa0é\"]{'k': 'it\\'s \"x\"\\\\'}"},
        {"printed values",
         "{{ l }}{{ d }}{{ (1,) }}{{ () }}{{ true }}{{ [none, 1.5, 'x'] }}{{ range(3) }}{{ d.items() }}",
         "{\"l\": [1, \"a\", null], \"d\": {\"k\": {\"n\": [true]}}}",
         "[1, 'a', None]{'k': {'n': [True]}}(1,)()True[None, 1.5, 'x']range(0, 3)dict_items([('k', {'n': [True]})])"},
        {"loops",
         "{% for x in l %}{{ loop.index }}/{{ loop.length }}{{ x }}{{ ',' if not loop.last }}{% endfor %}{% for x in "
         "[] %}{% else %}none{% endfor %}",
         "{\"l\": [\"a\", \"b\", \"c\"]}", "1/3a,2/3b,3/3cnone"},
        {"loop's members",
         "{% for x in 'abc' %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.previtem|default('-') }}{{ "
         "loop.nextitem|default('-') }}{{ loop.cycle('o', 'e') }}{{ loop.depth }} {% endfor %}",
         "{}", "03True-bo1 12Falseace1 21Falseb-o1 "},
        {"loop.changed", "{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}", "{}",
         "121"},
        {"a loop with a condition", "{% for x in range(6) if x is even %}{{ loop.index }}:{{ x }} {% endfor %}", "{}",
         "1:0 2:2 3:4 "},
        {"a recursive loop", "{% for x in t recursive %}{{ x.v }}({{ loop.depth }}{{ loop(x.c) }}){% endfor %}",
         "{\"t\": [{\"v\": 1, \"c\": [{\"v\": 2, \"c\": []}]}, {\"v\": 3, \"c\": []}]}", "1(12(2))3(1)"},
        {"unpacking",
         "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% set a, b = 1, 2 %}{{ a + b }}{% for a, (b, c) in "
         "[(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
         "{\"d\": {\"x\": 1, \"y\": 2}}", "x=1;y=2;3123"},
        {"break and continue",
         "{% for x in range(9) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x "
         "}}{% endfor %}",
         "{}", "023"},
        {"else of a loop none of whose turns ended",
         "{% for x in l %}{% if x %}{% break %}{% endif %}{% else %}else{% endfor %}", "{\"l\": [1]}", "else"},
        {"what a loop sets stays in it",
         "{% set x = 1 %}{% for i in [1, 2] %}{% set x = 5 %}{% endfor %}{{ x }}{% set ns = namespace(x=1) %}{% for i "
         "in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
         "{}", "14"},
        {"an if sets outside", "{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "{\"x\": 1}", "2"},
        {"set later hides the context in scopes before",
         "{% for i in [1] %}[{{ x }}]{% endfor %}{% set x = 2 %}{{ x }}", "{\"x\": 1}", "[]2"},
        {"set blocks",
         "{% set x %}a{{ 1 }}{% endset %}{{ x|length }}{% set y | upper | replace('A', 'z') %}abc{% endset %}{{ y }}",
         "{}", "2zBC"},
        {"macros",
         "{% macro f(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1) }} {{ f(1, "
         "c=3, z=4) }} {{ f(1, 2, 3, 4) }} {{ f() }} {{ f.name }}",
         "{}", "121(){} 123(){'z': 4} 123(4,){} 2(){} f"},
        {"call blocks",
         "{% macro w(x) %}<{{ caller(x, 2) }}>{% endmacro %}{% call(a, b) w(1) %}{{ a }}-{{ b }}{% endcall %}", "{}",
         "<1-2>"},
        {"a macro sees what is set at top level", "{% macro f() %}{{ x }}{% endmacro %}{% set x = 3 %}{{ f() }}",
         "{\"x\": 1}", "3"},
        {"filter blocks, with, print",
         "{% filter upper|trim %} a{% set q = 1 %}b {% endfilter %}{% with x = 1, y = x %}{{ x }}{{ y }}{% endwith "
         "%}{% print x, 'p' %}",
         "{\"x\": \"c\"}", "AB1ccp"},
        {"blocks",
         "{% set x = 1 %}{% for i in [1, 2] %}{% block b scoped %}{{ i }}{{ x }}{% endblock %}{% endfor %}{% for i in "
         "[1] %}{% block c %}[{{ i }}]{% endblock %}{% endfor %}",
         "{}", "1121[]"},
        {"white space",
         "a\n  {% if true %}\n  b\n  {%- endif %}\n c {{- 1 -}} \n d\n{% raw %}\n {{ x }} {% endraw %}\n{# c #}\n  "
         "e{#- c -#} f\n",
         "{}", "a\n  b c1d\n\n {{ x }}   ef"},
        {"white space kept by plus", "a\n  {%+ if true +%}\n  b{% endif %}\n{{ 1 }}\n", "{}", "a\n  \n  b1"},
        {"the last newline goes, others stay", "a\r\nb\rc\n\n", "{}", "a\nb\nc\n"},
        {"tests",
         "{{ 3 is odd }} {{ x is defined }} {{ 1 is number }} {{ 'a' is string }} {{ {} is mapping }} {{ [] is "
         "sequence }} {{ none is none }} {{ true is boolean }} {{ 2 is divisibleby 2 }} {{ 1 is in [1] }} {{ 'a' is "
         "not eq 'b' }} {{ 1.0 is integer }} {{ 1 is sameas true }} {{ 'Ab' is lower }} {{ f is callable }}",
         "{}", "True False True True True True True True True True True False False False True"},
        {"comparisons of kinds",
         "{{ 1 == 1.0 }} {{ 1 == true }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ {} == {} }} {{ '1' == 1 }} {{ 'b' in "
         "'abc' }} {{ 'k' in {'k': 1} }} {{ 3 not in (1, 2) }}",
         "{}", "True True True True True False True True True"},
        {"default",
         "{{ x|default('d') }}{{ ''|default('d', true) }}{{ none|default('d') }}{{ y.z|d(1) }}{{ 0|default(5, "
         "boolean=true) }}",
         "{\"y\": {}}", "ddNone15"},
        {"filters of sequences",
         "{{ l|join('-') }} {{ l|first }}{{ l|last }} {{ l|length }} {{ l|sort }} {{ l|reverse|list }} {{ "
         "l|unique|list }} {{ l|sum }} {{ l|max }} {{ l|batch(2)|list }} {{ l|slice(2)|list }}",
         "{\"l\": [3, 1, 2, 3]}",
         "3-1-2-3 33 4 [1, 2, 3, 3] [3, 2, 1, 3] [3, 1, 2] 9 3 [[3, 1], [2, 3]] [[3, 1], [2, 3]]"},
        {"selectattr, map, groupby",
         "{{ m|selectattr('role', 'equalto', 'user')|map(attribute='content')|join(',') }} {{ "
         "m|rejectattr('x')|list|length }} {{ m|map('length')|list }} {% for k, g in m|groupby('role') %}{{ k }}{{ "
         "g|length }}{% endfor %}",
         "{\"m\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": "
         "\"user\", \"content\": \"c\"}]}",
         "a,c 3 [2, 2, 2] assistant1user2"},
        {"sort ignores case",
         "{{ ['b', 'A', 'c']|sort }}{{ ['b', 'A']|sort(case_sensitive=true) }}{{ [3, 1]|sort(reverse=true) }}{{ "
         "m|sort(attribute='n')|map(attribute='n')|list }}",
         "{\"m\": [{\"n\": 2}, {\"n\": 1}]}", "['A', 'b', 'c']['A', 'b'][3, 1][1, 2]"},
        {"dictsort and items",
         "{{ d|dictsort }}{{ d|dictsort(by='value') }}{{ d|items|list }}{{ d|length }}{{ d|list }}{{ d.get('z', 0) }}",
         "{\"d\": {\"b\": 1, \"A\": 2}}", "[('A', 2), ('b', 1)][('b', 1), ('A', 2)][('b', 1), ('A', 2)]2['b', 'A']0"},
        {"tojson",
         "{{ d|tojson }}\n{{ d|tojson(indent=2) }}\n{{ d|tojson(separators=(',', ':')) }}{{ 'é<>&'|tojson }}{{ "
         "'é🙂'|tojson(ensure_ascii=true) }}{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }}{{ []|tojson(indent=1) }}",
         "{\"d\": {\"k\": [1, 2.5, null, true], \"ü\": \"a\\\"b\\n\177\", \"e\": {}}}",
         "{\"k\": [1, 2.5, null, true], \"ü\": \"a\\\"b\\n\177\", \"e\": {}}\n{\n  \"k\": [\n    1,\n    2.5,\n    "
         "null,\n    true\n  ],\n  \"ü\": \"a\\\"b\\n\177\",\n  \"e\": "
         "{}\n}\n{\"k\":[1,2.5,null,true],\"ü\":\"a\\\"b\\n\177\",\"e\":{}}\"é<>&\"\"\\u00e9\\ud83d\\ude42\"{\"a\": 2, "
         "\"b\": 1}[]"},
        {"text filters",
         "{{ ' x '|trim }}|{{ 'a b'|replace(' ', '_') }}|{{ 'a\nb\n\nc'|indent(2) }}|{{ 'a\nb'|indent(width=3, "
         "first=true) }}|{{ 'abcdefghij klm'|truncate(9) }}|{{ 'x'|center(5) }}|{{ 'a b c'|wordcount }}|{{ '<a "
         "href=\"x\">'|e }}|{{ 'a b/c?'|urlencode }}",
         "{}", "x|a_b|a\n  b\n\n  c|   a\n   b|abcdefghij klm|  x  |3|&lt;a href=&#34;x&#34;&gt;|a%20b/c%3F"},
        {"numbers from text",
         "{{ '42'|int }} {{ ' 3.9 '|int }} {{ 'x'|int(7) }} {{ '1f'|int(0, 16) }} {{ '2.5'|float }} {{ 2.675|round(2) "
         "}} {{ 2.5|round }} {{ 1234|filesizeformat }} {{ -3|abs }} {{ '٣'|int }}",
         "{}", "42 3 7 31 2.5 2.67 2.0 1.2 kB 3 3"},
        {"percent formats",
         "{{ '%s|%5d|%-5s|%05.1f|%x|%e|%%|%r' % ('a', 42, 'b', 3.14159, 255, 12345.678, 'q') }} {{ '%(a)s' % {'a': 1} "
         "}} {{ '%s and %s'|format(1, 'é') }}",
         "{}", "a|   42|b    |003.1|ff|1.234568e+04|%|'q' 1 1 and é"},
        {"brace formats",
         "{{ '{} {:>4} {:05.1f} {!r} {{}}'.format('a', 'b', 2.25, 'c') }} {{ '{0}{1}{0}'.format(1, 2) }} {{ "
         "'{k[0]:,}'.format(k=[1234567]) }} {{ '{:*^7}|{:+d}|{:%}'.format('é', 3, 0.5) }}",
         "{}", "a    b 002.2 'c' {} 121 1,234,567 ***é***|+3|50.000000%"},
        {"the time", "{{ strftime_now('%d %b %Y %H:%M:%S') }}", "{}", "26 Jul 2024 13:05:09"},
        {"cycler and joiner",
         "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner(', "
         "') %}{{ j() }}1{{ j() }}2{{ j() }}3",
         "{}", "abab1, 2, 3"},
        {"dicts",
         "{{ dict(a=1, **{'b': 2}) }}{{ dict([('x', 1)]) }}{{ {'a': 1, 'a': 2} }}{{ {1: 'i', 1.0: 'f', true: 't'} }}",
         "{}", "{'a': 1, 'b': 2}{'x': 1}{'a': 2}{1: 't'}"},
        {"loop over text and dicts",
         "{% for c in 'é日' %}[{{ c }}]{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %}{% for x in missing "
         "%}never{% endfor %}",
         "{}", "[é][日]a"},
        {"generation is its text", "a{% generation %}b{{ x }}{% endgeneration %}c", "{\"x\": 1}", "ab1c"},
        {"raw text in values is not run", "{{ x }}", "{\"x\": \"{{ 1 }}{% raw %}\"}", "{{ 1 }}{% raw %}"},
        {"undefined is empty text, and a mapping of nothing",
         "[{{ x }}]{{ x|length }}{{ x|list }}{{ x is iterable }}{{ '%s' % x }}{{ x == y }}", "{}", "[]0[]TrueTrue"},
        {"escaped text escapes what is added", "{{ ('<'|e) ~ '<' }}{{ ('<'|e) + '<' }}{{ '<b>'|safe + '&' }}", "{}",
         "&lt;<&lt;&lt;<b>&amp;"},
        {"a generator is used up", "{% set g = [1, 2]|map('string') %}{{ g|list }}{{ g|list }}", "{}", "['1', '2'][]"},
        {"unpacked arguments",
         "{% macro f(a, b, c=0) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(*[1, 2]) }}{{ f(*(1, 2), **{'c': 3}) }}",
         "{}", "120123"},
        {"a filter that is not there, in a branch that is not run",
         "{% if false %}{{ x|nofilter }}{% endif %}{{ 'a' if true else x|nofilter }}ok", "{}", "aok"},
    };
    return all;
}

}  // namespace

class TestJinja : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rendersAsJinja2_data() {
        QTest::addColumn<std::string>("source");
        QTest::addColumn<std::string>("context");
        QTest::addColumn<std::string>("text");
        for (const Rendered& each : rendered())
            QTest::newRow(each.name) << std::string(each.source) << std::string(each.context) << std::string(each.text);
    }
    void rendersAsJinja2() {
        QFETCH(std::string, source);
        QFETCH(std::string, context);
        QFETCH(std::string, text);
        QCOMPARE(render(source, ordered_json::parse(context)), text);
    }

    void randomCases() {
        std::ifstream in(cases);
        QVERIFY2(in.is_open(), cases.c_str());
        std::vector<std::string> templates;
        std::size_t texts = 0, errors = 0, refusals = 0;
        for (std::string line; std::getline(in, line);) {
            const ordered_json each = ordered_json::parse(line);
            templates.push_back(each.contains("of") ? templates.at(each["of"].get<std::size_t>())
                                                    : each["template"].get<std::string>());
            const std::string error = errorOf(templates.back(), each["context"]);
            const QByteArray where = QByteArray::fromStdString(templates.back() + "\n" + each["context"].dump() +
                                                               "\nhere: " + error + "\njinja2: ");
            if (each.contains("error")) {
                QVERIFY2(!error.empty(),
                         (where + QByteArray::fromStdString(each["error"].get<std::string>())).constData());
                ++errors;
            } else if (isRefusal(error)) {
                ++refusals;
            } else {
                const std::string expected = each["text"].get<std::string>();
                QVERIFY2(error.empty() && render(templates.back(), each["context"]) == expected,
                         (where + QByteArray::fromStdString(expected)).constData());
                ++texts;
            }
        }
        QVERIFY(texts > 300);
        QVERIFY(errors > 20);
        QVERIFY2(refusals * 100 < texts, "more than one case in a hundred is refused");
    }

    // In both languages an error; what it says is this one's own.
    void errorsNameThingAndLine_data() {
        QTest::addColumn<std::string>("source");
        QTest::addColumn<std::string>("error");
        const auto row = [](const char* source, const char* error) {
            QTest::newRow(source) << std::string(source) << std::string(error);
        };
        row("a\n{{ x.y }}", "t:2: 'x' is undefined");
        row("\n\n{{ none.a.b }}", "t:3: 'NoneType object' has no attribute 'a'");
        row("{{ 'a' + 1 }}", "t:1: unsupported operand types for +: 'str' and 'int'");
        row("{{ 1 // 0 }}", "t:1: division by zero");
        row("{% if x %}\n", "t:1: the template ends where 'endif' was expected");
        row("{{ 'a'|nothing }}", "t:1: no filter is called 'nothing'");
        row("{{ 'a' is nothing }}", "t:1: no test is called 'nothing'");
        row("{% nothing %}", "t:1: unknown tag 'nothing'");
        row("{{ 'a }}", "t:1: unexpected character '''");
        row("{# a", "t:1: a comment has no end");
        row("{% raw %}a", "t:1: a raw block has no end");
        row("{{ (1 }}", "t:1: unexpected '}', expected ')'");
        row("{% break %}", "t:1: 'break' outside of a loop");
        row("{{ f() }}", "t:1: 'f' is undefined");
        row("{% set a.b = 1 %}", "t:1: cannot assign attribute on non-namespace object");
        row("{% set ns = namespace(_a=1) %}", "t:1: the attribute '_a' of a namespace begins with '_'");
        row("{{ range(100001) }}", "t:1: a range has more than 100000 numbers");
        row("{{ [].append(1) }}", "t:1: access to attribute 'append' of 'list' object is unsafe");
        row("{{ ''.__class__.x }}", "t:1: 'str object' has no attribute '__class__'");
        row("{{ 'a'.zfill(3, 4) }}", "t:1: zfill() takes one argument");
        row("{{ {} | first | upper ~ ({} | tojson(x=1)) }}", "t:1: tojson() takes no argument called 'x'");
        row("{{ 'x'.replace(old='x', new='y') }}", "t:1: replace() takes no keyword arguments");
    }
    void errorsNameThingAndLine() {
        QFETCH(std::string, source);
        QFETCH(std::string, error);
        QCOMPARE(errorOf(source), error);
    }

    // What jinja2 has, and this does not.
    void refusalsNameThingAndLine_data() {
        QTest::addColumn<std::string>("source");
        QTest::addColumn<std::string>("named");
        const auto row = [](const char* source, const char* named) {
            QTest::newRow(source) << std::string(source) << std::string(named);
        };
        for (const char* tag :
             {"extends 'a'", "include 'a'", "import 'a' as b", "from 'a' import b", "autoescape true"})
            QTest::newRow(tag) << "\n{% " + std::string(tag) + " %}"
                               << std::string(tag).substr(0, std::string(tag).find(' '));
        for (const char* filter : {"pprint", "random", "striptags", "urlize", "wordwrap", "xmlattr"})
            QTest::newRow(filter) << "\n{{ 'a'|" + std::string(filter) + " }}" << std::string(filter);
        row("\n{{ lipsum() }}", "lipsum");
        row("\n{{ self.b() }}", "self");
        row("\n{{ 'a'.encode() }}", "encode");
        row("\n{{ 'a'.translate({}) }}", "translate");
        row("\n{{ range(3).start }}", "start");
        row("\n{{ 2 ** 64 }}", "64 bits");
        row("\n{{ 18446744073709551616 }}", "64 bits");
        row("\n{{ -1 * 9223372036854775807 * 2 }}", "64 bits");
        row("\n{{ (-8) ** 0.5 }}", "complex");
        row("\n{{ '\\N{BULLET}' }}", "\\N");
        row("\n{{ [1]|map('string') }}", "generator");
        row("\n{{ 'a'.upper }}", "method");
        row("\n{% block b required %}{% endblock %}", "required");
    }
    void refusalsNameThingAndLine() {
        QFETCH(std::string, source);
        QFETCH(std::string, named);
        const std::string error = errorOf(source);
        QVERIFY2(error.rfind("t:2: ", 0) == 0, error.c_str());
        QVERIFY2(error.find(named) != std::string::npos, error.c_str());
    }

    void raisedMessagesAreTheTemplatesOwn() {
        try {
            (void)render("{% if true %}\n{{ raise_exception('only user and ' ~ x) }}{% endif %}", {{"x", "system"}});
            QFAIL("nothing was raised");
        } catch (const JinjaRaised& raised) {
            QCOMPARE(raised.message(), std::string("only user and system"));
            QCOMPARE(raised.where(), std::string("t:2"));
        }
    }

    // A message's text keeps its mark through every operation on it, so that it never becomes a control token.
    void marksTellDataFromTemplate_data() {
        QTest::addColumn<std::string>("source");
        QTest::addColumn<std::string>("marked");  // data in brackets
        const auto row = [](const char* source, const char* marked) {
            QTest::newRow(source) << std::string(source) << std::string(marked);
        };
        row("<s>{{ x }}</s>", "<s>[a<s>b]</s>");
        row("{{ '<s>' + x + '</s>' }}", "<s>[a<s>b]</s>");
        row("{{ ('<s>' ~ x)|trim|replace('b', 'c') }}", "<s>[a<s>]c");
        row("{{ ('-' ~ x ~ '-').split('<s>')[1] }}", "[b]-");
        row("{{ ('-' ~ x)[::-1] }}", "[b>s<a]-");
        row("{{ x|upper ~ 'x'|upper }}", "[A<S>B]X");
        row("{{ '%s%s' % ('<s>', x) }}", "<s>[a<s>b]");
        row("{{ '{}|{}'.format(x, 1) }}", "[a<s>b]|1");
        row("{% set y %}<s>{{ x }}{% endset %}{{ y }}", "<s>[a<s>b]");
        row("{% macro f(t) %}<s>{{ t }}{% endmacro %}{{ f(x)|trim }}", "<s>[a<s>b]");
        row("{{ d }}", "[{'k': ['v', 1]}]");
        row("{{ d|tojson }}", "[{\"k\": [\"v\", 1]}]");
        row("{{ [x, '<s>']|join('-') }}", "[a<s>b]-<s>");
        row("{{ x|first ~ x|last ~ x[1] ~ '<' }}", "[ab<]<");
        row("{{ n + 1 }}{{ n|string }}{{ 7 }}", "[43]7");
        row("{% for k in d %}{{ k }}={{ d[k][0] }}{% endfor %}", "[k]=[v]");
        row("{{ x if x else '<s>' }}{{ y|default('<s>') }}", "[a<s>b]<s>");
    }
    void marksTellDataFromTemplate() {
        QFETCH(std::string, source);
        QFETCH(std::string, marked);
        const ordered_json context = ordered_json::parse(R"({"m": {"x": "a<s>b"}, "n": 3, "d": {"k": ["v", 1]}})");
        std::string out;
        for (const JinjaStretch& each : JinjaTemplate("{% set x = m.x %}" + source, "t").render(context).stretches)
            out += each.fromData ? "[" + each.text + "]" : each.text;
        QCOMPARE(out, marked);
    }
    // bos_token and its like are the program's words, and may be tokens.
    void textsOfTheContextItselfAreTheTemplates() {
        const JinjaOutput out =
            JinjaTemplate("{{ bos_token }}{{ messages[0].content }}", "t")
                .render({{"bos_token", "<s>"}, {"messages", ordered_json::array({{{"content", "<s>"}}})}});
        QCOMPARE(out.stretches.size(), std::size_t{2});
        QVERIFY(!out.stretches[0].fromData && out.stretches[1].fromData);
    }

    void generationIsMarked() {
        const JinjaTemplate made("<a>{% generation %}{{ m.x }}!{% endgeneration %}</a>{{ m.x }}", "t");
        QVERIFY(made.marksGeneration());
        QVERIFY(made.reads("m"));
        QVERIFY(!made.reads("tools"));
        const std::vector<JinjaStretch> expected = {
            {"<a>", false, false}, {"hi", true, true}, {"!", false, true}, {"</a>", false, false}, {"hi", true, false}};
        QCOMPARE(made.render({{"m", {{"x", "hi"}}}}).stretches, expected);
        // Through a variable or a macro too: what is printed inside is what an assistant said.
        const JinjaTemplate through(
            "{% macro f() %}{{ m.x }}{% endmacro %}{% generation %}{{ f() }}{% endgeneration %}{{ f() }}", "t");
        const std::vector<JinjaStretch> both = {{"hi", true, true}, {"hi", true, false}};
        QCOMPARE(through.render({{"m", {{"x", "hi"}}}}).stretches, both);
        QVERIFY(!JinjaTemplate("{{ generation }}", "t").marksGeneration());
    }

    // A template comes with a model's file: none may take more than it is given, whatever it does.
    void hostileTemplatesEnd_data() {
        QTest::addColumn<std::string>("source");
        const auto row = [](const char* name, const std::string& source) { QTest::newRow(name) << source; };
        row("loops in loops", repeated("{% for a in range(99999) %}", 8) + "x" + repeated("{% endfor %}", 8));
        row("doubling",
            "{% set ns = namespace(t='ab') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}");
        row("doubling a list",
            "{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}");
        row("lists in lists",
            "{% set ns = namespace(t=[]) %}{% for i in range(9999) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t "
            "}}");
        row("few lists printed often",
            "{% set ns = namespace(t=[]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t "
            "}}");
        row("few lists compared",
            "{% set ns = namespace(t=[], u=[]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% set ns.u = "
            "[ns.u, ns.u] %}{% endfor %}{{ ns.t == ns.u }}");
        row("few tuples as keys",
            "{% set ns = namespace(t=(), u=()) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% set ns.u = "
            "(ns.u, ns.u) %}{% endfor %}{{ {ns.t: 1}[ns.u] }}");
        row("a long repetition", "{{ 'a' * 999999999999 }}");
        row("a long repetition of nothing",
            "{% for i in range(99999) %}{{ [] * 9999999999 }}{{ '' * 9999999999 }}{% endfor %}{{ [1] * 9999999999 }}");
        row("a wide field", "{{ '%999999999d' % 1 }}");
        row("a wider field", "{{ '%99999999999999999999d' % 1 }}");
        row("wide fields", "{{ '{:>900000000}'.format(1) }}");
        row("a wide center", "{{ 'a'|center(9999999999) }}");
        row("a wide indent", "{{ ('\\n' * 99999)|indent(99999) }}");
        row("a long join", "{{ ('a' * 99999).join('b' * 99999) }}");
        row("a long replacement", "{{ ('a' * 99999).replace('a', 'b' * 99999) }}");
        row("a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
        row("macros that call each other",
            "{% macro f() %}{{ g() }}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}");
        row("a loop that calls itself", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}");
        row("brackets", "{{ " + repeated("(", 100000));
        row("lists opened", "{{ " + repeated("[", 100000));
        row("signs", "{{ " + repeated("-", 100000) + "1 }}");
        row("negations", "{{ " + repeated("not ", 100000) + "1 }}");
        row("sums", "{{ 1" + repeated("+1", 100000) + " }}");
        row("filters", "{{ 1" + repeated("|abs", 100000) + " }}");
        row("attributes", "{{ a" + repeated(".b", 100000) + " }}");
        row("conditions", "{{ 1" + repeated(" if 1 else 1", 100000) + " }}");
        row("powers", "{{ 2" + repeated("**1", 100000) + " }}");
        row("ifs", repeated("{% if 1 %}", 100000));
        row("elifs", "{% if 0 %}" + repeated("{% elif 0 %}", 100000));
        row("text of both kinds", "{{ ('a' ~ m.s) * 9999999 }}");
        row("macros that make macros",
            "{% set ns = namespace() %}{% macro f() %}{% macro g() %}{{ f }}{% endmacro %}{% set ns.f = "
            "g %}{% endmacro %}{% set ns.f = f %}{% macro h() %}{% macro i() %}{% set ns.h = h %}{% endmacro %}{% "
            "endmacro %}"
            "{% for i in range(99999) %}{% for j in range(99) %}{{ ns.f() }}{{ h() }}{% endfor %}{% endfor %}");
        std::string variables, blocks, keywords, parameters;
        for (int i = 0; i < 30000; ++i) {
            const std::string name = "a" + std::to_string(i);
            variables += "{% set " + name + " = 1 %}";
            blocks += "{% block " + name + " %}{% endblock %}";
            keywords += name + "=1,";
            parameters += name + ",";
        }
        row("many names", variables + "{% for i in range(99999) %}{{ a29999 }}{% endfor %}");
        row("many blocks", blocks + "{{ 1 // 0 }}");
        row("many keywords", "{{ f(" + keywords + ") }}");
        row("many parameters", "{% macro f(" + parameters + ") %}{% endmacro %}{{ f(" + keywords + ") }}");
        row("a large power", "{{ 9 ** 9 ** 9 }}");
        row("a namespace in itself", "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}");
        row("a namespace in a list in itself",
            "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns.a == [ns] }}{{ ns.a|string|length }}{{ ns.a|tojson "
            "}}");
        row("a wide range in a list", "{% set r = range(100000) %}{% for a in r %}{{ r|list|length }}{% endfor %}");
        row("sorting", "{% for i in range(9999) %}{{ range(99999)|sort(reverse=true)|first }}{% endfor %}");
        row("searching for what is nearly there",
            "{{ ('a' * 3000000).rfind('b' + 'a' * 1500000) }}{{ ('a' * 3000000).find('a' * 1500000 + 'b') }}x" +
                repeated("{{ ('a' * 9999999).count('a') }}", 99));
        row("splitting", "{% for i in range(999) %}{{ ('a,' * 99999).split(',')|length }}{% endfor %}");
        row("many macros",
            "{% for i in range(99999) %}{% for j in range(999) %}{% macro f() %}{{ i }}{% endmacro %}{% endfor %}{% "
            "endfor %}");
        row("many variables",
            "{% for i in range(99999) %}{% set ns = namespace() %}{% for j in range(999) %}{% set ns.a = [ns, j] %}{% "
            "endfor %}{% endfor %}");
        row("a dict of many keys", "{{ dict(range(99999)|map('string')|map('list')|map('batch', 9)|map('list')) }}");
    }
    void hostileTemplatesEnd() {
        QFETCH(std::string, source);
        JinjaLimits limits;
        limits.steps = 2'000'000;
        limits.valueBytes = 64u << 20;
        const std::clock_t before = std::clock();  // the processor's time: others may be at work too
        QVERIFY(!errorOf(source, {{"m", {{"s", "b"}}}}, limits).empty());
        const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
        QVERIFY2(seconds < 5, "a hostile template runs for long");  // a tenth of it, but for the sanitizers
    }

    void limitsAreNamed() {
        JinjaLimits few;
        few.steps = 1000;
        few.outputBytes = 100;
        few.valueBytes = 100'000;
        const auto says = [&](const char* source, const char* words) {
            const std::string error = errorOf(source, ordered_json::object(), few);
            QVERIFY2(error.find(words) != std::string::npos, error.c_str());
        };
        says("{% for i in range(9999) %}{% endfor %}", "100000 bytes");
        says("{% for i in range(90) %}{% for j in range(90) %}{% endfor %}{{ i and '' }}{% endfor %}",
             "within 1000 steps");
        says("{{ 'abcdefghij' * 11 }}", "longer than 100 bytes");
        says("{{ 'abcdefghij' * 11000 }}", "more than 100000 bytes");
        QCOMPARE(errorOf("{{ 'abcdefghij' * 10 }}", ordered_json::object(), few), std::string());
    }

    void deepDataIsRefusedOrRendered() {
        ordered_json deep = 1;
        for (int i = 0; i < 150; ++i) deep = ordered_json::array({deep});
        QCOMPARE(render("{{ x|tojson|length }}", {{"x", deep}}), std::string("301"));
        for (int i = 0; i < 5000; ++i) deep = ordered_json::array({std::move(deep)});
        QVERIFY(errorOf("{{ x }}", {{"x", deep}}).find("deep") != std::string::npos);
        QCOMPARE(render("{{ y }}", {{"x", deep}}), std::string());  // what is not read costs nothing
    }

    void aTemplateRendersInManyThreads() {
        const JinjaTemplate made(
            "{% set ns = namespace(n=0) %}{% for m in l %}{% set ns.n = ns.n + m %}{% endfor %}{{ ns.n }}{{ {'a': (1, "
            "2)}[k] }}",
            "t");
        std::vector<std::string> texts(4);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 200; ++round)
                    texts[i] = made.render({{"l", std::vector<std::size_t>{i, 1, 2}}, {"k", "a"}}).text();
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (std::size_t i = 0; i < texts.size(); ++i) QCOMPARE(texts[i], std::to_string(i + 3) + "(1, 2)");
    }

    void sourcesAreJudged() {
        QVERIFY(errorOf("a\xFF").find("not UTF-8") != std::string::npos);
        QCOMPARE(render(""), std::string());
        QCOMPARE(render("{"), std::string("{"));
        QCOMPARE(render("{{ '\xF0\x9F\x99\x82'|length }}"), std::string("1"));
        QCOMPARE(render("\xEF\xBB\xBF{{ 1 }}"), std::string("\xEF\xBB\xBF\x31"));
        QCOMPARE(render(std::string("a\0b", 3)), std::string("a\0b", 3));
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    TestJinja test;
    if (argc == 3 && std::string_view(argv[1]) == "--cases") {
        cases = argv[2];
        return QTest::qExec(&test, {"test_jinja", "randomCases"});
    }
    return QTest::qExec(&test, argc, argv);
}
#include "test_jinja.moc"
