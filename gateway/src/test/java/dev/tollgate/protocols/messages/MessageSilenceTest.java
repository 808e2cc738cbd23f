package dev.tollgate.protocols.messages;

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
class MessageSilenceTest {

    private static final String BODY =
            "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":1000,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

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

    private static String until(RawCall call, String text) {
        return call.readUntil(text);
    }

    @Test
    void a_silent_upstream_does_not_let_the_stream_fall_silent() {
        for (int first : List.of(0, 1)) {
            CountDownLatch silence = new CountDownLatch(1);
            with(request -> new FarServer.Answer.Stream(waiting(first, silence), false), (gateway, customer) -> {
                try (RawCall call = RawCall.post(gateway.port(), "/v1/messages", customer.key(), BODY)) {
                    String waited = until(call, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
                    silence.countDown();
                    String text = waited + until(call, "message_stop").substring(waited.length());
                    assertThat(text.indexOf("message_start")).isBetween(0, text.indexOf("event: ping"));
                    assertThat(text).doesNotContain("\n: ");
                }
            });
        }
    }

    @Test
    void a_stream_that_begins_in_silence_estimates_its_prompt_and_counts_it_at_the_end() {
        CountDownLatch silence = new CountDownLatch(1);
        with(request -> new FarServer.Answer.Stream(waiting(0, silence), false), (gateway, customer) -> {
            try (RawCall call = RawCall.post(gateway.port(), "/v1/messages", customer.key(), BODY)) {
                String waited = until(call, "event: ping");
                silence.countDown();
                String text = waited + until(call, "message_stop").substring(waited.length());
                assertThat(text).containsPattern("message_start.*\"input_tokens\":[1-9]");
                assertThat(text).containsPattern("message_delta.*\"input_tokens\":10,");
            }
        });
    }

    @Test
    void a_dead_upstream_ends_the_stream_in_spite_of_pings() {
        CountDownLatch never = new CountDownLatch(1);
        with(
                request -> new FarServer.Answer.Stream(waiting(1, never), false),
                (gateway, customer) -> {
                    CallServer.Reply reply = gateway.post("/v1/messages", BODY, customer.key());
                    never.countDown();
                    StreamedMessage events = StreamedMessage.of(reply.text());
                    assertThat(events.pings()).isPositive();
                    assertThat(events.error().at("/error/type").asString()).isEqualTo("api_error");
                    assertThat(customer.balance()).isEqualByComparingTo("10");
                },
                "timeouts.upstream-idle",
                "4s");
    }
}
