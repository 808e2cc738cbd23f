package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Today;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Conversations keep the provider's cache although several channels and two nodes serve them (E85). Each channel has a cache of its own, and no
 * answer is signed, since a signature alone would bring the next turn to its channel (D50).
 */
@Timeout(1_800)
class KeptCachesTest {

    private static final int CONVERSATIONS = Effort.of(8, 50);
    private static final int TURNS = Effort.of(6, 30);

    /** Fewer than the open calls from which a channel may be passed over for its load. */
    private static final int CONVERSATIONS_OF_A_LEAVE = Math.min(CONVERSATIONS, 15);

    private static final int TURNS_AROUND_A_LEAVE = 3;
    private static final int TEXT_BYTES = 6_000;
    private static final int CHANNELS = 3;

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODEL = "gemini-3.8-flash";
    private static final Pattern NAME = Pattern.compile("conversation-(\\d+)\\b");

    /** The system text of all conversations, as an agent has it; more than the least that is cached. */
    private static final String SYSTEM = text(new Random(1), 3 * TEXT_BYTES);

    private static Path file;
    private static Gateway one;
    private static Gateway two;
    private static Customer customer;

    private final long seed = Effort.seed("test.seed");
    private final Vertx vertx = Vertx.vertx();
    private final List<Sandbox> farSides = new ArrayList<>();

    @BeforeAll
    static void startNodes() throws IOException {
        file = Files.createTempFile("channels", ".yaml");
        Files.writeString(file, "channels: [{id: a, kind: gemini, base_url: \"http://127.0.0.1:1\", key: none}]");
        String url = Postgres.migrated();
        Map<String, String> environment = Map.of("TOLLGATE_CHANNELS_FILE", file.toString());
        one = Gateway.startOn(url, environment);
        two = Gateway.startOn(url, environment);
        customer = one.customer("1000000");
    }

    @AfterAll
    static void stopNodes() throws IOException {
        one.assertBooksAreClosed();
        one.close();
        two.close();
        Files.delete(file);
    }

    @BeforeEach
    void start() {
        System.out.println("test.seed=" + seed);
        SandboxOptions options = SandboxOptions.defaults()
                .withClock(Today::instant)
                .withRequestsMax(CONVERSATIONS_OF_A_LEAVE * 2 * TURNS_AROUND_A_LEAVE)
                .withScript(Script.parse("[{knobs: implicit_cache unsigned}]"));
        for (int i = 0; i < CHANNELS; i++) {
            farSides.add(await(Sandbox.start(vertx, options)));
        }
    }

    @AfterEach
    void stop() {
        farSides.forEach(farSide -> await(farSide.close()));
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    /**
     * Lets both nodes use these far sides from now on.
     *
     * @param project the caches of another one are not read
     */
    private void use(String project, String affinity, List<Sandbox> used) {
        String channels = used.stream()
                .map(farSide -> "  - {id: far-%d, kind: gemini, base_url: \"%s\", key: %s}\n"
                        .formatted(farSides.indexOf(farSide), farSide.baseUrl(), project))
                .collect(Collectors.joining("", "affinity: " + affinity + "\nchannels:\n", ""));
        try {
            Files.writeString(file, channels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Gateway node : List.of(one, two)) {
            assertThat(node.app().upstreams().reload()).isTrue();
        }
    }

    /** Begins the conversations one after another, since each reads what the one before has left, and goes on with all at the same time. */
    private List<Conversation> converse(int conversations, int turns, Gateway... nodes) {
        List<Conversation> all = IntStream.range(0, conversations)
                .mapToObj(number -> new Conversation(number, seed))
                .toList();
        all.forEach(conversation -> conversation.goOn(1, nodes));
        together(all, conversation -> conversation.goOn(turns - 1, nodes));
        return all;
    }

    private static void together(List<Conversation> all, Consumer<Conversation> action) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(all.stream()
                            .map(conversation -> CompletableFuture.runAsync(() -> action.accept(conversation), threads))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    @Test
    void three_channels_keep_95_percent_of_one_channels_cache() {
        use("alone", "on", farSides.subList(0, 1));
        List<Conversation> alone = converse(CONVERSATIONS, TURNS, one);
        use("kept", "on", farSides);
        List<Conversation> kept = converse(CONVERSATIONS, TURNS, one, two);
        use("drawn", "off", farSides);
        List<Conversation> drawn = converse(CONVERSATIONS, TURNS, one, two);

        long whole = read(alone);
        System.out.printf("%d conversations of %d turns: one channel cached %d tokens, ", CONVERSATIONS, TURNS, whole);
        System.out.printf("three %.1f %% of them, and drawn ones %.1f %%, ", share(kept, whole), share(drawn, whole));
        System.out.printf("as much in %.0f %% of the turns%n", 100 * asWell(drawn, alone));
        assertThat(share(kept, whole)).as("-Dtest.seed=" + seed).isGreaterThanOrEqualTo(95);
        // The sandbox forgets nothing, and so a channel that is drawn again still has an earlier part of the prompt.
        assertThat(share(drawn, whole)).as("-Dtest.seed=" + seed).isLessThan(95);
        assertThat(asWell(drawn, alone)).as("-Dtest.seed=" + seed).isLessThan(0.7);
    }

    private static long read(List<Conversation> all) {
        return all.stream()
                .flatMap(conversation -> conversation.cached.stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    private static double share(List<Conversation> all, long whole) {
        return 100.0 * read(all) / whole;
    }

    /** Returns the share of turns that read as much from the cache. */
    private static double asWell(List<Conversation> all, List<Conversation> others) {
        int turns = 0;
        int asWell = 0;
        for (int i = 0; i < all.size(); i++) {
            for (int turn = 0; turn < all.get(i).cached.size(); turn++) {
                turns++;
                asWell += all.get(i).cached.get(turn) >= others.get(i).cached.get(turn) ? 1 : 0;
            }
        }
        return (double) asWell / turns;
    }

    enum Leaving {
        BY_THE_OPERATOR,
        BY_FAILURE
    }

    @ParameterizedTest
    @EnumSource
    void a_channel_that_leaves_moves_its_conversations_alone(Leaving leaving) {
        use("all", "on", farSides);
        List<Conversation> all = converse(CONVERSATIONS_OF_A_LEAVE, TURNS_AROUND_A_LEAVE, one, two);
        int[] first =
                farSides.stream().mapToInt(farSide -> farSide.requests().size()).toArray();
        Map<Integer, Set<Integer>> before = channels(new int[CHANNELS]);
        assertThat(before).hasSize(CONVERSATIONS_OF_A_LEAVE);
        assertThat(before.values()).as("-Dtest.seed=" + seed).allMatch(channels -> channels.size() == 1);

        Set<Integer> left = before.get(0);
        Sandbox leaver = farSides.get(left.iterator().next());
        switch (leaving) {
            case BY_THE_OPERATOR ->
                use(
                        "all",
                        "on",
                        farSides.stream().filter(farSide -> farSide != leaver).toList());
            case BY_FAILURE -> await(leaver.close());
        }
        together(all, conversation -> conversation.goOn(TURNS_AROUND_A_LEAVE, one, two));

        Map<Integer, Set<Integer>> after = channels(first);
        assertThat(after).hasSize(CONVERSATIONS_OF_A_LEAVE);
        after.forEach((conversation, channels) -> {
            assertThat(channels).as("-Dtest.seed=" + seed).hasSize(1);
            if (before.get(conversation).equals(left)) {
                assertThat(channels).isNotEqualTo(left);
            } else {
                assertThat(channels).isEqualTo(before.get(conversation));
            }
        });
    }

    /**
     * Returns the far sides that were asked by each conversation.
     *
     * @param from how many requests of each are left out
     */
    private Map<Integer, Set<Integer>> channels(int[] from) {
        Map<Integer, Set<Integer>> channels = new HashMap<>();
        for (int i = 0; i < CHANNELS; i++) {
            int channel = i;
            farSides.get(i).requests().stream().skip(from[i]).forEach(request -> {
                String name = found(NAME, request.body().toString());
                channels.computeIfAbsent(Integer.valueOf(name), _ -> new TreeSet<>())
                        .add(channel);
            });
        }
        return channels;
    }

    private static String text(Random random, int bytes) {
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            for (int letters = 3 + random.nextInt(7); letters > 0; letters--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            text.append(' ');
        }
        return text.toString();
    }

    private enum Door {
        CHAT("/v1/chat/completions", "/choices/0/message/content", "/usage/prompt_tokens_details/cached_tokens"),
        MESSAGES("/v1/messages", "/content/0/text", "/usage/cache_read_input_tokens"),
        RESPONSES("/v1/responses", "/output/0/content/0/text", "/usage/input_tokens_details/cached_tokens"),
        NATIVE(
                "/v1beta/models/" + MODEL + ":generateContent",
                "/candidates/0/content/parts/0/text",
                "/usageMetadata/cachedContentTokenCount");

        private final String path;
        private final String answer;
        private final String cached;

        Door(String path, String answer, String cached) {
            this.path = path;
            this.answer = answer;
            this.cached = cached;
        }
    }

    /** A conversation at one door, every second one under a name. Confined to a thread. */
    private static final class Conversation {

        private final int number;
        private final Door door;
        private final boolean isNamed;
        private final Random random;

        /** The user's and the model's, in turn. */
        private final List<String> texts = new ArrayList<>();

        private final List<Long> cached = new ArrayList<>();
        private String lastId = "";

        Conversation(int number, long seed) {
            this.number = number;
            this.door = Door.values()[number % Door.values().length];
            this.isNamed = number / Door.values().length % 2 == 0;
            this.random = new Random(seed + number);
        }

        private String name() {
            return "conversation-" + number;
        }

        void goOn(int turns, Gateway... nodes) {
            for (int i = 0; i < turns; i++) {
                String text = text(random, TEXT_BYTES / 2 + random.nextInt(TEXT_BYTES));
                texts.add(texts.isEmpty() ? "This is " + name() + ": " + text : text);
                Gateway node = nodes[(number + cached.size()) % nodes.length];
                Reply reply = node.send(request(node));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                JsonNode answer = reply.json();
                texts.add(answer.at(door.answer).asString());
                lastId = answer.path("id").asString("");
                cached.add(answer.at(door.cached).asLong(0));
            }
        }

        private HttpRequest.Builder request(Gateway node) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node.url() + door.path))
                    .header("Authorization", "Bearer " + customer.key())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body().toString()));
            if (isNamed && door == Door.RESPONSES) {
                request.header("session_id", name());
            }
            if (isNamed && door == Door.NATIVE) {
                request.header("x-session-id", name());
            }
            return request;
        }

        private ObjectNode body() {
            ObjectNode body = JSON.createObjectNode();
            if (door != Door.NATIVE) {
                body.put("model", MODEL).put("stream", false);
            }
            switch (door) {
                case CHAT -> {
                    ArrayNode messages = body.putArray("messages");
                    messages.addObject().put("role", "system").put("content", SYSTEM);
                    turns(messages, 0);
                    if (isNamed) {
                        body.put("prompt_cache_key", name());
                    }
                }
                case MESSAGES -> {
                    turns(body.put("max_tokens", 2_000).put("system", SYSTEM).putArray("messages"), 0);
                    if (isNamed) {
                        body.putObject("metadata").put("user_id", "user_1_account_2_session_" + name());
                    }
                }
                case RESPONSES -> {
                    boolean isExpanded = !isNamed && !lastId.isEmpty();
                    turns(body.put("instructions", SYSTEM).putArray("input"), isExpanded ? texts.size() - 1 : 0);
                    if (isExpanded) {
                        body.put("previous_response_id", lastId);
                    }
                }
                case NATIVE -> {
                    part(body.putObject("systemInstruction"), SYSTEM);
                    contents(body.putArray("contents"));
                }
            }
            return body;
        }

        private void contents(ArrayNode contents) {
            for (int i = 0; i < texts.size(); i++) {
                part(contents.addObject().put("role", i % 2 == 0 ? "user" : "model"), texts.get(i));
            }
        }

        private static void part(ObjectNode content, String text) {
            content.putArray("parts").addObject().put("text", text);
        }

        private void turns(ArrayNode messages, int from) {
            for (int i = from; i < texts.size(); i++) {
                messages.addObject()
                        .put("role", i % 2 == 0 ? "user" : "assistant")
                        .put("content", texts.get(i));
            }
        }
    }
}
