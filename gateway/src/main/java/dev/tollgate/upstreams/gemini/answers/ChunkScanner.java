package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.upstreams.connections.JsonScanner;
import dev.tollgate.upstreams.gemini.answers.GeminiChunk.Candidate;
import dev.tollgate.upstreams.gemini.answers.GeminiChunk.Part;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunk that nearly every event of a stream is: text, thoughts, a finish reason, token counts. It reads it as {@link GeminiChunkReader}
 * does, or not at all: with whatever else stands in it, a chunk is for that one. The two are tried against each other ({@code FuzzTest}).
 *
 * <p>One serves all streams of a thread, each of which has what its chunks repeat: thousands of streams may wait there. Not safe for several
 * threads.
 */
final class ChunkScanner {

    private static final byte[] CANDIDATES = ascii("candidates");
    private static final byte[] USAGE = ascii("usageMetadata");
    private static final byte[] MODEL_VERSION = ascii("modelVersion");
    private static final byte[] RESPONSE_ID = ascii("responseId");
    private static final byte[] CONTENT = ascii("content");
    private static final byte[] INDEX = ascii("index");
    private static final byte[] FINISH_REASON = ascii("finishReason");
    private static final byte[] PARTS = ascii("parts");
    private static final byte[] TEXT = ascii("text");
    private static final byte[] THOUGHT = ascii("thought");
    private static final byte[] SIGNATURE = ascii("thoughtSignature");
    private static final byte[] PROMPT_DETAILS = ascii("promptTokensDetails");
    private static final byte[] CANDIDATES_DETAILS = ascii("candidatesTokensDetails");
    private static final byte[] CACHE_DETAILS = ascii("cacheTokensDetails");
    private static final byte[] SERVICE_TIER = ascii("serviceTier");
    private static final byte[] TRAFFIC_TYPE = ascii("trafficType");
    private static final byte[] MODALITY = ascii("modality");
    private static final byte[] TOKEN_COUNT = ascii("tokenCount");
    private static final byte[] TEXT_MODALITY = ascii("TEXT");

    /** The members of a usage that are counts, in the order of {@link Count#REPORTED}. */
    private static final List<byte[]> COUNTS =
            UsageReader.COUNTS.stream().map(ChunkScanner::ascii).toList();

    private static final byte[] TOTAL = ascii(UsageReader.TOTAL);

    /** The members without meaning for Tollgate, in any object. Other unknown members may mean something to the other reader. */
    private static final List<byte[]> WITHOUT_MEANING = List.of(
            ascii("role"),
            ascii("safetyRatings"),
            ascii("avgLogprobs"),
            SERVICE_TIER,
            TRAFFIC_TYPE,
            ascii("createTime"));

    private static final ThreadLocal<ChunkScanner> OF_THREAD = ThreadLocal.withInitial(ChunkScanner::new);

    private final JsonScanner json = new JsonScanner();
    private final long[] counts = new long[Count.REPORTED.size()];
    private RepeatedTexts before = new RepeatedTexts();
    private @Nullable ServiceTier tier;

    private ChunkScanner() {}

    /** Returns the scanner of this thread. */
    static ChunkScanner ofThread() {
        return OF_THREAD.get();
    }

    /**
     * @param repeated by the chunks of this stream; taken note of
     * @return null if it is not of the common form, or broken
     */
    @Nullable
    GeminiChunk read(byte[] bytes, int from, int to, RepeatedTexts repeated) {
        before = repeated;
        json.open(bytes, from, to);
        try {
            GeminiChunk chunk = chunk();
            json.end();
            return chunk;
        } catch (JsonScanner.Uncommon forTheParser) {
            return null;
        } finally {
            json.close();
        }
    }

    private GeminiChunk chunk() {
        String version = null;
        String id = null;
        List<Candidate> candidates = null;
        Usage usage = null;
        tier = null;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (json.is(CANDIDATES)) {
                candidates = once(candidates, this::candidate);
            } else if (json.is(USAGE)) {
                usage = usage();
            } else if (json.is(MODEL_VERSION)) {
                version = before.modelVersion(json.word(before.modelVersion));
            } else if (json.is(RESPONSE_ID)) {
                id = before.responseId(json.word(before.responseId));
            } else {
                passOver();
            }
        }
        return new GeminiChunk(version, id, candidates == null ? List.of() : candidates, usage, tier, null, null);
    }

    private Candidate candidate(int place) {
        List<Part> parts = null;
        int index = place;
        String reason = null;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (json.is(CONTENT)) {
                parts = content(parts);
            } else if (json.is(INDEX)) {
                index = index(json.count());
            } else if (json.is(FINISH_REASON)) {
                reason = json.word(reason);
            } else {
                passOver();
            }
        }
        return new Candidate(index, parts == null ? List.of() : parts, reason, null, null, null);
    }

    private static int index(long count) {
        if (count > Integer.MAX_VALUE) {
            throw JsonScanner.uncommon();
        }
        return (int) count;
    }

    private @Nullable List<Part> content(@Nullable List<Part> former) {
        List<Part> parts = former;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (json.is(PARTS)) {
                parts = once(parts, _ -> part());
            } else {
                passOver();
            }
        }
        return parts;
    }

    private @Nullable Part part() {
        String text = "";
        boolean thought = false;
        String signature = null;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (json.is(TEXT)) {
                text = json.string();
            } else if (json.is(THOUGHT)) {
                thought = json.truth();
            } else if (json.is(SIGNATURE)) {
                signature = json.string();
            } else {
                throw JsonScanner.uncommon();
            }
        }
        return text.isEmpty() && signature == null ? null : new GeminiChunk.Text(text, thought, signature, null);
    }

    private @Nullable Usage usage() {
        Arrays.fill(counts, Usage.ABSENT);
        long total = Usage.ABSENT;
        Modalities ofPrompt = Modalities.NONE;
        Modalities ofCandidates = Modalities.NONE;
        boolean hasCounts = false;
        tier = null;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (isCount()) {
                hasCounts = true;
            } else if (json.is(TOTAL)) {
                total = json.count();
                hasCounts = true;
            } else if (json.is(PROMPT_DETAILS)) {
                ofPrompt = before.promptDetails(modalities(before.promptDetails));
            } else if (json.is(CANDIDATES_DETAILS)) {
                ofCandidates = before.candidatesDetails(modalities(before.candidatesDetails));
            } else if (json.is(CACHE_DETAILS)) {
                textTokens(); // so there is no audio
                counts[Count.CACHED_AUDIO.ordinal()] = 0;
            } else if (json.is(SERVICE_TIER) || json.is(TRAFFIC_TYPE)) {
                ServiceTier named = GrantedTier.of(before.tier(json.word(before.tier)));
                tier = named == null ? tier : named;
            } else {
                passOver();
            }
        }
        return hasCounts ? new Usage(total, ofPrompt, ofCandidates, counts) : null;
    }

    /** Reads the member if it is one of the counts. */
    private boolean isCount() {
        for (int i = 0; i < COUNTS.size(); i++) {
            if (json.is(COUNTS.get(i))) {
                counts[i] = json.count();
                return true;
            }
        }
        return false;
    }

    /** Reads the token counts of a prompt or answer that is only text. @return the former ones if they are equal */
    private Modalities modalities(Modalities former) {
        long tokens = textTokens();
        return tokens == former.textTokens() ? former : new Modalities(tokens, 0, 0, 0, 0);
    }

    private long textTokens() {
        long tokens = 0;
        for (boolean more = json.begins('[', ']'); more; more = json.goesOn(']')) {
            tokens += detail();
        }
        return tokens;
    }

    private long detail() {
        long tokens = 0;
        boolean isText = false;
        for (boolean more = json.begins('{', '}'); more; more = json.goesOn('}')) {
            json.name();
            if (json.is(MODALITY)) {
                json.word();
                isText = json.is(TEXT_MODALITY);
                if (!isText) {
                    throw JsonScanner.uncommon();
                }
            } else if (json.is(TOKEN_COUNT)) {
                tokens = json.count();
            } else {
                throw JsonScanner.uncommon();
            }
        }
        return isText ? tokens : 0;
    }

    /** An array, which mostly has one element. What is null is left out, and counts as a place. */
    private <T> List<T> once(@Nullable List<T> former, IntFunction<@Nullable T> element) {
        if (former != null) {
            throw JsonScanner.uncommon();
        }
        T first = null;
        List<T> several = null;
        int place = 0;
        for (boolean more = json.begins('[', ']'); more; more = json.goesOn(']')) {
            T read = element.apply(place++);
            if (read == null) {
                continue;
            }
            if (first == null) {
                first = read;
            } else {
                several = several == null ? new ArrayList<>(List.of(first)) : several;
                several.add(read);
            }
        }
        return several != null ? several : first == null ? List.of() : List.of(first);
    }

    private void passOver() {
        for (byte[] name : WITHOUT_MEANING) {
            if (json.is(name)) {
                json.skip();
                return;
            }
        }
        throw JsonScanner.uncommon();
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
