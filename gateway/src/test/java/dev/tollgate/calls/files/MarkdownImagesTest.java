package dev.tollgate.calls.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Effort;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownImagesTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String URL = "https://a.example/v1/images/files/" + ID + ".png";

    private static List<String> found(String text) {
        MarkdownImages images = new MarkdownImages(text);
        List<String> found = new ArrayList<>();
        for (MarkdownImages.Found next = images.previous(); next != null; next = images.previous()) {
            assertThat(text.substring(next.from(), next.to())).contains(next.url());
            assertThat(next.url()).contains(next.id());
            found.add(text.substring(next.from(), next.to()));
        }
        return found.reversed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "![](" + URL + ")",
                "![image](http://h/v1/images/files/" + ID + ".webp)",
                "\n\n![a [b](" + URL + ")\n\n",
                "\n![a](" + URL + ")\n",
            })
    void an_image_is_found_with_the_line_ends_around_it(String image) {
        assertThat(found(image)).containsExactly(image);
        assertThat(found("a " + image + " b " + image)).containsExactly(image, image);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "![a](" + URL,
                "[a](" + URL + ")",
                "![a](" + URL + " \"title\")",
                "![a\nb](" + URL + ")",
                "![a](ftp://a.example/v1/images/files/" + ID + ".png)",
                "![a](https:///v1/images/files/" + ID + ".png)",
                "![a](https://a b/v1/images/files/" + ID + ".png)",
                "![a](https://a?b/v1/images/files/" + ID + ".png)",
                "![a](https://a/v1/images/files/" + ID + ".gif)",
                "![a](https://a/v1/images/files/0" + ID + ".png)",
                "/v1/images/files/" + ID + ".png)",
                ID + ".png)/v1/images/files/",
            })
    void other_text_is_no_image(String text) {
        assertThat(found(text)).isEmpty();
    }

    @Test
    void words_and_hosts_have_a_greatest_length() {
        String words = "w".repeat(200);
        String host = "h".repeat(512);
        String longest = "![" + words + "](https://" + host + "/v1/images/files/" + ID + ".png)";
        assertThat(found(longest)).containsExactly(longest);
        assertThat(found(longest.replace(words, words + "w"))).isEmpty();
        assertThat(found(longest.replace(host, host + "h"))).isEmpty();
    }

    /** What the search has to find, as a pattern says it, of whose beginnings the last one before the words' end counts. */
    @Test
    void the_search_finds_what_a_pattern_finds() {
        Pattern pattern = Pattern.compile(
                "!\\[((?!!\\[)[^\\]\\n]){0,200}\\]\\(https?://[^\\s?#()]{1,512}/v1/images/files/[0-9a-f]{32}\\.(?:png|jpg|webp)\\)");
        String[] parts = {
            "![", "]", "(", ")", "\n", " ", "a", "/v1/images/files/", ID, ".png", "http://", "h", URL, "](" + URL + ")"
        };
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = IntStream.range(0, random.nextInt(1, 14))
                    .mapToObj(_ -> parts[random.nextInt(parts.length)])
                    .collect(Collectors.joining());
            List<String> expected =
                    pattern.matcher(text).results().map(it -> it.group()).toList();
            assertThat(found(text).stream().map(String::strip).toList())
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(expected);
        }
    }
}
