package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A price that changes at an instant (P3): a call has the price in force when it arrived, and keeps it. On several servers the instant is by the
 * database's clock, which no test can set; so the price rises every second there, from before the start until long after the test.
 */
@Timeout(240)
@Order(18)
class DatedPricesTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"max_tokens":1000,"messages":[{"role":"user","content":"Tell me"}]}""";
    /** The days on which models retire. */
    private static final Pattern RETIRES = Pattern.compile("(?m)^    retires:\\n(?: {6}.*\\n)+");

    private static final Pattern TASK = Pattern.compile("x-tollgate-task-id: (\\S+)");

    /** The price of the built-in catalogue. */
    private static final String BUILT_IN = """

                version: gemini-2.5-pro@2026-11
                input: 57
                output: 450
                reasoning: free
                rounding: {rule: floor-total, step: 0.01, minimum: 0.01}
          """;

    private static final String PRICE =
            "      - {version: p%d, input: 57, output: %d, reasoning: free, rounding: {rule: floor-total, step: 0.01, minimum: 0.01}%s}\n";

    private static final Duration RISE_EVERY = Duration.ofSeconds(1);

    /** Rises in ten minutes: a clock that is off by an hour finds none of the prices in between. */
    private static final int RISES = 600;

    /** More than a measured offset can be wrong by, on a busy machine. */
    private static final Duration OFF = Duration.ofSeconds(2);

    private static final Instant CHANGE = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    private Path folder;

    private final List<CallServer> servers = new ArrayList<>();
    private final SteppedUpstream upstream = new SteppedUpstream();
    private String url;
    private Instant firstRise;

    @AfterEach
    void stop() {
        servers.forEach(CallServer::assertBooksAreClosed);
        servers.forEach(CallServer::close);
        upstream.close();
    }

    /** Two servers over a PostgreSQL, the clock of one an hour ahead of the tests' and the other's an hour behind. */
    private void startTwo() throws IOException {
        url = Postgres.migrated();
        String models = catalogue(databaseTime(), RISES);
        Map<String, String> environment = new HashMap<>(upstream.environment());
        environment.put("TOLLGATE_DATABASE_URL", url);
        environment.put("TOLLGATE_SECRET_KEY", CallServer.SECRET_KEY);
        for (int hours : List.of(1, -1)) {
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.clock = () -> Instant.now().plus(Duration.ofHours(hours));
                it.environment = environment::get;
            });
            servers.add(CallServer.start(surroundings, environment, "models.file", models, "timeouts.drain", "0ms"));
        }
    }

    /** The built-in catalogue in which gemini-2.5-pro costs 0.1 credits per output token, and 0.001 more after each rise. */
    private String catalogue(Instant first, int rises) throws IOException {
        firstRise = first;
        StringBuilder prices = new StringBuilder("\n");
        for (int i = 0; i <= rises; i++) {
            String from = i == 0 ? "" : ", from: \"" + first.plus(RISE_EVERY.multipliedBy(i - 1)) + "\"";
            prices.append(PRICE.formatted(i, 1_000 * (100 + i), from));
        }
        try (InputStream in = Objects.requireNonNull(DatedPricesTest.class.getResourceAsStream("/models.yaml"))) {
            String builtIn = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(builtIn).contains(BUILT_IN);
            String lasting = RETIRES.matcher(builtIn).replaceAll(""); // the database's clock is the real one
            return Files.writeString(folder.resolve("models.yaml"), lasting.replace(BUILT_IN, prices))
                    .toString();
        }
    }

    private Instant databaseTime() {
        return Instant.ofEpochMilli(
                Postgres.number(url, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"));
    }

    /** Waits until another price is in force than at a time, for servers whose offset is wrong, too. */
    private void awaitRisesAfter(Instant time) {
        Instant later = time.plus(OFF).plus(RISE_EVERY);
        CallServer.await("another price", () -> databaseTime().isAfter(later));
    }

    /** Returns how often the price has risen until a time. */
    private long rises(Instant time) {
        return time.isBefore(firstRise) ? 0 : Duration.between(firstRise, time).dividedBy(RISE_EVERY) + 1;
    }

    private JsonNode answeredReceipt(Customer customer) {
        try (RawCall call = customer.chatRaw(CALL)) {
            return endedReceipt(customer, call);
        }
    }

    /** Ends a call of 1,000 output tokens. */
    private JsonNode endedReceipt(Customer customer, RawCall call) {
        upstream.says("Done.", 1_000);
        upstream.ends(1_000);
        String task = found(TASK, call.readUntil("[DONE]"));
        return customer.server().get("/v1/receipts/" + task, customer.key()).json();
    }

    private static Instant pricedAt(JsonNode receipt) {
        return Instant.parse(receipt.get("priced_at").asString());
    }

    /** Checks that version and charge belong to the time that the receipt names. */
    private void assertChargedAsPriced(JsonNode receipt) {
        long rises = rises(pricedAt(receipt));
        assertThat(receipt.get("price_version").asString()).isEqualTo("p" + rises);
        assertThat(receipt.get("charge_micros").asLong()).isEqualTo(1_000_000 * (100 + rises));
    }

    private static Customer at(CallServer server, Customer customer) {
        return new Customer(server, customer.account(), customer.keyId(), customer.key());
    }

    @Test
    void two_servers_price_by_the_databases_clock_whatever_theirs_say() throws IOException {
        startTwo();
        Customer customer = servers.getFirst().customer("1000000");
        for (CallServer server : servers) {
            Instant before = databaseTime();
            JsonNode first = answeredReceipt(at(server, customer));
            Instant between = databaseTime();
            assertChargedAsPriced(first);
            assertThat(pricedAt(first)).isBetween(before.minus(OFF), between.plus(OFF));
            awaitRisesAfter(between);
            JsonNode second = answeredReceipt(at(server, customer));
            assertChargedAsPriced(second);
            assertThat(second.get("price_version")).isNotEqualTo(first.get("price_version"));
        }
    }

    @Test
    void a_stream_on_either_server_keeps_its_first_price() throws IOException {
        startTwo();
        Customer customer = servers.getFirst().customer("1000000");
        for (CallServer server : servers) {
            try (RawCall call = at(server, customer).chatRaw(CALL)) {
                upstream.says("One.", 500);
                call.readUntil("One.");
                Instant begun = databaseTime();
                awaitRisesAfter(begun);
                JsonNode receipt = endedReceipt(at(server, customer), call);
                assertChargedAsPriced(receipt);
                assertThat(pricedAt(receipt)).isBefore(begun.plus(OFF));
            }
        }
    }

    @Test
    void a_call_has_the_price_of_its_heads_arrival() throws IOException {
        startTwo();
        CallServer server = servers.getLast();
        Customer customer = server.customer("1000000");
        Instant before = databaseTime();
        String headers = "Expect: 100-continue\r\nContent-Length: " + CALL.length() + "\r\n";
        try (RawCall call = RawCall.head(server.port(), "/v1/chat/completions", customer.key(), headers)) {
            call.readUntil("100 Continue");
            Instant arrived = databaseTime();
            awaitRisesAfter(arrived);
            call.send(CALL);
            JsonNode receipt = endedReceipt(customer, call);
            assertChargedAsPriced(receipt);
            assertThat(pricedAt(receipt)).isBetween(before.minus(OFF), arrived.plus(OFF));
        }
    }

    @Test
    void a_lone_server_prices_by_its_own_clock() throws IOException {
        CallServer server = CallServer.start(upstream.environment(), "models.file", catalogue(CHANGE, 1));
        servers.add(server);
        Customer customer = server.customer("1000000");
        server.setNow(CHANGE.minusMillis(1));
        assertThat(answeredReceipt(customer).get("price_version").asString()).isEqualTo("p0");
        try (RawCall call = customer.chatRaw(CALL)) {
            upstream.says("One.", 500);
            call.readUntil("One.");
            server.setNow(CHANGE.plusSeconds(60));
            JsonNode receipt = endedReceipt(customer, call);
            assertThat(receipt.get("price_version").asString()).isEqualTo("p0");
            assertThat(pricedAt(receipt)).isBefore(CHANGE);
        }
        JsonNode receipt = answeredReceipt(customer);
        assertThat(receipt.get("price_version").asString()).isEqualTo("p1");
        assertThat(receipt.get("charge_micros").asLong()).isEqualTo(101_000_000);
        assertThat(pricedAt(receipt)).isBetween(CHANGE, CHANGE.plusSeconds(60));
    }
}
