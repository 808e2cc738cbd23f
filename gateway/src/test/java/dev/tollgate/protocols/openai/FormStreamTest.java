package dev.tollgate.protocols.openai;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that are read while they come, in pieces of any size. */
class FormStreamTest {

    private static final String TYPE = "multipart/form-data; boundary=B";

    /** A part with its content, in a character for each byte. */
    private record Part(String name, String type, String content) {}

    private static List<Part> parts(InputStream body, int most) throws IOException {
        FormStream form = new FormStream(body, TYPE);
        List<Part> parts = new ArrayList<>();
        for (PartHead head = form.next(); head != null; head = form.next()) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            byte[] some = new byte[most];
            for (int n = form.read(some, 0, most); n >= 0; n = form.read(some, 0, most)) {
                content.write(some, 0, n);
            }
            if (!head.isText()) {
                parts.add(new Part(head.name(), head.type(), content.toString(StandardCharsets.ISO_8859_1)));
            }
        }
        return parts;
    }

    private static InputStream inPieces(byte[] body, Random random) {
        return new ByteArrayInputStream(body) {
            @Override
            public int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, 1 + random.nextInt(7)));
            }
        };
    }

    private static String part(String disposition, String content) {
        return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
    }

    /** A whole body is the judge: what it has as files, the stream has, too. */
    @Test
    void a_form_means_the_same_however_it_comes() {
        byte[] whole = (part("name=\"n\"", "2")
                        + part("name=\"image\"; filename=\"\\\"a\"", "\r\n--\r\r\n--B")
                        + part("name=\"image\"; filename=\"\"", "")
                        + "--B--")
                .getBytes(StandardCharsets.UTF_8);
        Randomly.run(Effort.of(50_000, 2_000_000), random -> {
            byte[] body = Arrays.copyOf(whole, whole.length - Math.max(0, random.nextInt(60) - 40));
            for (int change = random.nextInt(4); change > 0; change--) {
                body[random.nextInt(body.length)] = (byte) "\r\n-B\";=[]a:\u00ff".charAt(random.nextInt(12));
            }
            List<Part> expected = new ArrayList<>();
            boolean isForm = true;
            try {
                for (FormBody.File file : new FormBody(body, TYPE, Set.of(), Lease.FREE).files()) {
                    String content = new String(file.at(0, file.length()), StandardCharsets.ISO_8859_1);
                    expected.add(new Part(file.field(), file.type(), content));
                }
            } catch (ApiException refused) {
                isForm = false;
            }
            try {
                List<Part> read = parts(inPieces(body, new Random(random.nextLong())), 1 + random.nextInt(9));
                if (isForm) {
                    assertThat(read).isEqualTo(expected);
                }
            } catch (ApiException refused) {
                assertThat(isForm).isFalse();
                assertThat(refused.error().status()).isEqualTo(400);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_large_part_is_read_in_order() throws IOException {
        byte[] noise = new byte[300_000];
        new Random(5).nextBytes(noise);
        String content = new String(noise, StandardCharsets.ISO_8859_1);
        byte[] body = (part("name=file; filename*=UTF-8''%C3%A4%2B+.jsonl", content) + "--B--\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(parts(new ByteArrayInputStream(body), 100_000)).containsExactly(new Part("file", null, content));
    }

    @Test
    void a_part_that_nobody_reads_is_passed_over() throws IOException {
        byte[] body = (part("name=a", "x".repeat(50_000)) + part("name=\"b[c]\"", "12345") + "--B--")
                .getBytes(StandardCharsets.UTF_8);
        FormStream form = new FormStream(new ByteArrayInputStream(body), TYPE);
        form.next();
        PartHead second = form.next();

        assertThat(second.name() + " " + second.inner()).isEqualTo("b c");
        assertThat(form.text(5)).asString().isEqualTo("12345");
        assertThat(form.next()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 0})
    void a_text_above_its_limit_is_none(int most) throws IOException {
        byte[] body = (part("name=a", "12345") + "--B--").getBytes(StandardCharsets.UTF_8);
        FormStream form = new FormStream(new ByteArrayInputStream(body), TYPE);
        form.next();

        assertThat(form.text(most)).isNull();
        assertThat(form.next()).isNull();
    }
}
