package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.settings.GenerationConfigWriter;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.NativeTurn;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Writes a request in Gemini's own format, {@code generationConfig} last. Three things change. Media get the type that their bytes show, as
 * in every protocol, and callers may name only some remote files (D49). Signatures of other channels or models are replaced (D50). Ids of
 * calls are left out if the upstream may not know the field (protocol 1.3). Some clients send each result of parallel calls in a content of
 * its own; Vertex AI requires one content.
 */
final class NativeRequestWriter {

    private static final String CONFIG = "generationConfig";
    static final String SIGNATURE = "thoughtSignature";
    static final String CALL = "functionCall";
    static final String RESULT = "functionResponse";

    private static final Set<String> SAMPLING = Set.of("temperature", "topP", "topK");

    private static final int BYTES_FIRST = 1024;

    private final JsonGenerator json;
    private final NativeAsk ask;
    private final String channel;
    private final UpstreamModel model;
    private final CallIds callIds;
    private final Set<String> ignored = new LinkedHashSet<>();

    private final NativePartWriter parts;

    private NativeRequestWriter(
            JsonGenerator json,
            MediaSlots slots,
            NativeAsk ask,
            String channel,
            UpstreamModel model,
            CallIds callIds,
            Set<String> buckets) {
        this.json = json;
        this.ask = ask;
        this.channel = channel;
        this.model = model;
        this.callIds = callIds;
        this.parts = new NativePartWriter(json, slots, ask.origins(), channel, model, buckets, ignored);
    }

    /**
     * @param channel the name of the channel that it is for
     * @param callIds which ids of calls go back
     * @param buckets of Google's storage that callers may name files of
     * @param tier the service tier that the body names; the standard one is not written
     * @throws dev.tollgate.base.error.ApiException a 400 that names the part
     */
    static GeminiBody write(
            NativeAsk ask,
            String channel,
            UpstreamModel model,
            CallIds callIds,
            Set<String> buckets,
            ServiceTier tier) {
        int expected = BYTES_FIRST + (int) Math.min(ask.promptSize().textBytes(), Integer.MAX_VALUE / 2);
        CountedBytes out = new CountedBytes(ask.memory(), expected);
        MediaSlots slots;
        Set<String> ignored;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            slots = new MediaSlots(json, out);
            NativeRequestWriter writer = new NativeRequestWriter(json, slots, ask, channel, model, callIds, buckets);
            writer.request(ask.body(), tier);
            ignored = writer.ignored;
        }
        return new GeminiBody(out.kept(), out.size(), List.copyOf(ignored), slots.all());
    }

    private void request(JsonNode body, ServiceTier tier) {
        requireAnswers(body.path(CONFIG));
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            switch (member.getKey()) {
                case CONFIG, NativeAsk.STORE, NativeAsk.CONTINUATION -> {}
                case "contents" -> {
                    json.writeName("contents");
                    contents(member.getValue());
                }
                default -> member(member);
            }
        }
        GeminiRequestWriter.writeTier(json, tier);
        json.writeObjectPropertyStart(CONFIG);
        body.path(CONFIG).properties().forEach(this::configured);
        if (model.images() != null) {
            GenerationConfigWriter.writeImages(json, ask.images());
        } else if (model.speaks()) {
            GenerationConfigWriter.writeSpeech(json, null);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The door goes by the rules of what was asked for as long as any channel does (D59): here may be another model. */
    private void requireAnswers(JsonNode config) {
        UpstreamModel.SamplingLack lack = NativeAsk.lacks(model, ask.candidates(), config);
        if (lack != null) {
            String field = "generation_config."
                    + switch (lack) {
                        case CANDIDATES -> "candidate_count";
                        case PRESENCE_PENALTY -> "presence_penalty";
                        case FREQUENCY_PENALTY -> "frequency_penalty";
                        case LOGPROBS -> "response_logprobs";
                    };
            throw ApiError.invalid(field, field + ": the value is not supported by this model.")
                    .asException();
        }
    }

    private void configured(Map.Entry<String, JsonNode> member) {
        boolean isLost = member.getKey().equals("speechConfig")
                ? !model.speaks()
                : !model.sampling() && SAMPLING.contains(member.getKey());
        if (isLost) {
            ignored.add(CONFIG + "." + member.getKey());
            return;
        }
        JsonNode budget = member.getValue().path("thinkingBudget");
        if (!member.getKey().equals("thinkingConfig") || budget.isMissingNode() || !model.translatesBudgets()) {
            member(member);
            return;
        }
        json.writeName("thinkingConfig");
        parts.object(member.getValue(), Map.of("thinkingBudget", this::level));
    }

    /** The level that comes nearest to a budget which was meant for the model that this one replaces (D59). */
    private void level(JsonNode budget) {
        String level = model.levelFor(budget.asLong(-1));
        if (level != null) {
            json.writeStringProperty("thinkingLevel", level);
            ignored.add(CONFIG + ".thinkingConfig.thinkingBudget");
        }
    }

    private void member(Map.Entry<String, JsonNode> member) {
        json.writeName(member.getKey());
        json.writeTree(member.getValue());
    }

    private void contents(JsonNode contents) {
        List<NativeTurn> turns = NativeTurn.of(contents);
        int current = NativeTurn.currentFrom(turns);
        boolean sendsIds = false;
        List<JsonNode> calls = List.of();
        json.writeStartArray();
        for (int i = 0; i < turns.size(); i++) {
            NativeTurn turn = turns.get(i);
            if (turn.isModels()) {
                sendsIds = sendsIds(turn);
                calls = turn.parts(CALL);
                boolean demands = i >= current && model.signatures() && !calls.isEmpty();
                parts.model(sendsIds, demands ? calls.getFirst() : null);
            } else {
                parts.user(sendsIds ? Map.of() : inOrder(calls, turn.parts(RESULT)));
            }
            turn(turn);
        }
        continuation(turns);
        json.writeEndArray();
    }

    /** Returns whether a turn's call ids are sent. One signed call decides for all, since the others are not signed. */
    private boolean sendsIds(NativeTurn turn) {
        return switch (callIds) {
            case ANY -> true;
            case OWN -> turn.parts(CALL).stream().anyMatch(this::isOwn);
            case NONE -> false;
        };
    }

    private boolean isOwn(JsonNode call) {
        String id = call.path(CALL).path("id").asString("");
        return ask.origins().isOwnId(call.path(SIGNATURE).asString(""), id, channel);
    }

    /**
     * Returns the results in the order of their calls, which alone matches them if no ids are sent, by the part that each replaces. A prompt that is only counted
     * may have results that do not match: they stay as they are.
     */
    private static Map<JsonNode, JsonNode> inOrder(List<JsonNode> calls, List<JsonNode> results) {
        Map<JsonNode, JsonNode> byCall = new IdentityHashMap<>();
        NativeTurn.match(calls, results, (result, call) -> {
            if (call != null) {
                byCall.put(call, result);
            }
        });
        if (byCall.size() != calls.size() || calls.size() != results.size()) {
            return Map.of();
        }
        Map<JsonNode, JsonNode> byPlace = new IdentityHashMap<>();
        for (int i = 0; i < calls.size(); i++) {
            byPlace.put(results.get(i), Objects.requireNonNull(byCall.get(calls.get(i))));
        }
        return byPlace;
    }

    private void turn(NativeTurn turn) {
        List<JsonNode> contents = turn.contents();
        for (int i = 0; i < contents.size(); ) {
            int from = i;
            int to = endOfResults(contents, from);
            NativePartWriter.Value written = parts.named("parts", any -> {
                json.writeStartArray();
                if (!turn.isModels()) {
                    parts.moved();
                }
                for (int at = from; at < to; at++) {
                    parts.parts(contents.get(at).path("parts"), "contents[" + (turn.from() + at) + "].parts");
                }
                json.writeEndArray();
            });
            parts.object(contents.get(from), Map.of("parts", written));
            i = to;
        }
    }

    /** Behind the contents that hold results only, of which those behind the first go with it. */
    private static int endOfResults(List<JsonNode> contents, int from) {
        int to = from + 1;
        while (isResults(contents.get(from)) && to < contents.size() && isResults(contents.get(to))) {
            to++;
        }
        return to;
    }

    private static boolean isResults(JsonNode content) {
        JsonNode parts = content.path("parts");
        return !parts.isEmpty() && parts.valueStream().allMatch(part -> part.has(RESULT));
    }

    /** Writes the continuation as for other doors, but not after calls, which wait for their results. */
    private void continuation(List<NativeTurn> turns) {
        NativeTurn last = turns.getLast();
        if (!last.isModels() || !last.parts(CALL).isEmpty() || !parts.needContinuation(turns.size())) {
            return;
        }
        json.writeStartObject();
        json.writeStringProperty("role", "user");
        json.writeArrayPropertyStart("parts");
        parts.moved();
        json.writeStartObject();
        json.writeName("text");
        ContentsWriter.LEAST_TEXT.write(json);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        ignored.add("contents[" + (last.from() + last.contents().size() - 1) + "] (continued)");
    }
}
