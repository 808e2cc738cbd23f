package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Documented;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.WrittenForm;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guarantee 2: at each door that charges, a call costs no more than the estimate of its body. Bodies are written with single quotes. */
@Timeout(240)
class EstimatedDoorsTest {

    private static final String JSON = "application/json";
    private static final String CHAT =
            "{'model':'gemini-3.8-flash','max_tokens':300,'messages':[{'role':'user','content':'Hello'}]}";
    private static final int ROUNDS = 3;

    /** @param estimated the body of the estimate; null for that of the call */
    private record Asked(ProtocolName door, String path, String type, byte[] body, String estimated) {

        Asked(ProtocolName door, String path, String body, String estimated) {
            this(door, path, JSON, bytes(body), estimated);
        }

        Asked(ProtocolName door, String path, WrittenForm form) {
            this(door, path, form.type(), form.bytes(), null);
        }
    }

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
        customer = gateway.customer("1000000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static byte[] bytes(String body) {
        return body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static List<Asked> all(int n) {
        byte[] png = Base64.getDecoder().decode(Documented.PNG);
        String draw = "{'model':'gemini-nano-banana-2.1','prompt':'DRAW a house','n':" + n + "}";
        String edit = "{'model':'gemini-nano-banana-2.1','prompt':'DRAW it blue','n':" + n
                + ",'images':[{'image_url':'data:image/png;base64," + Documented.PNG + "'}]}";
        return List.of(
                new Asked(ProtocolName.CHAT, "/v1/chat/completions", CHAT, null),
                new Asked(ProtocolName.MESSAGES, "/v1/messages", CHAT, CHAT),
                new Asked(
                        ProtocolName.RESPONSES,
                        "/v1/responses",
                        "{'model':'gemini-3.8-flash','max_output_tokens':300,'input':'Hello'}",
                        CHAT),
                new Asked(
                        ProtocolName.GENERATE,
                        "/v1beta/models/gemini-3.8-flash:generateContent",
                        "{'contents':[{'role':'user','parts':[{'text':'Hello'}]}],'generationConfig':{'maxOutputTokens':300}}",
                        CHAT),
                new Asked(
                        ProtocolName.INTERACTIONS,
                        "/v1beta/interactions",
                        "{'model':'gemini-3.8-flash','input':'Hello','generation_config':{'max_output_tokens':300}}",
                        CHAT),
                new Asked(
                        ProtocolName.COMPLETIONS,
                        "/v1/completions",
                        "{'model':'gemini-3.8-flash','prompt':'Hello','max_tokens':300}",
                        null),
                new Asked(ProtocolName.IMAGES, "/v1/images/generations", draw, null),
                new Asked(ProtocolName.IMAGES, "/v1/images/edits", edit, null),
                new Asked(
                        ProtocolName.IMAGES,
                        "/v1/images/edits",
                        new WrittenForm()
                                .text("model", "gemini-nano-banana-2.1")
                                .text("prompt", "DRAW it red")
                                .text("n", "" + n)
                                .file("image", png)),
                new Asked(
                        ProtocolName.AUDIO,
                        "/v1/audio/speech",
                        "{'model':'gemini-3.8-flash-tts','voice':'alloy','input':'SAY hello','response_format':'wav'}",
                        null),
                new Asked(
                        ProtocolName.AUDIO,
                        "/v1/audio/transcriptions",
                        new WrittenForm().text("model", "gemini-3.8-flash").file("file", silence())),
                new Asked(
                        ProtocolName.EMBEDDINGS,
                        "/v1/embeddings",
                        "{'model':'gemini-embedding-001','input':['Hello','world']}",
                        null));
    }

    private static byte[] silence() {
        byte[] wav = new byte[44 + 32_000];
        byte[] head = Base64.getDecoder().decode("UklGRiR9AABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQB9AAA=");
        System.arraycopy(head, 0, wav, 0, head.length);
        return wav;
    }

    private static Reply send(String path, String type, byte[] body) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    private static String usage(Random random, String modality) {
        long prompt = random.nextLong(random.nextBoolean() ? 100 : 3_000_000);
        long made = random.nextLong(random.nextBoolean() ? 2_000 : 3_000_000);
        return "'usageMetadata':{'promptTokenCount':" + prompt + ",'candidatesTokenCount':" + made
                + ",'thoughtsTokenCount':" + random.nextLong(random.nextBoolean() ? 100 : 3_000_000)
                + ",'candidatesTokensDetails':[{'modality':'" + modality + "','tokenCount':" + made
                + "}],'totalTokenCount':"
                + random.nextLong(9_000_000) + "}";
    }

    private static String event(String part, String usage) {
        return new String(
                bytes("{'candidates':[{'content':{'role':'model','parts':[" + part + "]},'finishReason':'STOP'}],"
                        + usage + "}"),
                StandardCharsets.UTF_8);
    }

    @Test
    void no_door_charges_more_than_the_estimate_of_its_body() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        Set<ProtocolName> asked = EnumSet.noneOf(ProtocolName.class);
        for (int round = 0; round < ROUNDS; round++) {
            String sound = Base64.getEncoder().encodeToString(new byte[9_600]);
            gateway.script(UpstreamScript.answers()
                    .event(event(
                            "{'inlineData':{'mimeType':'image/png','data':'" + Documented.PNG + "'}}",
                            usage(random, "IMAGE")))
                    .whenAsked("DRAW")
                    .next()
                    .event(event(
                            "{'inlineData':{'mimeType':'audio/L16;codec=pcm;rate=24000','data':'" + sound + "'}}",
                            usage(random, "AUDIO")))
                    .whenAsked("SAY")
                    .next()
                    .event(event("{'text':'Hi'}", usage(random, "TEXT"))));
            for (Asked call : all(1 + random.nextInt(4))) {
                String what = "seed " + seed + ": " + call.path();
                BigDecimal before = customer.consumed();
                Reply reply = send(call.path(), call.type(), call.body());
                assertThat(reply.status()).as(what + reply.text()).isEqualTo(200);
                BigDecimal charged = customer.consumed().subtract(before);
                Reply told = call.estimated() == null
                        ? send("/v1/estimate", call.type(), call.body())
                        : send("/v1/estimate", JSON, bytes(call.estimated()));
                assertThat(told.status()).as(what + told.text()).isEqualTo(200);
                boolean isMessages =
                        call.door() == ProtocolName.MESSAGES && told.text().contains("messages_max");
                BigDecimal most = told.json()
                        .at("/data/" + (isMessages ? "messages_max_credits" : "max_credits"))
                        .decimalValue();
                assertThat(charged).as(what).isPositive().isLessThanOrEqualTo(most);
                asked.add(call.door());
            }
        }
        assertThat(asked).isEqualTo(EnumSet.allOf(ProtocolName.class));
    }

    @Test
    void an_estimate_is_of_one_request() {
        for (String field : List.of("prompt", "input")) {
            Reply mixed =
                    send("/v1/estimate", JSON, bytes(CHAT.replace("'messages'", "'" + field + "':'Hello','messages'")));
            assertThat(mixed.status()).as(mixed.text()).isEqualTo(400);
            assertThat(mixed.error().get("param").asString()).isEqualTo(field);
        }
        Reply ofText = send("/v1/estimate", JSON, bytes("{'model':'gemini-3.8-flash','input':'Hello'}"));
        assertThat(ofText.status()).isEqualTo(400);
        assertThat(ofText.text()).contains("must be a model that makes speech");
        assertThat(send("/v1/estimate", JSON, bytes("{'model':'none','prompt':'Hello'}"))
                        .status())
                .isEqualTo(404);
        Set<Integer> broken = List.of("{", "[]", "{'prompt'", "").stream()
                .map(body -> send("/v1/estimate", JSON, bytes(body)).status())
                .collect(Collectors.toSet());
        assertThat(broken).containsOnly(400);
    }
}
