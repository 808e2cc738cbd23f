package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What requests to the Gemini API and to Vertex AI say besides the prompt: the service tier (P4), and what Google stores. */
@Timeout(240)
class OutgoingFieldsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String VERTEX_HEADER = "x-vertex-ai-llm-shared-request-type: ";
    private static final String ANSWER =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}";
    private static final KnownModels MODELS = new KnownModels(Set.of(), name -> Asks.PRO_25);

    private ScriptedServer server;

    @BeforeEach
    void open() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    private ScriptedServer.Request sent(GeminiEndpoint access, Ask ask) throws Exception {
        FarEnd farEnd =
                new FarEnd(Outbound.direct(VERTX), server.url(), 4, new Timeouts(5_000, 30_000, 30_000, 30_000));
        GeminiChannel channel = new GeminiChannel(
                "google",
                farEnd,
                access,
                new Succession("google", GeminiProvider.KIND, MODELS, InstantSource.system()),
                new GeminiMedia(Set.of(), InstantSource.system(), GeminiMedia.BODY_BYTES_MAX));
        CompletableFuture<Object> end = new CompletableFuture<>();
        UpstreamListener listener = new UpstreamListener() {
            @Override
            public void events(List<UpstreamEvent> events) {}

            @Override
            public void ended() {
                end.complete("ended");
            }

            @Override
            public void failed(UpstreamFailure failure) {
                end.complete(failure);
            }
        };
        PreparedAsk prepared = channel.prepare(ask);
        server.then(exchange -> exchange.head().events(ANSWER).end());
        VERTX.getOrCreateContext().runOnContext(_ -> prepared.send(7L, listener));
        assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
        return server.request();
    }

    private static Ask chat(ServiceTier tier) {
        ChatAsk plain = Asks.asks().user("Hi").ask();
        return new ChatAsk(
                plain.conversation(),
                plain.modelId(),
                plain.upstreamModel(),
                false,
                null,
                tier,
                plain.replay(),
                new CallMedia(),
                Lease.FREE);
    }

    private static Ask ofGoogles(ServiceTier tier) {
        return ofGoogles(tier, "");
    }

    private static Ask ofGoogles(ServiceTier tier, String more) {
        ObjectNode body = (ObjectNode) new JsonMapper()
                .readTree("{" + more + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}");
        NativeAsk plain = new NativeAsk(
                body, "m", "gemini-2.5-pro", 1, Set.of(), new PromptSize(1, 1, 0, 0, List.of()), SignatureOrigins.NONE);
        return new NativeAsk(
                new NativeAsk.Wish(body, 1, Set.of(), plain.promptSize(), tier, null, true, null),
                "m",
                "gemini-2.5-pro",
                SignatureOrigins.NONE,
                new CallMedia(),
                Lease.FREE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ServiceTier.class,
            names = {"FLEX", "PRIORITY"})
    void the_gemini_api_reads_the_tier_behind_the_prompt(ServiceTier tier) throws Exception {
        String named = "\"}]}],\"serviceTier\":\"" + tier.word() + "\",\"generationConfig\":{";
        assertThat(sent(new KeyAccess("k", false), chat(tier)).body()).contains(named);
        ScriptedServer.Request request = sent(new KeyAccess("k", false), ofGoogles(tier));
        assertThat(request.body()).contains(named);
        assertThat(request.head()).doesNotContainIgnoringCase(VERTEX_HEADER);
    }

    @ParameterizedTest
    @EnumSource(
            value = ServiceTier.class,
            names = {"FLEX", "PRIORITY"})
    void vertex_reads_the_tier_in_a_header(ServiceTier tier) throws Exception {
        for (Ask ask : List.of(chat(tier), ofGoogles(tier))) {
            ScriptedServer.Request request = sent(VertexAccess.express("k"), ask);
            assertThat(request.head()).containsIgnoringCase("\r\n" + VERTEX_HEADER + tier.word() + "\r\n");
            assertThat(request.body()).doesNotContain("serviceTier");
        }
    }

    @Test
    void the_standard_tier_is_not_named() throws Exception {
        for (GeminiEndpoint access : List.of(new KeyAccess("k", false), VertexAccess.express("k"))) {
            ScriptedServer.Request request = sent(access, chat(ServiceTier.STANDARD));
            assertThat(request.body()).doesNotContain("serviceTier");
            assertThat(request.head()).doesNotContainIgnoringCase(VERTEX_HEADER);
        }
    }

    /** Behind everything else: what a conversation's requests begin with stays the same. */
    private static final String STORES_NOTHING = ",\"generationConfig\":{\"maxOutputTokens\":7},\"store\":false}";

    @Test
    void the_gemini_api_is_told_to_store_nothing() throws Exception {
        KeyAccess access = new KeyAccess("k", false);
        assertThat(sent(access, chat(ServiceTier.STANDARD)).body()).endsWith("},\"store\":false}");
        for (String said : List.of("", "\"store\":false,")) {
            assertThat(sent(access, ofGoogles(ServiceTier.FLEX, said)).body()).endsWith(STORES_NOTHING);
        }
    }

    @Test
    void vertex_has_no_field_for_what_it_stores() throws Exception {
        for (Ask ask : List.of(chat(ServiceTier.STANDARD), ofGoogles(ServiceTier.STANDARD, "\"store\":false,"))) {
            assertThat(sent(VertexAccess.express("k"), ask).body()).doesNotContain("store");
        }
    }

    @Test
    void a_callers_true_is_refused_where_nothing_may_be_stored() {
        for (GeminiEndpoint access : List.of(new KeyAccess("k", false), VertexAccess.express("k"))) {
            assertThatThrownBy(() -> sent(access, ofGoogles(ServiceTier.STANDARD, "\"store\":true,")))
                    .asInstanceOf(InstanceOfAssertFactories.type(ApiException.class))
                    .satisfies(refused -> {
                        assertThat(refused.error().status()).isEqualTo(400);
                        assertThat(refused.error().param()).isEqualTo("store");
                    });
        }
    }

    @Test
    void the_project_decides_where_the_operator_allows_storing() throws Exception {
        KeyAccess access = new KeyAccess("k", true);
        assertThat(sent(access, chat(ServiceTier.STANDARD)).body()).doesNotContain("store");
        assertThat(sent(access, ofGoogles(ServiceTier.STANDARD)).body()).doesNotContain("store");
        for (String word : List.of("true", "false")) {
            Ask ask = ofGoogles(ServiceTier.STANDARD, "\"store\":" + word + ",");
            assertThat(sent(access, ask).body()).endsWith("},\"store\":" + word + "}");
        }
    }

    @Test
    void an_ask_keeps_its_tier_on_every_channel() {
        for (Ask ask : List.of(chat(ServiceTier.FLEX), ofGoogles(ServiceTier.FLEX))) {
            assertThat(ask.forUpstreamModel("other").tier()).isEqualTo(ServiceTier.FLEX);
            assertThat(ask.withoutSignatures().tier()).isEqualTo(ServiceTier.FLEX);
        }
        assertThat(((ChatAsk) chat(ServiceTier.FLEX)).onChannel("a", "b").tier())
                .isEqualTo(ServiceTier.FLEX);
    }
}
