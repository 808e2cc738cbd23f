package dev.tollgate.base.ids;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompletionIdsTest {

    @Test
    void an_id_tells_its_time_in_utc_to_the_nanosecond() {
        Instant time = Instant.parse("2026-04-17T00:15:46.375193862Z");
        String id = new CompletionIds(() -> time, new Random(1)).next();
        assertThat(CompletionIds.created(id)).isEqualTo(Instant.parse("2026-04-17T00:15:46Z"));
        assertThat(id).startsWith("chatcmpl-20260417001546375193862").matches("chatcmpl-[0-9]{23}[A-Za-z0-9]{8}");
        assertThat(new CompletionIds(() -> Instant.parse("2026-12-31T23:59:59.000000001Z"), new Random(1)).next())
                .startsWith("chatcmpl-20261231235959000000001");
    }

    @Test
    void ids_of_one_instant_differ() {
        CompletionIds ids = new CompletionIds(() -> Instant.EPOCH, new Random(7));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(ids.next())).isTrue();
        }
    }
}
