package dev.tollgate.base.json;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Randomly;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonTextTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void a_text_in_any_spelling_is_the_text() {
        Randomly.run(20_000, random -> {
            String text = Randomly.text(random, 60, false);
            byte[] body = ("x\"" + spelt(text, random) + "\",more\"").getBytes(StandardCharsets.UTF_8);
            JsonText read = JsonText.read(body, 2, body.length);
            assertThat(read).hasToString(text).isEqualTo(JsonText.of(text)).hasSameHashCodeAs(JsonText.of(text));
            assertThat(read.utf8()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(read.utf8Bytes()).isEqualTo(read.utf8().length);
            assertThat(read.isEmpty()).isEqualTo(text.isEmpty());
            assertThat(body[2 + read.length()]).as("behind it").isEqualTo((byte) '"');
            assertThat(MAPPER.readTree(written(read)).stringValue()).isEqualTo(text);
        });
    }

    /** Every spelling that JSON has for a character. */
    private static String spelt(String text, Random random) {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int short_ = "\"\\/\b\f\n\r\t".indexOf(c);
            boolean isPair = Character.isHighSurrogate(c);
            if (short_ >= 0 && (c != '/' || random.nextBoolean())) {
                json.append('\\').append("\"\\/bfnrt".charAt(short_));
            } else if (c < ' ' || random.nextInt(8) == 0) {
                json.append(numbered(c, random));
                if (isPair) {
                    json.append(numbered(text.charAt(++i), random));
                }
            } else {
                json.append(c);
                if (isPair) {
                    json.append(text.charAt(++i));
                }
            }
        }
        return json.toString();
    }

    private static String numbered(char c, Random random) {
        return (random.nextBoolean() ? "\\u%04x" : "\\u%04X").formatted((int) c);
    }

    private static byte[] written(JsonText text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            text.write(json);
        }
        return out.toByteArray();
    }

    @Test
    void the_end_is_found_at_each_place_of_a_word() {
        for (int before = 0; before < 40; before++) {
            for (String special : List.of("\"", "\\", "\u001f", "\u0000")) {
                String text = "\u00e9".repeat(before / 2) + "a".repeat(before % 2);
                byte[] body = (text + special + "\"").getBytes(StandardCharsets.UTF_8);
                JsonText read = JsonText.read(body, 0, body.length);
                if (special.equals("\"")) {
                    assertThat(read).hasToString(text);
                } else {
                    assertThat(read).isNull();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "\\",
                "\\\"",
                "\\u",
                "\\u00",
                "\\u00e",
                "\\u00g0\"",
                "\\x\"",
                "\\ud83d\"",
                "\\ude00\"",
                "\\ud83d\\u0041\"",
                "\\ud83d\\",
                "\\ud83d\\ud83d\"",
                "\\ud83dx\"",
                "\\U0041\"",
                "a\nb\"",
                "\\\u00e9\"",
                "\\u\u00e9\u00e9\""
            })
    void what_is_no_string_or_half_a_character_is_not_read(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        assertThat(JsonText.read(body, 0, body.length)).isNull();
    }

    @Test
    void texts_are_joined_with_and_without_line_breaks() {
        List<JsonText> texts = List.of(JsonText.of("a\"\n"), JsonText.EMPTY, JsonText.of("\u00e9"));
        assertThat(JsonText.joined(texts)).hasToString("a\"\n\n\n\u00e9").isEqualTo(JsonText.of("a\"\n\n\n\u00e9"));
        assertThat(JsonText.concatenated(texts)).hasToString("a\"\n\u00e9");
        assertThat(JsonText.joined(List.of())).isEqualTo(JsonText.EMPTY);
    }

    @Test
    void half_a_character_is_no_text() {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonText.of("a\ud83d"));
    }

    @Test
    void a_long_string_of_a_tree_is_a_string_like_others() {
        Randomly.run(2_000, random -> {
            String text = Randomly.text(random, 200, false);
            byte[] body = ("{\"a\":[\"" + spelt(text, random) + "\"]}").getBytes(StandardCharsets.UTF_8);
            JsonNode read = JsonObjectReader.read(body, ReadLimits.DEFAULT, Lease.FREE);
            JsonNode known = MAPPER.readTree(body);
            JsonNode node = read.get("a").get(0);
            assertThat(node.isString()).isTrue();
            assertThat(node.asString("")).isEqualTo(text).isEqualTo(node.stringValue());
            assertThat(JsonText.utf8Bytes(node)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
            assertThat(MAPPER.readTree(MAPPER.writeValueAsBytes(read))).isEqualTo(known);
            assertThat(read).hasToString(known.toString());
            assertThat(read.deepCopy()).isEqualTo(read).hasSameHashCodeAs(read);
        });
    }
}
