package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RawCall;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Silence of the upstream after its first word (D35). */
@Timeout(240)
class HeartbeatTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private interface Check {
        void run(CallServer gateway, Customer customer, CountDownLatch silence);
    }

    /** Starts a program with short intervals before an upstream that is silent after its first word. */
    private static void whileSilent(Check check) {
        CountDownLatch silence = new CountDownLatch(1);
        Iterable<String> events = silentIn(silence);
        try (FarServer upstream = new FarServer(request -> new FarServer.Answer.Stream(events, false))) {
            Map<String, String> variables = Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url());
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = variables::get;
                it.waits = it.waits.withSilence(Duration.ofMillis(50));
            });
            try (CallServer gateway = CallServer.start(surroundings, variables)) {
                check.run(gateway, gateway.customer("10"), silence);
                gateway.assertBooksAreClosed();
            }
        }
    }

    @Test
    void each_door_has_heartbeats_that_its_clients_read_over() {
        whileSilent((gateway, customer, silence) -> {
            String stream = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";
            String body = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
            String prompt = "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hi\",\"stream\":true}";
            int port = gateway.port();
            try (RawCall completions = RawCall.post(port, "/v1/completions", customer.key(), prompt);
                    RawCall events = RawCall.post(port, stream + "?alt=sse", customer.key(), body);
                    RawCall array = RawCall.post(port, stream, customer.key(), body);
                    RawCall chat = customer.chatRaw(CHAT)) {
                events.readUntil("First ");
                events.readUntil(
                        "\r\n6\r\ndata: \r\n1\r\n \r\n"); // the beginning of the next event, in a chunk of its own,
                // then a space
                array.readUntil("First ");
                array.readUntil("2\r\n\r\n\r\n"); // a chunk of two bytes: an empty line
                chat.readUntil("First ");
                chat.readUntil(": keep-alive\n");
                completions.readUntil("First ");
                completions.readUntil(": keep-alive\n");
                silence.countDown();
                assertThat(completions.readUntil("[DONE]")).doesNotContain(": keep-alive\n\n");
                assertThat(chat.readUntil("[DONE]")).doesNotContain(": keep-alive\n\n");
                assertThat(events.readUntil("credits_consumed")).doesNotContain("keep-alive", "\n:", "data: data:");
                assertThat(array.readUntil("credits_consumed")).doesNotContain("keep-alive", "\n:");
            }
        });
    }

    @Test
    void a_replay_has_no_heartbeats() {
        whileSilent((gateway, customer, silence) -> {
            String first;
            try (RawCall chat = customer.chatRaw(CHAT, "a key")) {
                chat.readUntil(": keep-alive\n");
                silence.countDown();
                first = chat.readUntil("[DONE]");
            }
            CallServer.Reply replay = customer.chat(CHAT, "a key");
            assertThat(replay.header("idempotent-replayed")).isEqualTo("true");
            assertThat(replay.text().lines()).allMatch(line -> line.isEmpty() || line.startsWith("data: "));
            assertThat(replay.text().lines().filter(line -> !line.isEmpty()))
                    .containsExactlyElementsOf(first.lines()
                            .filter(line -> line.startsWith("data: "))
                            .toList());
        });
    }

    /** An answer that stops after its first word until it may go on. */
    private static Iterable<String> silentIn(CountDownLatch silence) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < 2;
            }

            @Override
            public String next() {
                if (next++ == 0) {
                    return FarServer.geminiText("First ");
                }
                try {
                    silence.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return FarServer.geminiEnd(10, 5);
            }
        };
    }
}
