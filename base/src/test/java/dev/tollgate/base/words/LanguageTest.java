package dev.tollgate.base.words;

import static dev.tollgate.base.words.Words.say;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LanguageTest {

    private static final String FILE = """
            {
              "": {"name": "简体中文", "plural": "none", "decimal": ".", "group": ","},
              "layout/shell": {
                "Keys": "密钥",
                "{n} key | {n} keys": "{n} 个密钥",
                "\\"Quoted\\" \\\\ {a}": "“{a}”"
              },
              "door/sign-in": {
                "Sign in": "",
                "Sign out": "? 退出"
              },
              "empty": {}
            }
            """;

    private static LanguageFile read(String json) throws IOException {
        return LanguageFile.read("zh.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_sentence_is_said_in_the_language_of_now() throws IOException {
        Language chinese = read(FILE).language("zh-Hans");

        assertThat(say("Keys")).isEqualTo("Keys");
        assertThat(chinese.<String, RuntimeException>bound(
                        () -> say("Keys") + Language.ENGLISH.bound(() -> say("Keys")) + say("Keys")))
                .isEqualTo("密钥Keys密钥");
    }

    @Test
    void unbound_is_an_exception_in_tests() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread other = Thread.ofVirtual().start(() -> {
            try {
                say("Keys");
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        });
        other.join();
        assertThat(thrown.get()).hasMessageContaining("no language is bound");
    }

    @Test
    void a_file_is_written_as_it_was_read() throws IOException {
        LanguageFile file = read(FILE);

        assertThat(file.written()).isEqualTo(FILE);
        assertThat(file.translations()).containsOnlyKeys("Keys", "{n} key | {n} keys", "\"Quoted\" \\ {a}");
        assertThat(file.head().name()).isEqualTo("简体中文");
    }

    @Test
    void a_broken_file_is_refused_with_its_entry_and_the_reason() {
        String head = "{\"\": {\"name\": \"x\", \"plural\": \"none\", \"decimal\": \".\", \"group\": \",\"}";
        refuses("{}", "the head");
        refuses("[]", "object");
        refuses(head, "zh.json");
        refuses(head.replace("none", "two") + "}", "\"plural\" is \"two\"");
        refuses(head.replace("\"group\": \",\"", "\"group\": \"\"") + "}", "\"group\" is \"\"");
        refuses(head + ", \"p\": {\"a\": \"b\", \"a\": \"c\"}}", "uplicate");
        refuses(head + ", \"p\": {\"a\": \"b\"}, \"q\": {\"a\": \"c\"}}", "\"a\" is in p and in q");
        refuses(head + ", \"p\": {\"a\": 1}}", "texts");
        refuses(head + ", \"p\": {\"Of {a}\": \"von\"}}", "p: \"Of {a}\": \"von\" lacks {a}");
        refuses(head + ", \"p\": {\"<b>x\": \"y\"}}", "<b>");
    }

    private static void refuses(String json, String reason) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zh.json")
                .hasMessageContaining(reason);
    }
}
