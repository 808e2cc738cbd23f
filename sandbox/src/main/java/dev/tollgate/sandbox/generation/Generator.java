package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.files.StoredFile;
import dev.tollgate.sandbox.generation.PromptTokens.Modality;
import dev.tollgate.sandbox.requests.ContinuationTokens;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.requests.ThoughtSignatures;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.samples.SchemaSample;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the events of an answer: the candidates' chunks alternately, each with the usage so far. The same seed and
 * request give the same events. Immutable.
 */
public record Generator(long seed, ThoughtSignatures signatures, InstantSource clock) {

    /** Returns what makes the events of the answer, each a {@code GenerateContentResponse}; at least one. */
    List<Supplier<ObjectNode>> events(GoogleRequest ask, CachedTokens cached) {
        byte[] hash = hash(ask);
        Frame frame = frame(ask, hash, cached);
        List<List<Chunk>> candidates =
                candidates(ask, random(hash), Pictures.of(ask, random(hash).nextLong()));
        Chunk[] latest = new Chunk[candidates.size()];
        List<Supplier<ObjectNode>> events = new ArrayList<>();
        int rounds = candidates.stream().mapToInt(List::size).max().orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < latest.length; i++) {
                if (round < candidates.get(i).size()) {
                    latest[i] = candidates.get(i).get(round);
                    events.add(frame.event(latest[i], latest));
                }
            }
        }
        return events;
    }

    /** An event that holds nothing but the prompt's usage; what an answer without candidates is made of. */
    ObjectNode bare(GoogleRequest ask, CachedTokens cached) {
        return frame(ask, hash(ask), cached).bare();
    }

    /** The answer of {@code countTokens}. */
    public static ObjectNode count(GoogleRequest ask) {
        Map<Modality, Integer> prompt = PromptTokens.ofPrompt(ask);
        ObjectNode body = JsonTrees.object().put("totalTokens", PromptTokens.sum(prompt));
        if (ask.terms().vertex()) {
            body.put("totalBillableCharacters", billableCharacters(ask));
        }
        body.set("promptTokensDetails", details(prompt));
        return body;
    }

    /** All but white space, which Vertex AI does not bill. */
    private static long billableCharacters(GoogleRequest ask) {
        return ask.contents().stream()
                .map(GoogleRequest::textOf)
                .flatMapToInt(String::codePoints)
                .filter(c -> !Character.isWhitespace(c))
                .count();
    }

    private static void putPositive(ObjectNode usage, String name, int tokens) {
        if (tokens > 0) {
            usage.put(name, tokens);
        }
    }

    private List<List<Chunk>> candidates(GoogleRequest ask, RandomGenerator random, Pictures pictures) {
        DraftAnswer draft = Composer.compose(ask, pictures);
        List<List<Chunk>> candidates = new ArrayList<>();
        for (int i = 0; i < ask.candidateCount(); i++) {
            DraftAnswer own = i == 0 || draft.text().isEmpty() || ask.json()
                    ? draft
                    : DraftAnswer.text("Put differently: " + draft.text());
            candidates.add(new CandidateChunks(ask, own, i, signatures, random).chunks());
        }
        return candidates;
    }

    private Frame frame(GoogleRequest ask, byte[] hash, CachedTokens cached) {
        String responseId =
                Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 22);
        Map<Modality, Integer> prompt = PromptTokens.ofPrompt(ask);
        int toolTokens = ToolAnswer.tokens(ask, PromptTokens.sum(prompt));
        String createTime = ask.terms().vertex() ? StoredFile.text(clock.instant()) : "";
        String imageTokens = ask.terms().knobs().text(Knob.IMAGE_TOKENS);
        return new Frame(
                prompt,
                cached,
                toolTokens,
                imageTokens,
                ask.model().speaks(),
                Tier.of(ask),
                ask.model().name(),
                responseId,
                createTime);
    }

    private byte[] hash(GoogleRequest ask) {
        String source = seed + "\n" + ask.model().name() + "\n";
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(source.getBytes(StandardCharsets.UTF_8));
            JsonNode body = ask.model().gemini4() ? ContinuationTokens.unchanging(ask) : ask.body();
            JsonTrees.write(body, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }

    private static RandomGenerator random(byte[] hash) {
        return new SplittableRandom(ByteBuffer.wrap(hash).getLong());
    }

    private static ArrayNode details(Map<Modality, Integer> counts) {
        ArrayNode details = JsonTrees.array();
        counts.forEach((modality, tokens) ->
                details.addObject().put("modality", modality.name()).put("tokenCount", tokens));
        return details;
    }

    /**
     * A candidate's part of one event.
     *
     * @param candidate creates its content and finish reason at each call
     * @param visibleTokens of this candidate up to here
     * @param imageTokens the part of the visible tokens that are images
     * @param thoughtTokens of this candidate up to here
     */
    record Chunk(Supplier<ObjectNode> candidate, int visibleTokens, int imageTokens, int thoughtTokens) {}

    /**
     * The service tier, as the usage reports it.
     *
     * @param member its name
     * @param word empty if it is not reported
     */
    private record Tier(String member, String word) {

        static Tier of(GoogleRequest ask) {
            if (!ask.terms().vertex()) {
                return new Tier("serviceTier", ask.namesTier() ? ask.tier() : "");
            }
            return new Tier(
                    "trafficType",
                    switch (ask.tier()) {
                        case "" -> "";
                        case "standard" -> "ON_DEMAND";
                        default -> "ON_DEMAND_" + ask.tier().toUpperCase(Locale.ROOT);
                    });
        }
    }

    /**
     * The common part of all events of a response.
     *
     * @param imageTokens what is reported as tokens of images, or untold; empty for the truth
     */
    private record Frame(
            Map<Modality, Integer> prompt,
            CachedTokens cached,
            int toolTokens,
            String imageTokens,
            boolean speaks,
            Tier tier,
            String model,
            String responseId,
            String createTime) {

        Supplier<ObjectNode> event(Chunk chunk, Chunk[] latest) {
            int visible = sum(latest, Chunk::visibleTokens);
            int images = sum(latest, Chunk::imageTokens);
            int thoughts = sum(latest, Chunk::thoughtTokens);
            return () -> {
                ObjectNode event = JsonTrees.object();
                event.putArray("candidates").add(chunk.candidate().get());
                return complete(event, usage(visible, images, thoughts));
            };
        }

        private static int sum(Chunk[] latest, ToIntFunction<Chunk> tokens) {
            return Arrays.stream(latest)
                    .filter(Objects::nonNull)
                    .mapToInt(tokens)
                    .sum();
        }

        ObjectNode bare() {
            return complete(JsonTrees.object(), usage(0, 0, 0));
        }

        private ObjectNode complete(ObjectNode event, ObjectNode usage) {
            event.set("usageMetadata", usage);
            event.put("modelVersion", model).put("responseId", responseId);
            return createTime.isEmpty() ? event : event.put("createTime", createTime);
        }

        /** Protocol buffers leave zeros out. */
        private ObjectNode usage(int visible, int images, int thoughts) {
            ObjectNode usage = JsonTrees.object();
            int promptTokens = PromptTokens.sum(prompt);
            usage.put("promptTokenCount", promptTokens);
            putPositive(usage, "candidatesTokenCount", visible);
            usage.put("totalTokenCount", promptTokens + toolTokens + visible + thoughts);
            putPositive(usage, "toolUsePromptTokenCount", toolTokens);
            putPositive(usage, "thoughtsTokenCount", thoughts);
            putPositive(usage, "cachedContentTokenCount", cached.sum());
            usage.set("promptTokensDetails", details(prompt));
            if (images > 0 && !imageTokens.equals("untold")) {
                int told = imageTokens.isEmpty() ? images : Integer.parseInt(imageTokens);
                usage.set("candidatesTokensDetails", details(Map.of(Modality.IMAGE, told)));
            }
            if (speaks && visible > 0) {
                usage.set("candidatesTokensDetails", details(Map.of(Modality.AUDIO, visible)));
            }
            if (cached.sum() > 0 && cached.detailed()) {
                usage.set("cacheTokensDetails", details(cached.byModality()));
            }
            return tier.word().isEmpty() ? usage : usage.put(tier.member(), tier.word());
        }
    }

    /** Decides what kind of answer a request gets. */
    private static final class Composer {

        private Composer() {}

        static DraftAnswer compose(GoogleRequest ask, Pictures pictures) {
            if (ask.answersIn("IMAGE")) {
                DraftAnswer inWords = ToolAnswer.of(ask, AnswerText.beforeImages(ask));
                boolean silent = !ask.answersIn("TEXT") && !pictures.shown().isEmpty();
                return inWords.with(silent ? "" : inWords.text(), pictures);
            }
            Optional<DraftAnswer> job = AgentJob.of(ask).map(AgentJob::next);
            if (job.isPresent()) {
                return job.get();
            }
            List<ObjectNode> calls = CallChoice.calls(ask);
            if (!calls.isEmpty()) {
                return DraftAnswer.calls(calls);
            }
            Prompt prompt = new Prompt(ask.prompt());
            if (ask.json() || !ask.responseSchema().isMissingNode()) {
                return DraftAnswer.text(structured(ask, prompt));
            }
            return ToolAnswer.of(ask, AnswerText.of(ask));
        }

        private static String structured(GoogleRequest ask, Prompt prompt) {
            JsonNode schema = ask.responseSchema();
            if (schema.isMissingNode()) {
                return JsonTrees.write(JsonTrees.object().put("answer", AnswerText.of(ask)));
            }
            JsonNode value = SchemaSample.of(schema, prompt);
            return ask.json() ? JsonTrees.write(value) : value.asString("");
        }
    }
}
