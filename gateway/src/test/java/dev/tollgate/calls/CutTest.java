package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * One recorded response, cut at each of its events by its caller and by the upstream. There is exactly one settlement. The test computes its price
 * again, from the rules alone (D18, D19, D37, D38).
 */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Order(12)
class CutTest {

    private static final String PROMPT =
            "What is the weather in Brno, and what shall I wear?" + " And then?".repeat(100);
    private static final List<String> FAULTS = List.of("reset", "eof", "error_event");
    private static final long FOREVER = 600_000;
    private static final Tokens WHOLE_USAGE = new Tokens(700, 5_200, 900);

    private enum Reporting {
        EACH_EVENT,
        LAST_EVENT,
        ONE_IN_THE_MIDDLE,
        NEVER
    }

    private enum Price {
        HUNDREDTHS("gemini-2.5-pro") {
            @Override
            long micros(long prompt, long candidates, long thoughts) {
                return Math.max(10_000, (57 * prompt + 450 * candidates) / 10_000 * 10_000);
            }
        },
        UNITS("google/gemini-2.5-pro") {
            @Override
            long micros(long prompt, long candidates, long thoughts) {
                return (prompt * 2_625 + 500) / 1_000 * 100 + 2_100 * (candidates + thoughts);
            }
        };

        private final String model;

        Price(String model) {
            this.model = model;
        }

        abstract long micros(long prompt, long candidates, long thoughts);
    }

    /** @param tokens as the upstream counts them up to here */
    private record Said(boolean thought, String text, Tokens tokens) {}

    private static final List<Said> ANSWER = answer();
    private static final int CALL_AT = 8;
    private static final String CALL_ARGUMENTS = "{\"city\":\"Brno\",\"days\":3}";
    private static final int LAST = ANSWER.size() - 1;
    private static final int REPORTED_AT = 5;

    @Parameter
    Stores stores;

    private static CallServer gateway;

    /** Formats are longer than their tokens are many, so that an estimate cannot be taken for a report. */
    private static List<Said> answer() {
        List<Said> said = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            said.add(new Said(true, "thought" + i + " " + "t".repeat(500), new Tokens(700, 1, 300L * (i + 1))));
        }
        for (int i = 3; i < 11; i++) {
            said.add(new Said(
                    false, "text" + i + " žluťoučký " + "x".repeat(300), new Tokens(700, 650L * (i - 2), 900)));
        }
        said.add(new Said(false, "text11 The end.", WHOLE_USAGE));
        return said;
    }

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores, "timeouts.drain", "0ms");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Stream<Arguments> cuts() {
        return Stream.of(Price.values())
                .flatMap(price -> Stream.of(Reporting.values()).map(reporting -> Arguments.of(price, reporting)));
    }

    // ---- the caller leaves ----

    @ParameterizedTest
    @MethodSource("cuts")
    void a_caller_who_leaves_pays_for_what_was_reported_or_delivered_until_then(Price price, Reporting reporting) {
        Customer customer = gateway.customer("100000");
        for (int last = 0; last <= LAST; last++) {
            gateway.script(script(reporting, last).delay(FOREVER));
            String seen;
            try (RawCall call = customer.chatRaw(body(price, true))) {
                seen = call.readUntil(marker(last));
            }
            JsonNode task = task(customer, seen);
            long micros = charge(price, reporting, last);
            assertSettledOnce(
                    task,
                    last == LAST ? "completed" : "cancelled",
                    micros,
                    price + " " + reporting + " cut at " + last);
            boolean estimated = last < firstReport(reporting);
            assertThat(task.get("usage_flags").toString()).isEqualTo(estimated ? "[\"estimated\"]" : "[]");
        }
        assertThat(customer.credits().get("reserved").asInt()).isZero();
    }

    // ---- the upstream breaks ----

    @ParameterizedTest
    @MethodSource("cuts")
    void an_upstream_that_breaks_costs_nothing_at_any_event_but_the_last(Price price, Reporting reporting) {
        Customer customer = gateway.customer("100000");
        for (int i = 0; i < FAULTS.size(); i++) {
            for (int last = 0; last <= LAST; last++) {
                if (!Effort.isLong() && (i + last + price.ordinal() + reporting.ordinal()) % FAULTS.size() != 0) {
                    continue; // in turns: each fault meets each event at some price and reporting
                }
                String fault = FAULTS.get(i);
                gateway.script(script(reporting, last).fault(fault));
                CallServer.Reply stream = customer.chat(body(price, true));
                assertBroken(customer, stream, price, reporting, last, fault);
                CallServer.Reply json = customer.chat(body(price, false));
                assertThat(json.status()).isEqualTo(last == LAST ? 200 : 503);
                assertBroken(customer, json, price, reporting, last, fault);
            }
        }
        assertThat(customer.credits().get("reserved").asInt()).isZero();
    }

    private static void assertBroken(
            Customer customer, CallServer.Reply reply, Price price, Reporting reporting, int last, String fault) {
        String cut = price + " " + reporting + " " + fault + " at " + last;
        JsonNode task = gateway.get("/v1/tasks/" + reply.header("x-tollgate-task-id"), customer.key())
                .json();
        if (last == LAST) {
            long micros = charge(price, reporting, last);
            assertSettledOnce(task, "completed", micros, cut);
            assertThat(reply.text()).as(cut).contains("\"credits_consumed\":" + credits(micros));
        } else {
            assertSettledOnce(task, "failed", 0, cut);
            assertThat(reply.text()).as(cut).contains("upstream_error").doesNotContain("[DONE]", "credits_consumed");
        }
    }

    // ---- the rules, once more ----

    private static int firstReport(Reporting reporting) {
        return switch (reporting) {
            case EACH_EVENT -> 0;
            case LAST_EVENT -> LAST;
            case ONE_IN_THE_MIDDLE -> REPORTED_AT;
            case NEVER -> Integer.MAX_VALUE;
        };
    }

    private static long charge(Price price, Reporting reporting, int last) {
        if (last < firstReport(reporting)) {
            return price.micros(tokens(PROMPT.length()), tokens(bytes(last, false)), tokens(bytes(last, true)));
        }
        int reportedAt = reporting == Reporting.ONE_IN_THE_MIDDLE ? REPORTED_AT : last;
        Tokens tokens = ANSWER.get(reportedAt).tokens();
        return price.micros(tokens.prompt(), tokens.candidates(), tokens.thoughts());
    }

    private static long tokens(long bytes) {
        return (bytes + 3) / 4;
    }

    private static long bytes(int last, boolean thoughts) {
        long bytes = thoughts || last < CALL_AT ? 0 : "lookup".length() + CALL_ARGUMENTS.length();
        for (int i = 0; i <= last; i++) {
            Said said = ANSWER.get(i);
            bytes += said.thought() == thoughts && i != CALL_AT
                    ? said.text().getBytes(StandardCharsets.UTF_8).length
                    : 0;
        }
        return bytes;
    }

    private static UpstreamScript script(Reporting reporting, int last) {
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 0; i <= last; i++) {
            boolean reports = reporting == Reporting.EACH_EVENT
                    || (i == LAST && reporting == Reporting.LAST_EVENT)
                    || (i == REPORTED_AT && reporting == Reporting.ONE_IN_THE_MIDDLE);
            script.event(event(ANSWER.get(i), i, reports));
        }
        return script;
    }

    private static String event(Said said, int index, boolean reports) {
        String part = index == CALL_AT
                ? "{\"functionCall\":{\"name\":\"lookup\",\"args\":" + CALL_ARGUMENTS + "}}"
                : "{\"text\":\"" + said.text() + "\"" + (said.thought() ? ",\"thought\":true}" : "}");
        String finish = index == LAST ? ",\"finishReason\":\"STOP\"" : "";
        Tokens tokens = said.tokens();
        String usage =
                ",\"usageMetadata\":{\"promptTokenCount\":%d,\"candidatesTokenCount\":%d,\"thoughtsTokenCount\":%d,\"totalTokenCount\":%d}"
                        .formatted(
                                tokens.prompt(),
                                tokens.candidates(),
                                tokens.thoughts(),
                                tokens.prompt() + tokens.candidates() + tokens.thoughts());
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}" + finish + "}]"
                + (reports ? usage : "") + "}";
    }

    private static String marker(int index) {
        return index == CALL_AT ? "lookup" : index < 3 ? "thought" + index + " " : "text" + index + " ";
    }

    private static String body(Price price, boolean stream) {
        return "{\"model\":\"" + price.model + "\",\"stream\":" + stream + ",\"max_tokens\":20000,"
                + "\"include_thoughts\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]}";
    }

    private static JsonNode task(Customer customer, String seen) {
        String id = seen.substring(seen.indexOf("chatcmpl-"), seen.indexOf("chatcmpl-") + 40);
        CallServer.await("the end of the call", () -> Calls.count(gateway::number, "id = '" + id + "'") == 1);
        return gateway.get("/v1/tasks/" + id, customer.key()).json();
    }

    private static void assertSettledOnce(JsonNode task, String status, long micros, String cut) {
        assertThat(task.get("status").asString()).as(cut).isEqualTo(status);
        assertThat(task.get("credits_consumed").toString()).as(cut).isEqualTo(credits(micros));
        assertThat(task.get("held").decimalValue()).as(cut).isGreaterThanOrEqualTo(BigDecimal.valueOf(micros, 6));
        assertThat(task.get("entries")
                        .valueStream()
                        .map(entry -> entry.get("kind").asString() + " " + entry.get("amount")))
                .as(cut)
                .isEqualTo(micros > 0 ? List.of("charge " + credits(micros)) : List.of());
    }

    private static String credits(long micros) {
        return micros == 0
                ? "0"
                : BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }
}
