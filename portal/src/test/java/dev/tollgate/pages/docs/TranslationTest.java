package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages of the documentation in other languages than English. */
class TranslationTest {

    private static final Path DOCS = Path.of("docs");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|^ {4,}\\S[^\\n]*");
    private static final Pattern LINK = Pattern.compile("]\\((?:\\.\\./)?([^)#]+)[^)]*\\)");
    private static final Pattern NAME = Pattern.compile("`[^`\\n]+`");
    private static final Pattern ID = Pattern.compile("<h\\d id=\"([^\"]+)\"");
    private static final Pattern IN_PAGE = Pattern.compile("href=\"#([^\"]+)\"");

    private static final Language CHINESE = Languages.read("zh-Hans").language("zh-Hans");

    /** A translation of a file. */
    private record Pair(String tag, String name) {

        String english() throws IOException {
            return Files.readString(DOCS.resolve(name));
        }

        String translated() throws IOException {
            return Files.readString(DOCS.resolve(tag).resolve(name));
        }
    }

    static List<Pair> translations() throws IOException {
        try (Stream<Path> files = Files.list(DOCS.resolve("zh-Hans"))) {
            return files.map(it -> new Pair("zh-Hans", it.getFileName().toString()))
                    .sorted((one, other) -> one.name().compareTo(other.name()))
                    .toList();
        }
    }

    private static List<String> all(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(group))
                .sorted()
                .toList();
    }

    /** Prints the translations whose English file has changed since. */
    @ParameterizedTest
    @MethodSource("translations")
    void code_names_and_links_are_those_of_the_English_file(Pair it) throws IOException {
        Translation read = Objects.requireNonNull(Translation.read(it.tag(), it.name()));
        if (read.isOlder()) {
            System.out.println("docs/" + it.tag() + "/" + it.name() + " is translated from an earlier docs/" + it.name()
                    + ", whose SHA-256 is now " + Translation.sha256(Files.readAllBytes(DOCS.resolve(it.name()))));
            return;
        }
        assertThat(all(CODE, it.translated(), 0)).isEqualTo(all(CODE, it.english(), 0));
        assertThat(all(LINK, it.translated(), 1)).isEqualTo(all(LINK, it.english(), 1));
        assertThat(all(NAME, it.translated(), 0)).isEqualTo(all(NAME, it.english(), 0));
    }

    @ParameterizedTest
    @CsvSource({"/docs, 快速入门, Quickstart", "/docs/first-hour, 第一个小时, The first hour"})
    void a_page_has_the_anchors_of_the_English_one(String path, String title, String english) {
        Manual manual = Manual.ofThisProgram();
        Manual.Page page = Objects.requireNonNull(manual.page(path, CHINESE));
        Manual.Page original = Objects.requireNonNull(manual.page(path, Language.ENGLISH));
        assertThat(page.title()).isEqualTo(title);
        assertThat(original.title()).isEqualTo(english);
        assertThat(all(ID, page.html(), 1))
                .isEqualTo(all(ID, original.html(), 1))
                .hasSizeGreaterThan(5);
        assertThat(all(ID, page.html(), 1)).containsAll(all(IN_PAGE, page.html(), 1));
        assertThat(page.headings()).hasSameSizeAs(original.headings());
        assertThat(page.html()).doesNotContain("href=\"../", ".md\"");
    }

    @Test
    void a_translation_of_an_earlier_file_says_so_and_one_of_none_is_refused() {
        byte[] english = "# Now".getBytes(StandardCharsets.UTF_8);
        String head = "<!-- SHA-256 of quickstart.md: %s -->\n# 快速入门\n[费用](../billing.md)\n";
        byte[] fresh = head.formatted(Translation.sha256(english)).getBytes(StandardCharsets.UTF_8);
        byte[] old = head.formatted("0".repeat(64)).getBytes(StandardCharsets.UTF_8);
        assertThat(Translation.of("quickstart.md", fresh, english))
                .isEqualTo(new Translation("# 快速入门\n[费用](billing.md)\n", false));
        assertThat(Translation.of("quickstart.md", old, english).isOlder()).isTrue();
        assertThatThrownBy(() -> Translation.of("first-hour.md", fresh, english))
                .hasMessageContaining("does not begin with its SHA-256");
        assertThat(Translation.read("zh-Hans", "billing.md")).isNull();
    }

    @Test
    void titles_say_which_of_them_are_English() {
        Manual.Contents contents = Manual.ofThisProgram().contents("/docs", CHINESE);
        List<Manual.Entry> entries =
                contents.parts().stream().flatMap(it -> it.entries().stream()).toList();
        assertThat(entries)
                .filteredOn(it -> it.lang() == null)
                .extracting(Manual.Entry::href)
                .containsExactly("/docs", "/docs/models");
        assertThat(contents.tongue().lang()).isNull();
        assertThat(Manual.ofThisProgram()
                        .contents("/docs/billing", CHINESE)
                        .tongue()
                        .lang())
                .isEqualTo("en");
        assertThat(Manual.ofThisProgram()
                        .contents("/docs/billing", Language.ENGLISH)
                        .parts())
                .allSatisfy(part -> assertThat(part.entries()).allMatch(it -> it.lang() == null));
    }

    /** @see ManualSearchTest */
    @ParameterizedTest
    @CsvSource({
        "预扣是什么, /docs/billing",
        "如何充值额度, /docs/billing",
        "签名回执, /docs/billing",
        "速率限制, /docs/limits",
        "价目表, /docs/prices",
        "没有基础, /docs",
        "搬迁, nothing"
    })
    void words_of_the_glossary_count_as_their_English_ones(String question, String page) {
        List<Manual.Found> found = Manual.ofThisProgram().find(question, Book.DEVELOPERS, CHINESE);
        assertThat(found.isEmpty() ? "nothing" : found.getFirst().place().href().replaceFirst("#.*", ""))
                .as(found.stream()
                        .limit(4)
                        .map(it -> it.place().href())
                        .toList()
                        .toString())
                .isEqualTo(page);
    }

    @Test
    void a_translated_page_is_found_by_a_part_of_its_text_and_by_English_words() {
        assertThat(Manual.ofThisProgram().find("更改密码时两步验证", Book.OPERATORS, CHINESE))
                .anyMatch(it -> it.place().href().startsWith("/docs/first-hour") && it.lang() == null);
        List<Manual.Found> found = Manual.ofThisProgram().find("quickstart", Book.DEVELOPERS, CHINESE);
        assertThat(found.getFirst().place().title()).isEqualTo("快速入门");
        assertThat(Manual.ofThisProgram()
                        .find("订阅重定向", Book.OPERATORS, CHINESE)
                        .getFirst()
                        .place()
                        .text())
                .contains("重定向")
                .hasSizeLessThan(170);
    }

    @Test
    void titles_of_english_pages_are_marked_in_a_chinese_one() {
        String html = CHINESE.bound(() -> Chapter.translated(
                        "quickstart.md", "# 开始\n\n见 [Streaming](api.md)、[费用](billing.md)。\n", "# Start\n")
                .html(Map.of("api.md", "/docs/api", "billing.md", "/docs/billing")));
        assertThat(html).contains("lang=\"en\">Streaming</a>").containsOnlyOnce("lang=");
    }
}
