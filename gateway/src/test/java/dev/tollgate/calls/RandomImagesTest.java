package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Random calls for images at four doors: text, thoughts, images and drafts, blocks, torn answers, callers who leave, tiers and searches. Each charge is
 * reckoned once more from what the provider said, at prices that stand here.
 */
class RandomImagesTest {

    private static final int CALLS = Effort.of(80, 2_000);
    private static final int CALLS_A_CUSTOMER = 20; // fewer than an account's free ends of an hour
    private static final long CREDITS = 100_000;
    private static final long IMAGE_TOKENS = 1_120;
    private static final long IMAGES_MAX = 4;

    /** Prices in micro-credits: 400, 2,400 and 24,000 credits a million tokens, 2,800 for a thousand searches. */
    private static final long INPUT = 400;

    private static final long OUTPUT = 2_400;
    private static final long IMAGE = 24_000;
    private static final long SEARCH = 2_800_000;

    private enum Door {
        CHAT("/v1/chat/completions"),
        RESPONSES("/v1/responses"),
        NATIVE("/v1beta/models/gemini-3-pro-image:generateContent"),
        INTERACTIONS("/v1beta/interactions"),
        IMAGES("/v1/images/generations");

        private final String path;

        Door(String path) {
            this.path = path;
        }
    }

    /**
     * What the provider says.
     *
     * @param images of different bytes; drafts among them are not in the details
     * @param searches queries; 0 for an answer without search
     * @param tier as granted
     */
    private record Said(
            long prompt,
            long text,
            long thoughts,
            int images,
            int drafts,
            boolean hasDetails,
            boolean hasUsage,
            String finish,
            int searches,
            String tier,
            boolean isTorn,
            boolean isLeft) {

        static Said draw(Random random) {
            int images = random.nextInt(8);
            return new Said(
                    10 + random.nextInt(60),
                    random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(300),
                    random.nextInt(500),
                    images,
                    images == 0 || random.nextInt(4) > 0 ? 0 : random.nextInt(4),
                    random.nextInt(4) > 0,
                    random.nextInt(8) > 0,
                    random.nextInt(5) > 0
                            ? "STOP"
                            : List.of("NO_IMAGE", "IMAGE_OTHER", "IMAGE_SAFETY", "IMAGE_RECITATION", "MAX_TOKENS")
                                    .get(random.nextInt(5)),
                    random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0,
                    random.nextInt(4) > 0 ? "standard" : random.nextBoolean() ? "flex" : "priority",
                    random.nextInt(12) == 0,
                    random.nextInt(12) == 0);
        }

        private String usage() {
            long candidates = text + images * IMAGE_TOKENS;
            return "'usageMetadata':{'promptTokenCount':" + prompt + ",'candidatesTokenCount':" + candidates
                    + (hasDetails && images > 0
                            ? ",'candidatesTokensDetails':[{'modality':'IMAGE','tokenCount':" + images * IMAGE_TOKENS
                                    + "}]"
                            : "")
                    + ",'thoughtsTokenCount':" + thoughts + ",'totalTokenCount':" + (prompt + candidates + thoughts)
                    + ",'serviceTier':'" + tier + "'}";
        }

        UpstreamScript script() {
            UpstreamScript script = UpstreamScript.answers();
            List<String> parts = new ArrayList<>();
            if (text > 0) {
                parts.add("{'text':'" + "abcd".repeat((int) text) + "'}");
            }
            for (int i = 0; i < drafts + images; i++) {
                parts.add("{'inlineData':{'mimeType':'image/png','data':'" + image(i) + "'}}");
            }
            for (String part : parts) {
                script.event(event(part, "", ""));
            }
            if (isTorn) {
                return script.fault("reset");
            }
            if (isLeft) {
                return script.fault("hang");
            }
            String sources = searches == 0
                    ? ""
                    : ",'groundingMetadata':{'webSearchQueries':["
                            + String.join(
                                    ",",
                                    IntStream.range(0, searches)
                                            .mapToObj(i -> "'query " + i + "'")
                                            .toList())
                            + "]}";
            return script.event(event("", ",'finishReason':'" + finish + "'" + sources, hasUsage ? "," + usage() : ""));
        }

        private static String event(String part, String candidate, String more) {
            return ("{'candidates':[{'content':{'role':'model','parts':[" + part + "]}" + candidate + "}]" + more + "}")
                    .replace('\'', '"');
        }

        /** A picture of its own for each number. */
        private static String image(int number) {
            byte[] bytes = Base64.getDecoder()
                    .decode(
                            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
            bytes[bytes.length - 1] = (byte) number;
            return Base64.getEncoder().encodeToString(bytes);
        }

        /** Returns the charge of an answer that was taken whole, at a door that shows all of it. */
        long micros() {
            long made = Math.min(IMAGES_MAX, images) * IMAGE_TOKENS;
            return atTier(prompt * INPUT + (text + thoughts) * OUTPUT + made * IMAGE) + searches * SEARCH;
        }

        private long atTier(long micros) {
            return switch (tier) {
                case "flex" -> micros / 2;
                case "priority" -> micros * 18 / 10;
                default -> micros;
            };
        }
    }

    @Test
    void each_charge_is_what_the_provider_said_at_the_listed_prices_and_never_above_the_estimate() {
        long seed = Effort.seed("random.images");
        Random random = new Random(seed);
        try (CallServer gateway =
                CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml")) {
            Customer customer = gateway.customer(String.valueOf(CREDITS));
            long spent = 0;
            for (int i = 0; i < CALLS; i++) {
                if (i % CALLS_A_CUSTOMER == 0) {
                    customer = gateway.customer(String.valueOf(CREDITS));
                    spent = 0;
                }
                spent += charge(gateway, customer, random, "seed " + seed + ", call " + i);
                assertThat(micros(customer.balance())).isEqualTo(CREDITS * 1_000_000 - spent);
            }
            gateway.assertBooksAreClosed();
            assertThat(gateway.differences()).isEmpty();
        }
    }

    /** Makes a call and returns its charge. */
    private static long charge(CallServer gateway, Customer customer, Random random, String call) {
        Door door = Door.values()[random.nextInt(Door.values().length)];
        Said said = Said.draw(random);
        boolean streams = random.nextBoolean() && door != Door.NATIVE;
        String fields =
                ",'stream':" + streams + (said.tier.equals("standard") ? "" : ",'service_tier':'" + said.tier + "'");
        String prompt = "A house at " + call + ". " + "x".repeat(200);
        String chat = "{'model':'gemini-3-pro-image','messages':[{'role':'user','content':'" + prompt + "'}]" + fields
                + (said.searches > 0 ? ",'tools':[{'type':'function','function':{'name':'googleSearch'}}]" : "") + "}";
        String body =
                switch (door) {
                    case CHAT -> chat;
                    case RESPONSES ->
                        "{'model':'gemini-3-pro-image','input':'" + prompt + "'" + fields
                                + (said.searches > 0 ? ",'tools':[{'type':'web_search'}]" : "") + "}";
                    case INTERACTIONS ->
                        "{'model':'gemini-3-pro-image','input':'" + prompt + "'" + fields
                                + (said.searches > 0 ? ",'tools':[{'type':'google_search'}]" : "") + "}";
                    case NATIVE ->
                        "{'contents':[{'role':'user','parts':[{'text':'" + prompt + "'}]}]"
                                + (said.tier.equals("standard") ? "" : ",'serviceTier':'" + said.tier + "'")
                                + (said.searches > 0 ? ",'tools':[{'googleSearch':{}}]" : "") + "}";
                    case IMAGES -> "{'model':'gemini-3-pro-image','prompt':'" + prompt + "'" + fields + "}";
                };
        String what = call + ", " + door + (streams ? " streamed, " : ", ") + said;
        gateway.script(said.script());
        Reply estimate = gateway.post("/v1/estimate", chat.replace('\'', '"'), customer.key());
        assertThat(estimate.status()).as(what + estimate.text()).isEqualTo(200);
        long before = customer.tasks();
        if (said.isLeft && !said.isTorn) {
            try (RawCall left = RawCall.post(
                    URI.create(gateway.url()).getPort(), door.path, customer.key(), body.replace('\'', '"'))) {
                customer.awaitHold();
                left.readFor(20);
            }
        } else {
            Reply reply = gateway.post(door.path, body.replace('\'', '"'), customer.key());
            assertThat(reply.status()).as(what + reply.text()).isIn(200, 400, 503);
        }
        assertThat(customer.tasks()).as(what).isLessThanOrEqualTo(before + 1);
        return check(what, door, said, customer.lastTask(), estimate.json().get("data"));
    }

    private static long check(String what, Door door, Said said, JsonNode task, JsonNode estimate) {
        long charged = micros(task.get("credits_consumed").decimalValue());
        what += "\n" + task;
        assertThat(charged)
                .as(what)
                .isLessThanOrEqualTo(micros(estimate.get("max_credits").decimalValue()) + said.searches * SEARCH);
        assertThat(charged).as(what).isEqualTo(fromReceipt(task));
        boolean isWhole = !said.isTorn && !said.isLeft && said.hasUsage && said.finish.equals("STOP");
        if (isWhole && door != Door.IMAGES && said.hasDetails && (said.text > 0 || said.images > 0)) {
            assertThat(charged).as(what).isEqualTo(said.micros());
        }
        if (task.get("status").asString().equals("failed")) {
            assertThat(charged).as(what).isZero();
        }
        return charged;
    }

    /** Reckons the charge from the counts of the task. */
    private static long fromReceipt(JsonNode task) {
        JsonNode usage = task.path("usage");
        long images = usage.at("/completion_tokens_details/image_tokens").asLong();
        long thoughts = usage.at("/completion_tokens_details/reasoning_tokens").asLong();
        long searches = task.at("/pricing_detail/searches").asLong();
        long tokens = usage.path("prompt_tokens").asLong() * INPUT
                + (usage.path("completion_tokens").asLong() - images) * OUTPUT
                + images * IMAGE;
        String tier = task.at("/pricing_detail/tier").asString("");
        long atTier = tier.equals("flex") ? tokens / 2 : tier.equals("priority") ? tokens * 18 / 10 : tokens;
        boolean isFree = task.get("credits_consumed").decimalValue().signum() == 0;
        return isFree ? 0 : atTier + searches * SEARCH;
    }

    private static long micros(BigDecimal credits) {
        return credits.movePointRight(6).longValueExact();
    }
}
