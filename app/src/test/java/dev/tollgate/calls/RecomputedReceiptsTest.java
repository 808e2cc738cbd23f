package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.GrantsByHand.Line;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The receipts of accounts in several price groups, recomputed from docs/billing.md, the price lists and what the accounts were given: price, charge and
 * the shares of grants. The calculators ({@link PricesByHand}, {@link GrantsByHand}) share nothing with the program.
 */
@Timeout(1_800)
@Order(20)
class RecomputedReceiptsTest {

    private static final int CALLS = Effort.of(240, 10_000);
    private static final Instant BEGIN = Instant.parse("2026-11-25T09:00:00.123Z");
    /** Two pauses a call: all of it is within the time for which spend windows are kept. */
    private static final Duration TIME = Duration.ofDays(14);

    private static final String GOLD = "gold";
    private static final String SILVER = "silver";
    private static final String DEAR = "dear";
    private static final List<String> MODELS = List.of(
            "parts", "gemini-2.5-pro", "gemini-3-pro", "google/gemini-2.5-pro", "gemini-4-argon", "gemini-3.5-flash");
    private static final List<String> PATTERNS =
            List.of("", "gemini-4-*", "gemini-2.5-pro gemini-3*", "google/* parts", "parts");
    private static final List<String> LIMITS = List.of("", "5:0.7", "24:2", "3:0.4 48:3");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private final long seed = Effort.seed("test.seed");
    private final Random random = new Random(seed);
    private final Map<String, Integer> versions = new HashMap<>();
    private final TreeMap<Instant, PricesByHand.Group> groups = new TreeMap<>();
    private Gateway gateway;

    /** An account, the group that it is in at a time, and what happened in it. */
    private final class Buyer {
        final Customer customer;
        final TreeMap<Instant, String> terms = new TreeMap<>();
        final GrantsByHand grants = new GrantsByHand();
        final List<Line> lines = new ArrayList<>();
        final List<String> tasks = new ArrayList<>();
        final Map<String, JsonNode> receipts = new HashMap<>();
        int given;

        Buyer(Customer customer) {
            this.customer = customer;
        }

        void move(String group) {
            admin(
                    "PUT",
                    "/admin/accounts/" + customer.account() + "/group",
                    "{\"group\":" + (group == null ? "null" : "\"" + group + "\"") + ",\"reason\":\"a test\"}");
            terms.put(gateway.now(), group == null ? "" : group);
        }

        String path(String more) {
            return "/admin/accounts/" + customer.account() + "/grants" + more;
        }
    }

    private Reply admin(String method, String path, String body) {
        Reply reply = gateway.send(method, path, body, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(path + ": " + reply.text()).isIn(200, 201, 409);
        return reply;
    }

    private void set(String group, int factor, Map<String, Integer> models) {
        String body = JSON.writeValueAsString(Map.of("factor", factor, "models", models, "reason", "a test"));
        JsonNode set = admin("PUT", "/admin/groups/" + group, body).json();
        int version = versions.merge(group, 1, Integer::sum);
        assertThat(set.toString()).contains(group);
        groups.put(gateway.now(), new PricesByHand.Group(group, version, factor, models));
    }

    private void pass() {
        gateway.setNow(gateway.now().plusMillis(1 + random.nextLong(TIME.toMillis() * 2 / CALLS)));
    }

    @Test
    void receipts_are_what_the_documents_and_the_price_lists_say() throws Exception {
        Path file = WholePrice.catalogue(folder.resolve("models.yaml"));
        try (Gateway started =
                Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY), "models.file", file.toString())) {
            gateway = started;
            gateway.setNow(BEGIN);
            for (String model : List.of("parts", "gemini-3-pro")) { // rates that no factor leaves whole
                admin(
                        "POST",
                        "/admin/models/" + model + "/prices",
                        "{\"input\":137.654321,\"output\":816.123457,\"reason\":\"a test\"}");
                pass();
            }
            set(GOLD, 850, Map.of("gemini-4-*", 933, "gemini-3-pro", 1_000));
            pass();
            set(SILVER, 999, Map.of("parts", 667, "google/*", 701, "google/gemini-2.5-*", 1));
            pass();
            set(DEAR, 2_000, Map.of());
            List<Buyer> buyers = new ArrayList<>();
            for (String group : new String[] {null, GOLD, SILVER, DEAR}) {
                pass();
                Buyer buyer = new Buyer(gateway.customer("100000"));
                if (group != null) {
                    buyer.move(group);
                }
                buyers.add(buyer);
            }
            for (int i = 0; i < CALLS; i++) {
                pass();
                step(buyers.get(random.nextInt(buyers.size())), buyers);
            }
            int recomputed = 0;
            for (Buyer buyer : buyers) {
                recomputed += recompute(buyer);
            }
            assertThat(recomputed).as("seed %d", seed).isGreaterThan(CALLS * 9 / 10);
            assertThat(gateway.differences()).as("seed %d", seed).isEmpty();
        }
    }

    private void step(Buyer buyer, List<Buyer> buyers) {
        switch (random.nextInt(Effort.of(16, 60))) {
            case 0, 1 -> give(buyer);
            case 2, 3 -> refund(buyer);
            case 4 -> end(buyer);
            case 5 -> extend(buyer);
            case 6 -> buyer.move(List.of(GOLD, SILVER, DEAR).get(random.nextInt(3)));
            case 7 -> set(GOLD, 500 + random.nextInt(700), Map.of("gemini-4-*", 1 + random.nextInt(2_000)));
            default -> {}
        }
        pass();
        call(buyer);
    }

    private void give(Buyer buyer) {
        String models = PATTERNS.get(random.nextInt(PATTERNS.size()));
        String limits = LIMITS.get(random.nextInt(LIMITS.size()));
        Instant expiresAt = models.isEmpty() || random.nextInt(4) > 0
                ? Instant.ofEpochSecond(gateway.now()
                        .plus(Duration.ofHours(2 + random.nextInt(200)))
                        .getEpochSecond())
                : null;
        BigDecimal credits = BigDecimal.valueOf(100_000 + random.nextInt(8_000_000), 6);
        StringBuilder body = new StringBuilder("{\"credits\":" + credits + ",\"reason\":\"a gift\"");
        if (expiresAt != null) {
            body.append(",\"expires_at\":").append(expiresAt.getEpochSecond());
        }
        if (!models.isEmpty()) {
            body.append(",\"models\":").append(JSON.writeValueAsString(models.split(" ")));
        }
        if (!limits.isEmpty()) {
            List<String> all = new ArrayList<>();
            for (String limit : limits.split(" ")) {
                all.add("{\"hours\":" + limit.replace(":", ",\"credits\":") + "}");
            }
            body.append(",\"limits\":").append(all);
        }
        Reply given = admin("POST", buyer.path(""), body.append('}').toString());
        if (given.status() != 409) {
            long number = given.json().get("grant").longValue();
            buyer.lines.add(new Line.Given(gateway.now(), number, models, expiresAt, limits, credits));
            buyer.given++;
        }
    }

    private void refund(Buyer buyer) {
        if (buyer.tasks.isEmpty()) {
            return;
        }
        String task = buyer.tasks.get(random.nextInt(buyer.tasks.size()));
        BigDecimal credits = BigDecimal.valueOf(1 + random.nextInt(400_000), 6);
        Reply refunded =
                admin("POST", "/admin/tasks/" + task + "/refunds", "{\"credits\":" + credits + ",\"reason\":\"slow\"}");
        if (refunded.status() != 409) {
            buyer.lines.add(new Line.Refunded(gateway.now(), task, credits));
        }
    }

    private void end(Buyer buyer) {
        long number = 1 + random.nextInt(Math.max(1, buyer.given));
        if (buyer.given > 0
                && admin("POST", buyer.path("/" + number + "/end"), "{\"reason\":\"by mistake\"}")
                                .status()
                        != 409) {
            buyer.lines.add(new Line.Ended(gateway.now(), number));
        }
    }

    private void extend(Buyer buyer) {
        long number = 1 + random.nextInt(Math.max(1, buyer.given));
        Instant expiresAt =
                Instant.ofEpochSecond(gateway.now().plus(Duration.ofHours(300)).getEpochSecond());
        if (buyer.given > 0) {
            Reply moved = gateway.send(
                    "PATCH",
                    buyer.path("/" + number),
                    "{\"expires_at\":" + expiresAt.getEpochSecond() + ",\"reason\":\"more time\"}",
                    Gateway.ADMIN_KEY);
            if (moved.status() == 200) {
                buyer.lines.add(new Line.Extended(gateway.now(), number, expiresAt));
            }
        }
    }

    private void call(Buyer buyer) {
        String model = MODELS.get(random.nextInt(MODELS.size()));
        boolean isParts = model.equals("parts");
        boolean isTiered = isParts || model.equals("gemini-4-argon");
        boolean isLong = isParts && random.nextInt(3) == 0;
        int prompt = isLong ? 1_995 + random.nextInt(10) : 1 + random.nextInt(300);
        int cached = random.nextBoolean() ? 0 : random.nextInt(prompt + 1);
        int output = 1 + random.nextInt(500);
        int thoughts = random.nextInt(3) == 0 ? random.nextInt(90) : 0;
        int searches = isParts && random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
        String tier = isTiered ? List.of("flex", "standard", "priority").get(random.nextInt(3)) : "standard";
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < searches; i++) {
            queries.add("\"q" + i + "\"");
        }
        gateway.script(
                "[{\"respond\":[{\"event\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Done.\"}]},"
                        + (searches == 0 ? "" : "\"groundingMetadata\":{\"webSearchQueries\":" + queries + "},")
                        + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":" + prompt
                        + ",\"cachedContentTokenCount\":" + cached + ",\"candidatesTokenCount\":" + output
                        + ",\"thoughtsTokenCount\":" + thoughts + ",\"totalTokenCount\":" + (prompt + output + thoughts)
                        + ",\"serviceTier\":\"" + tier + "\"}}}]}]");
        Reply reply = buyer.customer.chat("{\"model\":\"" + model + "\",\"max_tokens\":600,\"service_tier\":\"" + tier
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(isLong ? 500 : 80) + "\"}]"
                + (isParts ? ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]" : "")
                + "}");
        assertThat(reply.status()).as("seed %d: %s", seed, reply.text()).isEqualTo(200);
        String task = reply.header("x-tollgate-task-id");
        buyer.lines.add(new Line.Called(gateway.now(), task));
        buyer.tasks.add(task);
    }

    // ---- the check ----

    private int recompute(Buyer buyer) {
        String key = buyer.customer.key();
        for (long after = 0; after >= 0; ) {
            String page =
                    gateway.get("/v1/receipts?limit=1000&after=" + after, key).text();
            long last = after;
            for (String line : page.split("\n")) {
                if (!line.isBlank()) {
                    JsonNode receipt = JSON.readTree(line);
                    buyer.receipts.put(receipt.get("task_id").asString(), receipt);
                    last = receipt.get("sequence").longValue();
                }
            }
            after = last == after ? -1 : last;
        }
        Map<String, JsonNode> prices = new HashMap<>();
        for (JsonNode receipt : buyer.receipts.values()) {
            String version = receipt.get("price_version").asString();
            for (String name : List.of(version, PricesByHand.base(version))) {
                prices.computeIfAbsent(name, it -> price(it, key));
            }
        }
        for (Line line : buyer.lines) {
            String as = "seed " + seed + ", " + line;
            if (line instanceof Line.Called(Instant at, String task)) {
                JsonNode receipt = buyer.receipts.get(task);
                if (receipt != null) {
                    JsonNode price = prices.get(receipt.get("price_version").asString());
                    assertPrice(as, buyer, receipt, price, prices);
                    assertThat(receipt.get("due_micros").longValue())
                            .as(as + " " + receipt + " " + price)
                            .isEqualTo(PricesByHand.dueMicros(price, receipt));
                    assertThat(receipt.get("end").asString()).as(as).isEqualTo("whole");
                    assertThat(receipt.get("charge_micros")).as(as).isEqualTo(receipt.get("due_micros"));
                    String shares = buyer.grants.charge(
                            at,
                            task,
                            price.get("model").asString(),
                            receipt.get("charge_micros").longValue());
                    assertThat(receipt.path("grants").asString("")).as(as).isEqualTo(shares);
                }
            } else {
                buyer.grants.take(line);
            }
        }
        assertGrants(buyer);
        return buyer.receipts.size();
    }

    private JsonNode price(String version, String key) {
        Reply reply =
                gateway.get("/v1/prices?version=" + version.replace("*", "%2A").replace("/", "%2F"), key);
        assertThat(reply.status()).as(version + ": " + reply.text()).isEqualTo(200);
        return reply.json().get("data").get(0);
    }

    /** The group of the account at the arrival of the call gives the version's name and all rates. */
    private void assertPrice(String as, Buyer buyer, JsonNode receipt, JsonNode price, Map<String, JsonNode> prices) {
        String version = receipt.get("price_version").asString();
        Instant pricedAt = Instant.parse(receipt.get("priced_at").asString());
        JsonNode base = prices.get(PricesByHand.base(version));
        Map.Entry<Instant, String> terms = buyer.terms.floorEntry(pricedAt);
        PricesByHand.Group group = terms == null
                ? null
                : groups.headMap(pricedAt, true).values().stream()
                        .filter(it -> it.name().equals(terms.getValue()))
                        .reduce((before, after) -> after)
                        .orElse(null);
        int factor = group == null ? 1_000 : group.factor(base.get("model").asString());
        assertThat(version)
                .as(as)
                .isEqualTo(PricesByHand.base(version)
                        + (factor == 1_000 ? "" : "*" + group.name() + "." + group.version()));
        assertThat(PricesByHand.rates(price)).as(as + " " + version).isEqualTo(PricesByHand.times(base, factor));
    }

    private void assertGrants(Buyer buyer) {
        Gateway.await(
                "expiry",
                () -> gateway.number("SELECT COUNT(*) FROM credit_grant WHERE left_micros > 0 AND expires_at <= "
                                + gateway.now().toEpochMilli())
                        == 0);
        long last = -1;
        for (String after = ""; after != null; ) {
            JsonNode page = gateway.get(buyer.path("?limit=100" + after), Gateway.ADMIN_KEY)
                    .json();
            for (JsonNode grant : page.get("data")) {
                long number = grant.get("number").longValue();
                assertThat(grant.get("left").decimalValue())
                        .as("seed %d, what is left of grant %d of %s", seed, number, buyer.customer.account())
                        .isEqualByComparingTo(BigDecimal.valueOf(buyer.grants.leftMicros(number, gateway.now()), 6));
                last = Math.max(last, number);
            }
            after = page.get("next").isNull()
                    ? null
                    : "&after=" + page.get("next").asString();
        }
        assertThat(last).as("seed %d, the newest grant", seed).isEqualTo(buyer.grants.last());
    }
}
