package dev.tollgate.http.exchange;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes between an event loop and a slower reader. */
class BodyStreamTest {

    private static final int MAX = BodyStream.WAITING_BYTES_MAX;

    private final List<String> told = new ArrayList<>();
    private final BodyStream stream = new BodyStream(10 * MAX, () -> told.add("pause"), () -> told.add("resume"));

    @Test
    void a_connection_waits_until_its_reader_has_taken_half() throws IOException {
        stream.append(ByteBuffer.allocate(MAX - 1));
        assertThat(told).isEmpty();
        stream.append(ByteBuffer.allocate(10));
        assertThat(told).containsExactly("pause");
        stream.readNBytes(MAX / 2 + 9);
        assertThat(told).containsExactly("pause");
        stream.readNBytes(1);
        stream.readNBytes(MAX / 2 - 1);
        assertThat(told).containsExactly("pause", "resume");
        stream.append(ByteBuffer.allocate(MAX));
        assertThat(told).containsExactly("pause", "resume", "pause");
    }

    @Test
    void what_has_come_is_read_after_the_end() throws IOException {
        stream.append(ByteBuffer.wrap(new byte[] {-1, 2}));
        stream.end();

        assertThat(stream.read()).isEqualTo(255);
        assertThat(stream.read()).isEqualTo(2);
        assertThat(stream.read()).isEqualTo(-1);
    }

    @Test
    void nothing_is_read_of_a_body_that_was_cut() {
        stream.append(ByteBuffer.allocate(3));
        stream.cut();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    }

    @Test
    void more_than_its_limit_is_refused() {
        stream.append(ByteBuffer.allocate(10 * MAX));

        assertThatThrownBy(() -> stream.append(ByteBuffer.allocate(1))).isInstanceOf(ApiException.class);
    }
}
