package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;

class StoredWordTest {

    @Test
    void a_word_keeps_what_can_be_stored_and_seen() {
        assertThat(StoredWord.of("gemini-3.1 é😀")).isEqualTo("gemini-3.1 é😀");
        assertThat(StoredWord.of("\0a\ud800b\u202e\n\u0085c\udc00")).isEqualTo("abc");
        assertThat(StoredWord.of("\0")).isNull();
        assertThat(StoredWord.of("")).isNull();
        assertThat(StoredWord.of(null)).isNull();
    }

    @Test
    void a_long_word_is_cut_between_characters() {
        assertThat(StoredWord.of("x".repeat(129))).isEqualTo("x".repeat(128));
        assertThat(StoredWord.of("x".repeat(127) + "😀")).isEqualTo("x".repeat(127));
    }

    @Test
    void an_id_is_stored_as_it_is_or_not() {
        assertThat(StoredWord.id("é".repeat(300))).isEqualTo("é".repeat(300));
        assertThat(StoredWord.id("f\0001")).isNull();
        assertThat(StoredWord.id("f\ud800")).isNull();
    }
}
