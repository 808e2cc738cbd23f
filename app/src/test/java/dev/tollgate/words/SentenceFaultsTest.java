package dev.tollgate.words;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import dev.tollgate.base.words.LanguageFile;
import dev.tollgate.base.words.Plural;
import dev.tollgate.base.words.Signs;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code SentencesTest} would find, each once. */
class SentenceFaultsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "say(name) # say has no literal",
                "say(\"Hello \" + name) # say has no literal",
                "rich(\"<b>{credits}</b> held\", credits) # has 2 names and gets 1 values",
                "say(\"{a} of {b}\", 1) # has 2 names and gets 1 values",
                "say(\"{n} call | {n} calls | none\", 1) # more than two forms",
                "say(\"call | calls\") # two forms without {n}",
                "say(\"{n} call of {key} | {n} calls\", 1, key) # lacks key in one form",
                "say(\"{0} calls\", 1) # neither {name} nor <name>",
                "say(\"a < b\") # neither {name} nor <name>",
                "say(\"<b>never ended\", b) # does not end <b>",
                "say(\"<a><b>crossed</a></b>\", a, b) # not the innermost",
                "say(\" begins with a blank\") # a blank at an end",
                "say(\"two  blanks\") # two blanks in a row",
                "say(\"a\\u200bb\") # control or format character",
            })
    void a_wrong_sentence_is_named(String code, String fault) throws IOException {
        assertThat(faults("void it() { " + code + "; }")).anyMatch(it -> it.contains(fault.strip()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "static final String HEAD = say(\"Keys\"); # true",
                "enum Head { KEYS(say(\"Keys\")); Head(String text) {} } # true",
                "static { head = say(\"Keys\"); } # true",
                "interface Heads { String HEAD = say(\"Keys\"); } # true",
                "static final Sentence HEAD = sentence(\"Keys\"); # false",
                "static final Supplier<String> HEAD = () -> say(\"Keys\"); # false",
                "final String head = say(\"Keys\"); # false",
                "String head() { return say(\"Keys\"); } # false",
            })
    void a_sentence_kept_in_one_language_is_named(String member, boolean isKept) throws IOException {
        assertThat(faults(member).stream().anyMatch(it -> it.contains("its first reader's language")))
                .isEqualTo(isKept);
    }

    @Test
    void literals_joined_by_the_compiler_are_one_sentence() throws IOException {
        Sentences found = read("void it() { say(\"One, \" + \"two {n}.\", n); other.say(\"No sentence {n}\"); }");
        assertThat(found.uses.stream().map(Sentences.Use::english)).containsExactly("One, two {n}.");
        assertThat(found.faults).isEmpty();
    }

    @Test
    void texts_outside_the_functions_are_counted() throws IOException {
        Sentences found = read("""
                void it() {
                    text("Your keys", "Keys", " of " + limit, "data-id", "usage?range=month", "SELECT id FROM call WHERE id = ?");
                    throw new IllegalStateException("no text of a page");
                }
                """);
        assertThat(found.loose.stream().map(Sentences.Loose::text)).containsExactly("Your keys", "Keys", " of ");
    }

    @Test
    void texts_of_a_template_are_found_outside_its_expressions() {
        String template = """
                @import dev.tollgate.pages.frame.Shell
                @param Shell shell
                <%-- No text. --%>
                @template.layout.shell(shell = shell, title = say("Keys"), content = @`
                <h1 title="A title" class="no text">${say("Keys")} left</h1>
                @if(shell.isConsole() && "a ) b".isEmpty())
                <pre>code</pre><p>One <code>more</code>.</p>&nbsp;<img alt="${say("A picture")}">
                @else
                <p aria-label="Keys of ${name}">${x ? "}" : '}'}</p>
                @endif
                `)
                """;
        assertThat(TemplateText.of(template).stream().map(it -> it.attribute() + "|" + it.text()))
                .containsExactly("title|A title", "|left", "|One", "aria-label|Keys of");
    }

    @Test
    void texts_of_a_script_are_found() {
        ScriptText found = ScriptText.of("a.js", """
                // No 'text here'
                note(word('Copied {n} lines', { n }), word(text), `${n} lines copied`, 'data-id', /'not this'/, word('{n'));
                """);
        assertThat(found.uses.stream().map(Sentences.Use::english)).containsExactly("Copied {n} lines", "{n");
        assertThat(found.loose.stream().map(Sentences.Loose::text)).containsExactly("${n} lines copied");
        assertThat(found.faults).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "Keys. # 密钥 # does not end as English does",
                "Keys? # 密钥。 # does not end as English does",
                "Keys # 密钥： # does not end as English does",
                "Key # API密钥 # without a blank",
                "Key # 密钥2 # without a blank",
                "Key # 密  钥 # two in a row",
                "Unused # 密钥 # is used by no source",
            })
    void a_wrong_translation_is_named(String english, String translation, String fault) {
        assertThat(chinese(english.strip(), translation.strip()).faults(used(english)))
                .anyMatch(it -> it.contains(fault.strip()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "Keys. # API 密钥。",
                "{n} key | {n} keys # {n} 个密钥",
                "Since {day} # 自 {day} 起，2026年11月21日",
                "{percent} % of it # 其中 {percent}%",
                "Key {name} # ",
                "Key {name} # ? 旧的",
            })
    void a_right_translation_passes(String english, String translation) {
        assertThat(chinese(english.strip(), translation == null ? "" : translation.strip())
                        .faults(used(english)))
                .isEmpty();
    }

    private static Set<String> used(String english) {
        return english.startsWith("Unused") ? Set.of() : Set.of(english.strip());
    }

    private static WordsFile chinese(String english, String translation) {
        return new WordsFile(
                "zh-Hans",
                new LanguageFile(
                        new LanguageFile.Head("简体中文", Plural.NONE, new Signs('.', ',')),
                        Map.of("place", Map.of(english, translation))));
    }

    @Test
    void writing_drops_adds_and_marks() throws IOException {
        WordsFile before = chinese("The key works in these hours.", "密钥在这些时段有效。");
        Map<String, List<String>> sources =
                Map.of("place", List.of("New here", "The key works in these hours only."), "other", List.of("Moved"));
        WordsFile after = before.with(sources, false);
        assertThat(after.entries())
                .isEqualTo(Map.of("New here", "", "The key works in these hours only.", "? 密钥在这些时段有效。", "Moved", ""));
        assertThat(before.with(sources, true).entries().get("The key works in these hours only."))
                .isEqualTo("密钥在这些时段有效。");
        assertThat(WordsFile.of("zh-Hans", after.file().written())).isEqualTo(after);
        assertThat(after.missing(after.entries().keySet())).hasSize(3);
    }

    private static List<String> faults(String member) throws IOException {
        return read(member).faults;
    }

    private static Sentences read(String member) throws IOException {
        String source = """
                import static dev.tollgate.base.words.Sentence.sentence;
                import static dev.tollgate.base.words.Words.say;
                import static dev.tollgate.pages.words.Rich.rich;
                class A { %s }
                """.formatted(member);
        JavaFileObject file = new SimpleJavaFileObject(URI.create("file:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean isLenient) {
                return source;
            }
        };
        JavacTask task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, _ -> {}, List.of(), null, List.of(file));
        return Sentences.of(task.parse().iterator().next(), Trees.instance(task).getSourcePositions());
    }
}
