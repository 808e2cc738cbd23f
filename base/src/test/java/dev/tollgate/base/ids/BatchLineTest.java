package dev.tollgate.base.ids;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLineTest {

    private static final String CHARS = "20261130101500123456789AbCdEfGh";

    @Test
    void the_id_of_its_request_names_a_line() {
        BatchLine line = new BatchLine("chatcmpl-" + CHARS, 50_000);
        assertThat(line.requestId()).isEqualTo("batch_" + CHARS + "/50000");
        assertThat(BatchLine.of(line.requestId())).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "batch_" + CHARS,
                "batch_" + CHARS + "/",
                "batch_" + CHARS + "/0",
                "batch_" + CHARS + "/01",
                "batch_" + CHARS + "/9999999999",
                "batch_req_" + CHARS,
                "batch_1/1",
                "resp_" + CHARS + "/1"
            })
    void another_id_names_none(String id) {
        assertThat(BatchLine.of(id)).isNull();
    }
}
