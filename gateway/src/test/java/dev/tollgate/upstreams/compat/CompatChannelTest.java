package dev.tollgate.upstreams.compat;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.LoadedMedia;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes over the wire to an OpenAI-compatible server, and when. */
@Timeout(240)
class CompatChannelTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String URL = "https://example.com/a.png";
    private static final String ANSWER =
            "{\"model\":\"qwen\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"Hm\",\"content\":\"```json\\n1\\n```\"},\"finish_reason\":\"stop\"}]}";

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

    private CompatChannel channel(String key) {
        FarEnd farEnd = new FarEnd(
                Outbound.direct(VERTX), server.url() + "/v1", 4, new Timeouts(5_000, 30_000, 30_000, 30_000));
        return new CompatChannel(
                "far", farEnd, key, new ServerDialect("max_tokens", true, true, false, false), InstantSource.system());
    }

    private static ChatAsk ask(String more, boolean thoughts) {
        return new ChatAsk(
                ChatBodies.read("{\"model\":\"m\"" + more
                        + ",\"top_k\":1,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
                "m",
                "qwen",
                thoughts,
                null,
                Replay.NONE);
    }

    private static final class Heard implements UpstreamListener {
        final List<UpstreamEvent> events = new CopyOnWriteArrayList<>();
        final CompletableFuture<Object> end = new CompletableFuture<>();

        @Override
        public void events(List<UpstreamEvent> read) {
            events.addAll(read);
        }

        @Override
        public void ended() {
            end.complete("ended");
        }

        @Override
        public void failed(UpstreamFailure failure) {
            end.complete(failure);
        }
    }

    private Heard sent(PreparedAsk ask, Long maximum) throws Exception {
        server.then(exchange -> exchange.head().events(ANSWER).end());
        Heard heard = new Heard();
        CompletableFuture<Object> began = new CompletableFuture<>();
        VERTX.getOrCreateContext().runOnContext(_ -> began.complete(ask.send(maximum, heard)));
        assertThat(began.get(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(heard.end.get(20, TimeUnit.SECONDS)).isEqualTo("ended");
        return heard;
    }

    @Test
    void a_call_names_the_key_in_one_header_and_asks_for_a_stream() throws Exception {
        PreparedAsk ask = channel("our-secret").prepare(ask("", false));
        assertThat(ask.model()).isEqualTo("qwen");
        assertThat(ask.ignored()).containsExactly("top_k");
        assertThat(ask.wanted()).isEmpty();
        assertThat(ask.loaded()).isSameAs(ask);
        Heard heard = sent(ask, 7L);
        ScriptedServer.Request request = server.request();
        assertThat(request.head())
                .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nauthorization: Bearer our-secret\r\n")
                .containsIgnoringCase("\r\naccept: text/event-stream\r\n");
        assertThat(request.body())
                .isEqualTo(
                        "{\"model\":\"qwen\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":7}");
        assertThat(heard.events)
                .contains(new UpstreamEvent.Text(0, "```json\n1\n```", null))
                .noneMatch(UpstreamEvent.Thought.class::isInstance);
    }

    @Test
    void room_of_thoughts_is_not_sent_to_a_server_that_may_have_none() throws Exception {
        ChatAsk ask = ask("", false).withRoom(new ChatAsk.Room(16, 1_024));
        sent(channel(null).prepare(ask), 1_040L);
        assertThat(server.request().body()).contains("\"max_tokens\":16}");
        sent(channel(null).prepare(ask), 9L);
        assertThat(server.request().body()).contains("\"max_tokens\":9}");
    }

    @Test
    void without_a_key_none_is_named() throws Exception {
        sent(channel(null).prepare(ask("", false)), null);
        assertThat(server.request().head()).doesNotContainIgnoringCase("authorization");
    }

    @Test
    void what_was_asked_for_decides_how_the_answer_is_read() throws Exception {
        assertThat(sent(channel(null).prepare(ask("", true)), null).events)
                .contains(new UpstreamEvent.Thought(0, "Hm", null));
        assertThat(sent(channel(null).prepare(ask(",\"response_format\":{\"type\":\"json_object\"}", false)), null)
                        .events)
                .contains(new UpstreamEvent.Text(0, "1", null));
    }

    @Test
    void media_go_inside_the_request_once_they_are_loaded() throws Exception {
        String body =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                        + URL + "\"}}]}]}";
        ChatAsk ask = new ChatAsk(
                ChatBodies.read(body),
                "m",
                "qwen",
                false,
                null,
                ServiceTier.STANDARD,
                Replay.NONE,
                LoadedMedia.of(Map.of(URL, Medium.of("image/png", "abcd".getBytes(StandardCharsets.US_ASCII)))),
                Lease.FREE);
        PreparedAsk prepared = channel(null).prepare(ask);
        assertThat(prepared.wanted()).hasSize(1);
        sent(prepared.loaded(), 7L);
        assertThat(server.request().body())
                .contains("data:image/png;base64,YWJjZA==")
                .endsWith(",\"max_tokens\":7}");
    }

    @Test
    void another_tier_is_not_sent_and_the_standard_one_is_granted() throws Exception {
        ChatAsk plain = ask("", false);
        ChatAsk ask = new ChatAsk(
                plain.conversation(),
                "m",
                "qwen",
                false,
                null,
                ServiceTier.PRIORITY,
                Replay.NONE,
                new CallMedia(),
                Lease.FREE);
        PreparedAsk prepared = channel(null).prepare(ask);
        assertThat(prepared.ignored()).containsExactly("top_k", "service_tier");
        assertThat(sent(prepared, 7L).events).contains(new UpstreamEvent.TierGranted(ServiceTier.STANDARD));
        assertThat(server.request().body()).doesNotContain("tier");
        assertThat(sent(channel(null).prepare(plain), 7L).events)
                .noneMatch(event -> event instanceof UpstreamEvent.TierGranted);
    }

    @Test
    void flex_is_asked_for_by_its_word() throws Exception {
        ChatAsk ask = new ChatAsk(
                ask("", false).conversation(),
                "m",
                "qwen",
                false,
                null,
                ServiceTier.FLEX,
                Replay.NONE,
                new CallMedia(),
                Lease.FREE);
        PreparedAsk prepared = channel(null).prepare(ask);
        assertThat(prepared.ignored()).containsExactly("top_k");
        assertThat(sent(prepared, 7L).events).contains(new UpstreamEvent.TierGranted(ServiceTier.STANDARD));
        assertThat(server.request().body()).contains(",\"service_tier\":\"flex\",");
    }

    @Test
    void the_prompt_cannot_be_counted() throws Exception {
        CompletableFuture<Optional<PromptCount>> count = new CompletableFuture<>();
        channel(null).prepare(ask("", false)).count(count::complete);
        assertThat(count.get(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void a_call_belongs_to_an_event_loop() {
        PreparedAsk ask = channel(null).prepare(ask("", false));
        assertThatThrownBy(() -> ask.send(null, new Heard())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_closed_channel_sends_nothing() throws Exception {
        CompatChannel channel = channel(null);
        assertThat(channel.name()).isEqualTo("far");
        PreparedAsk ask = channel.prepare(ask("", false));
        channel.close();
        Heard heard = new Heard();
        VERTX.getOrCreateContext().runOnContext(_ -> ask.send(null, heard));
        assertThat(heard.end.get(20, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.class);
        assertThat(server.connections()).isZero();
    }

    @Test
    void what_comes_in_geminis_own_words_is_refused_by_the_models_name() {
        NativeAsk ask = new NativeAsk(
                Json.MAPPER.createObjectNode(),
                "gemini-x",
                "qwen",
                1,
                Set.of(),
                new PromptSize(1, 1, 0, 0, List.of()),
                SignatureOrigins.NONE);
        assertThatThrownBy(() -> channel(null).prepare(ask)).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().param()).isEqualTo("model");
            assertThat(refused.error().message()).contains("gemini-x", "/v1/chat/completions");
        });
    }
}
