package dev.tollgate.protocols.openai;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormBodyTest {

    private static final String TYPE = "multipart/form-data; boundary=B";

    private static FormBody read(String body) {
        return new FormBody(body.getBytes(StandardCharsets.UTF_8), TYPE, Set.of("n", "stream"), Lease.FREE);
    }

    private static String part(String disposition, String content) {
        return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
    }

    @Test
    void texts_become_json_and_files_stay_in_the_body() {
        FormBody form = read(part("name=\"n\"", "2")
                + part("name=stream", "true")
                + part("name=\"seed\"", "")
                + part("name=\"prompt\"", "\"ä\"\r\n--")
                + part("name=\"tags[]\"", "a")
                + part("name=\"tags[]\"", "b")
                + part("name=\"image_config[image_size]\"", "2K")
                + part("name=\"image[]\"; filename=\"\"", "\r\n--A\r\n")
                + "--B\r\nContent-Disposition: form-data; name=\"image\"\r\nContent-Type: image/png\r\n\r\nx\r\n"
                + "--B--\r\nwhat comes behind is nothing");
        assertThat(new String(form.json(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"n\":2,\"stream\":true,\"seed\":\"\",\"prompt\":\"\\\"ä\\\"\\r\\n--\",\"tags\":[\"a\",\"b\"],"
                                + "\"image_config\":{\"image_size\":\"2K\"}}");
        assertThat(form.files()).hasSize(2);
        assertThat(form.files().getFirst().field()).isEqualTo("image");
        assertThat(form.files().getFirst().length()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "--B",
                "--B\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--C--\r\n",
                "--B\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a[b\"\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n",
            })
    void a_body_that_is_no_such_form_is_refused(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(ApiException.class);
    }

    @Test
    void a_form_has_at_most_32_parts_and_heads_of_8_kib() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            many.append(part("name=\"a" + i + "\"", "x"));
        }
        assertThat(read(many + "--B--").json()).isNotEmpty();
        assertThatThrownBy(() -> read(many + part("name=z", "x") + "--B--")).hasMessageContaining("32 parts");
        String padded = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nX: %s\r\n\r\nx\r\n--B--";
        assertThat(read(padded.formatted("y".repeat(8_000))).json()).isNotEmpty();
        assertThatThrownBy(() -> read(padded.formatted("y".repeat(8_200)))).hasMessageContaining("8192 bytes");
    }

    /** Whatever arrives, the reader reads it or refuses it. */
    @Test
    void no_bytes_are_a_fault() {
        byte[] whole = (part("name=\"n\"", "2") + part("name=\"image\"; filename=\"\\\"a\"", "\r\n--B") + "--B--")
                .getBytes(StandardCharsets.UTF_8);
        Randomly.run(Effort.of(50_000, 2_000_000), random -> {
            byte[] body = Arrays.copyOf(whole, random.nextInt(whole.length + 3));
            for (int change = random.nextInt(4); change > 0 && body.length > 0; change--) {
                body[random.nextInt(body.length)] = (byte) "\r\n-B\";=[]a:\u00ff".charAt(random.nextInt(12));
            }
            try {
                FormBody form = new FormBody(body, TYPE, Set.of("n"), Lease.FREE);
                for (FormBody.File file : form.files()) {
                    assertThat(file.length()).isBetween(0, body.length);
                    assertThat(file.base64()).isNotNull();
                }
            } catch (ApiException refused) {
                assertThat(refused.error().status()).isEqualTo(400);
            }
        });
    }
}
