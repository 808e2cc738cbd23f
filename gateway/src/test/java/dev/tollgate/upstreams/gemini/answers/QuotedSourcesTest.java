package dev.tollgate.upstreams.gemini.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class QuotedSourcesTest {

    private final QuotedSources sources = new QuotedSources();

    private void say(String source) {
        sources.add(JsonMapper.shared().readTree("{\"citationSources\":[" + source + "]}"));
    }

    @Test
    void an_upstream_that_goes_on_naming_long_sources_is_not_kept_without_end() {
        String path = "a".repeat(100_000);
        for (int i = 0; i < 100; i++) {
            say("{\"endIndex\":" + i + ",\"uri\":\"https://example.com/" + path + "\"}");
        }
        assertThat(sources.all()).hasSize(10);
    }

    @Test
    void many_short_sources_are_not_kept_without_limit() {
        for (int i = 0; i < 100_000; i++) {
            say("{\"endIndex\":" + i + ",\"uri\":\"u\"}");
        }
        assertThat(sources.all()).hasSize(QuotedSources.CHARS_MAX / 101);
    }

    @Test
    void what_is_named_again_counts_once() {
        for (int i = 0; i < 100_000; i++) {
            say("{\"endIndex\":7,\"uri\":\"u\",\"license\":\"" + i + "\"}");
        }
        say("{\"endIndex\":8,\"uri\":\"u\"}");
        assertThat(sources.all()).hasSize(2);
    }
}
