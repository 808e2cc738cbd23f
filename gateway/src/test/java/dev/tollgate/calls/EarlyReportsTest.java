package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that make files, whose provider reports thoughts above the maximum before it counts the file. Bodies are written with single quotes. */
@BesideOthers
@Timeout(60)
class EarlyReportsTest {

    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    /** Thoughts above the 4,096 of an image, above the 8,192 of a chat, and above all that the model can write. */
    private static final List<Integer> THOUGHTS = List.of(4_097, 5_000, 8_000, 9_000, 40_000);

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        customer = gateway.customer("100000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private static String event(String parts, String more) {
        return ("{'candidates':[{'content':{'role':'model','parts':[" + parts + "]}" + more).replace('\'', '"');
    }

    private static String early(int thoughts) {
        return "}],'usageMetadata':{'promptTokenCount':20,'thoughtsTokenCount':" + thoughts + ",'totalTokenCount':"
                + (20 + thoughts) + "}}";
    }

    /** The path and the members of the body. */
    static Stream<Arguments> doors() {
        String prompt = "'model':'gemini-3-pro-image','prompt':'A house'";
        String chat = "'model':'gemini-3-pro-image','messages':[{'role':'user','content':'A house'}]";
        return Stream.of(
                Arguments.of("/v1/images/generations", prompt),
                Arguments.of("/v1/images/generations", prompt + ",'stream':true"),
                Arguments.of("/v1/images/generations", prompt + ",'n':2"),
                Arguments.of("/v1/images", prompt),
                Arguments.of(
                        "/v1/images/edits", prompt + ",'images':[{'image_url':'data:image/png;base64," + PIXEL + "'}]"),
                Arguments.of("/v1/chat/completions", chat),
                Arguments.of("/v1/chat/completions", chat + ",'stream':true"),
                Arguments.of("/v1/chat/completions", chat + ",'max_tokens':300"),
                Arguments.of("/v1/responses", "'model':'gemini-3-pro-image','input':'A house'"),
                Arguments.of("/v1beta/interactions", "'model':'gemini-3-pro-image','input':'A house'"),
                Arguments.of(
                        "/v1beta/models/gemini-3-pro-image:generateContent",
                        "'contents':[{'parts':[{'text':'A house'}]}],'generationConfig':{'maxOutputTokens':2000}"));
    }

    @ParameterizedTest
    @MethodSource("doors")
    void thoughts_above_the_maximum_leave_no_image_open(String path, String body) {
        String image = "{'inlineData':{'mimeType':'image/png','data':'" + PIXEL + "'}}";
        for (int thoughts : THOUGHTS) {
            for (boolean drafts : List.of(false, true)) {
                UpstreamScript script = UpstreamScript.answers();
                if (drafts) {
                    script.event(event(image.replace("}}", "},'thought':true}"), early(thoughts)))
                            .event(event(image, "}]}"));
                } else {
                    script.event(event(image, early(thoughts)));
                }
                gateway.script(script.event(event(
                        "{'text':'w'}",
                        ",'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':20,"
                                + "'candidatesTokenCount':1121,'totalTokenCount':1141}}")));
                String what = thoughts + (drafts ? " with a draft" : "");

                Reply reply = gateway.post(path, "{" + body.replace('\'', '"') + "}", customer.key());

                assertThat(reply.status()).as(what + ": " + reply.text()).isEqualTo(200);
                assertThat(reply.text()).as(what).contains(PIXEL, "credits_consumed");
                assertThat(customer.lastTask().get("status").asString())
                        .as(what)
                        .isEqualTo("completed");
            }
        }
    }
}
