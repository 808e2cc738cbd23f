package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RawCall;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An upstream that says nothing for long (decision E21). */
@Timeout(240)
class ResponseSilenceTest {

    private static final String BODY = "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"input\":\"Hi\"}";

    private interface Check {
        void run(CallServer gateway, Customer customer);
    }

    private static void with(Function<FarServer.Request, FarServer.Answer> answer, Check check, String... settings) {
        try (FarServer upstream = new FarServer(answer)) {
            Map<String, String> variables = Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url());
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = variables::get;
                it.waits = it.waits.withSilence(Duration.ofMillis(50));
            });
            try (CallServer gateway = CallServer.start(surroundings, variables, settings)) {
                check.run(gateway, gateway.customer("10"));
                gateway.assertBooksAreClosed();
            }
        }
    }

    /** Events of which all but the first so many wait. */
    private static Iterable<String> waiting(int first, CountDownLatch silence) {
        List<String> events = List.of(FarServer.geminiText("Hello."), FarServer.geminiEnd(10, 5));
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < events.size();
            }

            @Override
            public String next() {
                try {
                    if (next == first) {
                        silence.await();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return events.get(next++);
            }
        };
    }

    @Test
    void a_stream_repeats_in_progress_until_its_first_item() {
        whileSilent(0, "\"type\":\"response.in_progress\",\"sequence_number\":2,");
    }

    @Test
    void a_summary_repeats_in_progress_until_it_is_whole() {
        String body = "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                + "{\"type\":\"compaction_trigger\"}]}";
        String whole = whileSilent(1, "\"type\":\"response.in_progress\",\"sequence_number\":3,", body);
        assertThat(whole).doesNotContain(": keep-alive", "Hello.").contains("\"type\":\"compaction\"");
    }

    @Test
    void a_stream_has_comments_without_a_blank_line_behind_its_first_item() {
        assertThat(whileSilent(1, ": keep-alive\n")).doesNotContain(": keep-alive\n\n");
    }

    /** Returns the whole stream of an upstream that falls silent before an event. @param heartbeat what the stream must show during the silence */
    private static String whileSilent(int before, String heartbeat) {
        return whileSilent(before, heartbeat, BODY);
    }

    private static String whileSilent(int before, String heartbeat, String body) {
        CountDownLatch silence = new CountDownLatch(1);
        StringBuilder whole = new StringBuilder();
        with(request -> new FarServer.Answer.Stream(waiting(before, silence), false), (gateway, customer) -> {
            try (RawCall call = RawCall.post(gateway.port(), "/v1/responses", customer.key(), body)) {
                call.readUntil(heartbeat);
                silence.countDown();
                whole.append(call.readUntil("event: response.completed"));
            }
        });
        return whole.toString();
    }

    @Test
    void a_dead_upstream_ends_the_stream_in_spite_of_heartbeats() {
        for (int before : List.of(0, 1)) {
            CountDownLatch never = new CountDownLatch(1);
            with(
                    request -> new FarServer.Answer.Stream(waiting(before, never), false),
                    (gateway, customer) -> {
                        CallServer.Reply reply = gateway.post("/v1/responses", BODY, customer.key());
                        never.countDown();
                        ResponseEvents events = ResponseEvents.of(reply.text());
                        assertThat(events.heartbeats()).isPositive();
                        assertThat(events.last().get("status").asString()).isEqualTo("failed");
                        assertThat(customer.balance()).isEqualByComparingTo("10");
                    },
                    "timeouts.upstream-idle",
                    "2s",
                    "timeouts.upstream-first",
                    "2s");
        }
    }
}
