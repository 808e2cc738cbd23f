package dev.tollgate.words;

import static dev.tollgate.pages.words.Rich.rich;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.LanguageFile;
import dev.tollgate.base.words.SentencePattern;
import dev.tollgate.pages.words.Mark;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds translations against the glossary. A term may be a plain word in a sentence, so a lacking one is printed. */
class GlossaryTest {

    private static final int SHOWN_MAX = 100;

    /** @param words of which a translation has one */
    private record Term(String english, List<String> words) {

        /** In the singular or the plural, as a verb with its endings. */
        Pattern pattern() {
            return Pattern.compile("\\b" + Pattern.quote(english) + "(?:s|d|ed|ing)?\\b", Pattern.CASE_INSENSITIVE);
        }
    }

    /** Returns the terms of a language, the longest first. */
    private static List<Term> terms(String tag) throws IOException {
        List<List<String>> rows = Files.readAllLines(WordsFile.FOLDER.resolve("glossary.md")).stream()
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
        int column = rows.getFirst().indexOf(tag);
        if (column < 0) {
            throw new IllegalStateException("the glossary has no column " + tag);
        }
        return rows.stream()
                .skip(1)
                .map(cells ->
                        new Term(cells.getFirst(), List.of(cells.get(column).split(", "))))
                .sorted(Comparator.comparingInt((Term it) -> it.english.length())
                        .reversed())
                .toList();
    }

    private static List<String> foreign(List<Term> terms, Map<String, String> entries) {
        List<String> found = new ArrayList<>();
        entries.forEach((english, translation) -> {
            String rest = english.replaceAll("\\{\\w+}|</?\\w+>|^[a-z-]+::", " ");
            for (Term term : terms) {
                Matcher met = term.pattern().matcher(rest);
                if (LanguageFile.isThere(translation) && met.find()) {
                    rest = met.replaceAll(" ");
                    if (term.words.stream().noneMatch(translation::contains)) {
                        found.add(term.english + " is " + String.join(" or ", term.words) + ": " + english + " = "
                                + translation);
                    }
                }
            }
        });
        return found;
    }

    @Test
    void translations_without_the_word_of_a_term_are_printed() throws IOException {
        for (WordsFile file : WordsFile.all()) {
            List<String> found = foreign(terms(file.tag()), file.entries());
            System.out.println(file.tag() + ": " + found.size() + " translations lack the word of a term");
            found.stream().limit(SHOWN_MAX).forEach(it -> System.out.println("  " + it));
        }
    }

    @Test
    void a_term_is_met_whole_and_the_longest_first() throws IOException {
        List<Term> terms = terms("zh-Hans");
        assertThat(terms).hasSizeGreaterThan(60);
        assertThat(foreign(
                        terms,
                        Map.of(
                                "Rate limits of {call}", "单价",
                                "Recall it", "想起",
                                "Calls", "调用",
                                "Credits", "5 点",
                                "Tokens", "")))
                .containsExactly("rate limit is 速率限制: Rate limits of {call} = 单价");
    }

    /** A word of a page, and what it means where the glossary wants another. */
    private static final Map<String, Pattern> NEVER = Map.of(
            "令牌 is not what a model counts", Pattern.compile("令牌"),
            "a seller and a buyer are no parties of a letter", Pattern.compile("收件方|开具方"),
            "a provider's price is 标价", Pattern.compile("价目表价格"),
            "发放 is an act, and the thing 额度包", Pattern.compile("额度发放|的发放|笔发放|[笔个][^，。]*剩余额度的发放|发放 \\{|更多发放|^发放$"));

    @Test
    void no_translation_has_a_word_that_the_glossary_forbids() {
        List<String> found = new ArrayList<>();
        chinese()
                .forEach((english, translation) -> NEVER.forEach((why, word) -> {
                    if (word.matcher(translation).find()) {
                        found.add(why + ": " + english + " = " + translation);
                    }
                }));
        assertThat(found).isEmpty();
    }

    /** Terms that are never plain words, and their one word. */
    private static final Map<Pattern, String> ALWAYS = Map.of(
            Pattern.compile("\\b[Gg]rants? \\{|[Cc]redits of (?:a|\\{\\w+}) grant|^Grants?$"), "额度包",
            Pattern.compile("\\blist prices?\\b"), "标价",
            Pattern.compile("^invoice::From$"), "销售方",
            Pattern.compile("^invoice::To$"), "购买方",
            Pattern.compile("^Cancel the plan$"), "取消套餐",
            Pattern.compile("^plan::[aA]ctive$"), "生效中",
            Pattern.compile("^plan::[eE]nded$"), "已结束");

    @Test
    void a_term_of_money_has_its_one_word() {
        List<String> found = new ArrayList<>();
        chinese()
                .forEach((english, translation) -> ALWAYS.forEach((term, word) -> {
                    if (term.matcher(english).find() && !translation.contains(word)) {
                        found.add(english + " = " + translation);
                    }
                }));
        assertThat(found).isEmpty();
    }

    /** A thing that people have named, and its name: a sentence has the name alone, or behind the word for the thing. */
    private static final Pattern NAMED = Pattern.compile(
            "\\b(?:key|team|plan|group|organization|account) (?:<\\w+>)?\\{(key|team|plan|group|name|subject|old)}"
                    + "|\\{(organization)}");

    @Test
    void names_of_things_stand_in_quotes() {
        List<String> found = new ArrayList<>();
        chinese().forEach((english, translation) -> {
            Matcher named = NAMED.matcher(english);
            while (named.find()) {
                String name = named.group(1) == null ? named.group(2) : named.group(1);
                if (!translation.matches(".*“(?:<\\w+>)?\\{" + name + "}(?:</\\w+>)?”.*")) {
                    found.add(english + " = " + translation);
                }
            }
        });
        assertThat(found).isEmpty();
    }

    private static final Pattern APART = Pattern.compile("[\\p{IsHan}“”，。：；（）] [\\p{IsHan}“”，。：；（）]");

    @Test
    void a_chinese_value_has_no_adjacent_blank() {
        WordsFile file = file();
        Language language = file.file().language(file.tag());
        List<String> found = new ArrayList<>();
        file.entries().forEach((english, translation) -> {
            boolean isJoining = translation.matches(".*[}>] [{<].*"); // two values, of which each may be Latin
            if (LanguageFile.isThere(translation)
                    && !isJoining
                    && APART.matcher(said(language, english)).find()) {
                found.add(english + " = " + said(language, english));
            }
        });
        assertThat(found).isEmpty();
    }

    /** Returns a sentence with Chinese values, without its elements. */
    private static String said(Language language, String english) {
        Object[] values = SentencePattern.english(english).names().stream()
                .map(name -> name.startsWith("<") ? Mark.bold() : name.equals("n") ? (Object) 2L : "名称")
                .toArray();
        StringOutput output = new StringOutput();
        OwaspHtmlTemplateOutput html = new OwaspHtmlTemplateOutput(output);
        html.setContext("p", null);
        language.bound(() -> rich(english, values).writeTo(html));
        return output.toString().replaceAll("</?b>", "");
    }

    private static WordsFile file() {
        return WordsFile.all().stream()
                .filter(file -> file.tag().equals("zh-Hans"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> chinese() {
        return file().entries();
    }
}
