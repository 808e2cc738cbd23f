package dev.tollgate.protocols.googleapi.interactions;

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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that says nothing for long (Y51). */
@Timeout(240)
class InteractionSilenceTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_silent_stream_begins_and_has_comments_until_the_model_says_something(int before) {
        CountDownLatch silence = new CountDownLatch(1);
        List<String> events = List.of(FarServer.geminiText("Hello."), FarServer.geminiEnd(10, 5));
        Iterable<String> waiting = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < events.size();
            }

            @Override
            public String next() {
                try {
                    if (next == before) {
                        silence.await();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return events.get(next++);
            }
        };
        try (FarServer upstream = new FarServer(request -> new FarServer.Answer.Stream(waiting, false))) {
            Map<String, String> variables = Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url());
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = variables::get;
                it.waits = it.waits.withSilence(Duration.ofMillis(50));
            });
            try (CallServer gateway = CallServer.start(surroundings, variables)) {
                Customer customer = gateway.customer("10");
                String body = "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"input\":\"Hi\"}";
                try (RawCall call = RawCall.post(gateway.port(), Interactions.PATH, customer.key(), body)) {
                    String begun = call.readUntil(": keep-alive\n") + call.readUntil(": keep-alive\n");
                    assertThat(begun).contains("event: interaction.created\n");
                    assertThat(begun.contains("event: step.start\n")).isEqualTo(before == 1);
                    silence.countDown();
                    assertThat(call.readUntil("data: [DONE]"))
                            .contains("\"status\":\"completed\"")
                            .containsOnlyOnce("event: interaction.created\n");
                }
                gateway.assertBooksAreClosed();
            }
        }
    }
}
