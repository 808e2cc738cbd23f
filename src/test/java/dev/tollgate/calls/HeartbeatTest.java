package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Silence of the upstream after its first word: a comment line keeps the OpenAI door's connections open, Google's clients would lose an event to it (D35). */
@Timeout(240)
@Order(8)
class HeartbeatTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @Test
    void after_fifteen_seconds_of_silence_the_openai_door_says_a_comment_and_the_gemini_door_nothing() {
        CountDownLatch silence = new CountDownLatch(1);
        Iterable<String> events = silentIn(silence);
        try (FarServer upstream = new FarServer(request -> new FarServer.Answer.Stream(events, false));
                Gateway gateway = Gateway.start(Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()))) {
            Customer customer = gateway.customer("10");
            String stream = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";
            String body = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
            int port = gateway.app().port();
            try (RawCall sse = RawCall.post(port, stream + "?alt=sse", customer.key(), body);
                    RawCall array = RawCall.post(port, stream, customer.key(), body)) {
                sse.readUntil("First ");
                array.readUntil("First ");
                try (RawCall chat = customer.chatRaw(CHAT)) {
                    String waited =
                            chat.readUntil(": keep-alive\n\n"); // begun last: the others have been silent longer
                    assertThat(waited).contains("First ");
                    silence.countDown();
                    chat.readUntil("[DONE]");
                }
                assertThat(sse.readUntil("credits_consumed")).doesNotContain("keep-alive", "\n: ", "\n:");
                assertThat(array.readUntil("credits_consumed")).doesNotContain("keep-alive", "\n:");
            }
            gateway.assertBooksAreClosed();
        }
    }

    /** They are the connection's and not the answer's. */
    @Test
    void comments_that_kept_a_first_answer_open_are_not_in_its_replay_and_everything_else_is() {
        CountDownLatch silence = new CountDownLatch(1);
        Iterable<String> events = silentIn(silence);
        try (FarServer upstream = new FarServer(request -> new FarServer.Answer.Stream(events, false));
                Gateway gateway = Gateway.start(Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()))) {
            Customer customer = gateway.customer("10");
            String first;
            try (RawCall chat = customer.chatRaw(CHAT, "a key")) {
                chat.readUntil(": keep-alive\n\n");
                silence.countDown();
                first = chat.readUntil("[DONE]");
            }
            Gateway.Reply replay = customer.chat(CHAT, "a key");
            assertThat(replay.header("idempotent-replayed")).isEqualTo("true");
            assertThat(replay.text().lines()).allMatch(line -> line.isEmpty() || line.startsWith("data: "));
            assertThat(replay.text().lines().filter(line -> !line.isEmpty()))
                    .containsExactlyElementsOf(first.lines()
                            .filter(line -> line.startsWith("data: "))
                            .toList());
        }
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
