package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.geminiText;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;
import static dev.tollgate.testing.ServedChannels.firstAndSecond;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.TestClock;
import dev.tollgate.testing.VertexCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Responses in several hops and the channels that write them (H2, H7, H8). */
@Timeout(240)
class LongResponseChannelsTest {

    private static final String REFUSED =
            "{\"error\":{\"code\":400,\"message\":\"Invalid value.\",\"status\":\"INVALID_ARGUMENT\"}}";
    private static final String DAY_QUOTA = """
            {"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]}]}}""";
    private static final String GOES_ON = """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"So"}]},"finishReason":"CONTINUATION","continuationToken":"QUJD","index":0}],\
            "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5}}""";

    private final FarServer first = new FarServer(request -> events(GOES_ON));
    private final FarServer second = new FarServer(request -> events(GOES_ON));
    private CallChannels channels;

    @AfterEach
    void stop() {
        channels.close();
        first.close();
        second.close();
    }

    // ---- a provider that takes no more than one hop ----

    @Test
    void a_refused_maximum_is_asked_for_as_one_hop_for_an_hour() {
        TestClock clock = new TestClock("2026-11-29T12:00:00Z");
        channels = CallChannels.of(CallChannels.one(first.url()), clock);
        first.script(request -> max(request) > 65_536 ? whole(400, REFUSED) : events(geminiText("Hi"), end()));

        Reply reply = ask(262_144, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(sent(first)).containsExactly(262_144L, 65_536L);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");

        clock.goOn(Duration.ofMinutes(59));
        Reply next = ask(262_144, "");
        assertThat(next.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");
        assertThat(sent(first)).hasSize(3).endsWith(65_536L);

        clock.goOn(Duration.ofMinutes(2));
        ask(262_144, "");
        assertThat(sent(first)).hasSize(5).endsWith(262_144L, 65_536L);
    }

    @Test
    void one_callers_wrong_field_ends_no_hops() {
        channels = CallChannels.of(CallChannels.one(first.url()));
        first.script(request -> whole(400, REFUSED));
        assertThat(ask(262_144, "").status()).isEqualTo(503);
        assertThat(sent(first)).containsExactly(262_144L, 65_536L);
        first.script(request -> events(GOES_ON));
        assertThat(ask(262_145, "").status()).isEqualTo(200);
        assertThat(sent(first)).hasSize(3).endsWith(262_144L);
    }

    @Test
    void a_maximum_of_one_hop_is_asked_for_once() {
        channels = CallChannels.of(CallChannels.one(first.url()));
        first.script(request -> whole(400, REFUSED));
        assertThat(ask(65_536, "").status()).isEqualTo(503);
        assertThat(sent(first)).containsExactly(65_536L);
    }

    @Test
    void a_channel_without_hops_beside_one_with_them_gets_one_hop() {
        channels = CallChannels.of(firstAndSecond(first, second));
        first.script(request -> max(request) > 65_536 ? whole(400, REFUSED) : events(geminiText("Hi"), end()));
        ask(262_144, "");
        Reply reply = ask(262_143, "");
        assertThat(sent(first)).endsWith(65_536L);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("generationConfig.maxOutputTokens");
        first.script(whole(503, "{}"));
        Reply elsewhere = ask(262_142, "");
        assertThat(elsewhere.status()).as(elsewhere.text()).isEqualTo(200);
        assertThat(sent(second)).endsWith(262_142L);
        assertThat(elsewhere.header("x-tollgate-ignored")).isEmpty();
    }

    // ---- later hops ----

    @Test
    void a_later_hop_goes_to_no_other_channel() {
        channels = CallChannels.of(firstAndSecond(first, second));
        String token = token(ask(262_144, ""));
        assertThat(first.asked()).isEqualTo(1);
        first.script(whole(503, "{}"));
        assertThat(ask(262_144, token).status()).isEqualTo(503);
        assertThat(first.asked()).isGreaterThan(1);
        assertThat(second.asked()).isZero();
    }

    @Test
    void a_later_hop_goes_to_its_channel_although_another_is_preferred() {
        channels = CallChannels.of(firstAndSecond(first, second));
        first.script(whole(503, "{}"));
        String token = token(ask(262_144, ""));
        first.script(request -> events(GOES_ON));
        int before = second.asked();
        assertThat(ask(262_144, token).status()).isEqualTo(200);
        assertThat(second.asked()).isEqualTo(before + 1);
        assertThat(second.requests().getLast().json().path("continuationToken").asString())
                .isEqualTo("QUJD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"removed", "another project"})
    void what_its_channel_has_lost_is_refused_before_a_hold(String change) {
        channels = CallChannels.of(firstAndSecond(first, second));
        String token = token(ask(262_144, ""));
        String only = "channels:\n  - {id: b, kind: gemini, base_url: \"%s\", key: %s, priority: 2}\n"
                .formatted(second.url(), KEY_B);
        String moved = firstAndSecond(first, second).replace("{id: a,", "{id: a, project: other,");
        assertThat(channels.reload(change.equals("removed") ? only : moved)).isTrue();
        Reply reply = ask(262_144, token);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("continuationToken", "not in use here any more");
        assertThat(channels.customer().tasks()).isEqualTo(1);
        assertThat(second.asked()).isZero();
    }

    @Test
    void a_resting_channel_is_waited_for_without_a_hold() {
        channels = CallChannels.of(firstAndSecond(first, second));
        String token = token(ask(262_144, ""));
        first.script(whole(429, DAY_QUOTA));
        assertThat(ask(262_143, "").status()).isEqualTo(200);
        long tasks = channels.customer().tasks();
        Reply reply = ask(262_144, token);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(Integer.parseInt(reply.header("retry-after"))).isPositive();
        assertThat(channels.customer().tasks()).isEqualTo(tasks);
    }

    @Test
    void a_refused_signature_is_no_reason_to_go_on_without_any() {
        channels = CallChannels.of(CallChannels.one(first.url()));
        String token = token(ask(262_144, ""));
        first.script(whole(400, REFUSED.replace("Invalid value.", "Corrupted thought signature.")));
        Reply reply = ask(262_144, token);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("continuationToken");
        assertThat(first.asked()).isEqualTo(2);
    }

    @Test
    void a_token_opens_after_a_restart() {
        channels = CallChannels.of(CallChannels.one(first.url()));
        String token = token(ask(262_144, ""));
        channels.gateway().restart();
        assertThat(ask(262_144, token).status()).isEqualTo(200);
    }

    @Test
    void vertex_is_asked_at_v1beta1_for_hops_alone() throws Exception {
        FarServer tokens = new FarServer(
                request -> whole(200, "{\"access_token\":\"ya29.t\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"));
        Path credentials = VertexCredentials.file(tokens.url());
        channels = CallChannels.of("""
                channels: [{id: v, kind: vertex, base_url: "%s", location: global, credentials_file: "%s"}]
                """.formatted(first.url(), credentials));
        ask(65_536, "");
        String token = token(ask(65_537, ""));
        ask(100, token);
        assertThat(first.requests().stream().map(request -> request.path().split("/")[1]))
                .containsExactly("v1", "v1beta1", "v1beta1");
        tokens.close();
        Files.delete(credentials);
    }

    @Test
    void a_model_on_no_channel_with_hops_gets_one_hop() {
        channels = CallChannels.of("""
                channels:
                  - {id: a, kind: openai, base_url: "%s", key: %s, models: {gemini-4-argon: some}}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, models: {gemini-2.5-pro: gemini-2.5-pro}}
                """.formatted(first.url(), KEY_A, second.url(), KEY_B));
        Reply reply = ask(262_144, "");
        assertThat(reply.status())
                .as("kind openai takes no request of this form")
                .isEqualTo(400);
        assertThat(first.asked()).isZero();
    }

    private Reply ask(long max, String token) {
        String more = token.isEmpty() ? "" : ",\"continuationToken\":\"" + token + "\"";
        return channels.gateway()
                .post(
                        "/v1beta/models/gemini-4-argon:streamGenerateContent?alt=sse",
                        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":"
                                + max + "}" + more + "}",
                        channels.customer().key());
    }

    private static String token(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.chunks().getLast().at("/candidates/0/continuationToken").asString();
    }

    private static String end() {
        return FarServer.geminiEnd(10, 5);
    }

    private static long max(FarServer.Request request) {
        JsonNode max = request.json().at("/generationConfig/maxOutputTokens");
        return max.asLong(0);
    }

    private static List<Long> sent(FarServer server) {
        return server.requests().stream().map(LongResponseChannelsTest::max).toList();
    }
}
