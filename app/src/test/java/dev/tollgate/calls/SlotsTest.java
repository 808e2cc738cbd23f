package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a call takes of what there is only so much of comes back however it ends (guarantee S-07): its hold, its place among the running
 * calls of the meter and of its channel, its connection, its account's turns to count and to download.
 */
@Timeout(240)
@Order(11)
class SlotsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final Tokens SOME = new Tokens(1_000, 100, 0);
    private static final long FOREVER = 600_000;

    /** As many calls as an account may have counted, or loaded for, at once. */
    private static final int TURNS = 4;

    private final HandServer host = new HandServer((request, out) -> {
        if (request.target().equals("/slow")) {
            request.awaitDeparture();
            return;
        }
        HandServer.reply(out, 200, "", MediaSamples.BY_TYPE.get("image/png"));
    });
    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = Gateway.start(
                "admin.key",
                ADMIN_KEY,
                "timeouts.call",
                "3s",
                "timeouts.upstream-idle",
                "1s",
                "media.allow",
                "127.0.0.1:" + host.port());
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        host.close();
    }

    /** Where a call is made: path and body of a stream and of a whole answer. */
    enum Door {
        OPENAI(
                "/v1/chat/completions",
                "/v1/chat/completions",
                "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}]}"),
        GEMINI(
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                "/v1beta/models/gemini-2.5-pro:generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":\"Tell me\"}]}]}");

        private final String streamPath;
        private final String wholePath;
        private final String body;

        Door(String streamPath, String wholePath, String body) {
            this.streamPath = streamPath;
            this.wholePath = wholePath;
            this.body = body;
        }
    }

    private record Caller(Gateway gateway, Customer customer, Door door) {

        /** Until it ends, once as a stream and once whole. */
        void ask() {
            gateway.post(door.streamPath, door.body.formatted(true), customer.key());
            gateway.post(door.wholePath, door.body.formatted(false), customer.key());
        }

        /** Both calls end at a time limit. */
        void askAtOnce() {
            CompletableFuture<Gateway.Reply> stream = CompletableFuture.supplyAsync(
                    () -> gateway.post(door.streamPath, door.body.formatted(true), customer.key()));
            gateway.post(door.wholePath, door.body.formatted(false), customer.key());
            stream.join();
        }

        void leaveAfter(String text) {
            try (RawCall call =
                    RawCall.post(gateway.app().port(), door.streamPath, customer.key(), door.body.formatted(true))) {
                if (text.isEmpty()) {
                    customer.awaitHold();
                    Gateway.await("the upstream", () -> !gateway.asked().isEmpty());
                } else {
                    call.readUntil(text);
                }
            }
        }
    }

    enum Ending {
        COMPLETED(UpstreamScript.says("Done.", 1_000, 100), "1000", (caller, _) -> caller.ask()),
        LEFT_BEFORE_THE_FIRST_BYTE(
                UpstreamScript.answers().delay(FOREVER), "1000", (caller, _) -> caller.leaveAfter("")),
        LEFT_IN_THE_MIDDLE(
                UpstreamScript.answers().text("Half ", SOME).delay(FOREVER),
                "1000",
                (caller, _) -> caller.leaveAfter("Half ")),
        LEFT_AFTER_THE_END(
                UpstreamScript.says("Done.", 1_000, 100), "1000", (caller, _) -> caller.leaveAfter("credits_consumed")),
        REFUSED_UPSTREAM(UpstreamScript.answers().status(400), "1000", (caller, _) -> caller.ask()),
        NOT_ADMITTED_UPSTREAM(UpstreamScript.answers().status(403), "1000", (caller, _) -> caller.ask()),
        UPSTREAM_DOWN(UpstreamScript.answers().status(503), "1000", (caller, _) -> caller.ask()),
        BROKEN_IN_THE_MIDDLE(
                UpstreamScript.answers().text("Half ", SOME).fault("reset"), "1000", (caller, _) -> caller.ask()),
        BLOCKED(
                UpstreamScript.answers()
                        .event(
                                "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":9}}"),
                "1000",
                (caller, _) -> caller.ask()),
        EMPTY_TWICE(UpstreamScript.answers().finish("STOP", SOME), "1000", (caller, _) -> caller.ask()),
        CUT_BY_CREDITS(
                UpstreamScript.answers()
                        .text("x", SOME)
                        .text("y".repeat(90_000), new Tokens(1_000, 60_000, 0))
                        .delay(FOREVER),
                "0.5",
                (caller, _) -> caller.ask()),
        SILENT_UPSTREAM(
                UpstreamScript.answers().text("Half ", SOME).delay(FOREVER), "1000", (caller, _) -> caller.askAtOnce()),
        OUT_OF_TIME(UpstreamScript.answers().delay(FOREVER), "1000", (caller, _) -> caller.askAtOnce()),
        TOO_POOR(UpstreamScript.says("Done.", 1_000, 100), "0.001", (caller, _) -> caller.ask()),
        NOT_WRITTEN(UpstreamScript.says("Done.", 1_000, 100), "1000", (caller, gateway) -> {
            try (Gateway.Fault broken = gateway.fault("INSERT", "call", "1 = 1")) {
                assertThat(broken).isNotNull();
                caller.ask();
            }
        });

        private final UpstreamScript script;
        private final String credits;
        private final BiConsumer<Caller, Gateway> ends;

        Ending(UpstreamScript script, String credits, BiConsumer<Caller, Gateway> ends) {
            this.script = script;
            this.credits = credits;
            this.ends = ends;
        }
    }

    @ParameterizedTest
    @EnumSource
    void s_07_everything_is_given_back_however_a_call_ends(Ending ending) {
        for (Door door : Door.values()) {
            gateway.script(ending.script);
            ending.ends.accept(new Caller(gateway, gateway.customer(ending.credits), door), gateway);
            assertNothingIsTaken();
        }
    }

    private void assertNothingIsTaken() {
        Gateway.await("the calls' end", () -> gateway.app().calls().open() == 0);
        Gateway.await("the channel to be free", () -> inFlight() == 0);
        Gateway.await("holds", () -> gateway.number("SELECT COALESCE(SUM(reserved_micros), 0) FROM account") == 0);
        Gateway.await("media to be let go", () -> gateway.app().calls().mediaBytes() == 0);
    }

    private long inFlight() {
        return gateway.get("/admin/channels", ADMIN_KEY)
                .json()
                .at("/data/0/in_flight")
                .asLong(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void s_07_who_leaves_while_media_are_loaded_gives_the_turns_of_its_account_back(boolean reset) throws Exception {
        gateway.script(UpstreamScript.says("Seen.", 1_000, 100));
        Customer customer = gateway.customer("1000");
        for (Door door : Door.values()) {
            List<RawCall> leaving = new ArrayList<>();
            for (int i = 0; i < TURNS; i++) {
                leaving.add(RawCall.post(gateway.app().port(), door.wholePath, customer.key(), seeing(door, "/slow")));
            }
            Gateway.await("the downloads", () -> host.openConnections() == TURNS);
            leaving.forEach(reset ? RawCall::reset : RawCall::close);
            Gateway.await("the downloads to end", () -> host.openConnections() == 0);

            List<CompletableFuture<Gateway.Reply>> next = new ArrayList<>();
            for (int i = 0; i < TURNS; i++) {
                next.add(CompletableFuture.supplyAsync(() ->
                        onceATurnIsFree(() -> gateway.post(door.wholePath, seeing(door, "/fast"), customer.key()))));
            }
            for (CompletableFuture<Gateway.Reply> reply : next) {
                assertThat(reply.get().status()).isEqualTo(200);
            }
        }
        assertNothingIsTaken();
    }

    /** A caller that disconnected gives its turn back soon, not only when the next call arrives. */
    private static Gateway.Reply onceATurnIsFree(Supplier<Gateway.Reply> call) {
        AtomicReference<Gateway.Reply> last = new AtomicReference<>();
        Gateway.await("a turn", () -> {
            last.set(call.get());
            return last.get().status() != 429;
        });
        return last.get();
    }

    private String seeing(Door door, String path) {
        String url = host.url() + path;
        return door == Door.OPENAI
                ? MediaSamples.call(url)
                : "{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"" + url + "\"}}]}]}";
    }

    @Test
    void s_07_turns_to_count_come_back_whether_it_was_counted_or_not() {
        Customer customer = gateway.customer("1000");
        String count = "/v1beta/models/gemini-2.5-pro:countTokens";
        for (String respond :
                List.of("{status: 500}", "{status: 429}", "{fault: reset}", "{event: {totalTokens: 7}}")) {
            gateway.script("- match: {method: countTokens}\n  respond: [" + respond + "]\n");
            for (int i = 0; i < 2 * TURNS; i++) {
                gateway.post(count, Door.GEMINI.body, customer.key());
            }
        }
        for (int i = 0; i < TURNS; i++) {
            try (RawCall leaving = RawCall.post(gateway.app().port(), count, customer.key(), Door.GEMINI.body)) {
                assertThat(leaving).isNotNull();
            }
        }
        Gateway.Reply counted = onceATurnIsFree(() -> gateway.post(count, Door.GEMINI.body, customer.key()));
        assertThat(counted.json().toString()).isEqualTo("{\"totalTokens\":7}");
    }
}
