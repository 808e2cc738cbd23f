package dev.tollgate.upstreams.connections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.base.memory.Lease;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;

/** The print of a prompt as it is sent (E86). */
class SentPrintTest {

    private static PromptPrint print(int messages, String last) {
        CountedBytes out = new CountedBytes(Lease.FREE, 64);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            SentPrint print = new SentPrint(json, out, 1_000_000);
            json.writeStartArray();
            for (int i = 1; i < messages; i++) {
                json.writeString("m".repeat(100));
                print.end();
            }
            json.writeString(last.repeat(100));
            print.end();
            json.writeEndArray();
            return print.print();
        }
    }

    @Test
    void a_change_behind_many_messages_is_seen() {
        PromptPrint first = print(5_000, "a");
        assertThat(first.common(print(5_000, "a"))).isEqualTo(first.parts());
        assertThat(first.common(print(5_000, "b"))).isLessThan(first.parts());
    }
}
