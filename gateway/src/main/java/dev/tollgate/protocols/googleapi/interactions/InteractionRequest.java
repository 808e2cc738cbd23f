package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.StepContents.refuse;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.MovedFiles;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.JobRequest;
import dev.tollgate.calls.kept.Conversations;
import dev.tollgate.calls.kept.KeptInput;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.googleapi.CachedContents;
import dev.tollgate.protocols.googleapi.NativeRequest;
import dev.tollgate.protocols.googleapi.NativeRequestReader;
import dev.tollgate.protocols.googleapi.OpenNative;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.signatures.Signatures;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A request that is read but may need the interactions before it until it is whole (Y48). Confined to its request. */
final class InteractionRequest {

    static final String PREVIOUS = "previous_interaction_id";

    /** The beginning of ids, instead of their tasks' {@code chatcmpl-} (Y41). */
    static final String PREFIX = "v1_";

    private final Settings settings;
    private final ArrayNode steps;
    private final ObjectNode request;
    private final Places places;
    private final StepContents contents;
    private final ReadLimits limits;
    private final Lease memory;
    private final @Nullable KeptInput keeping;
    private List<KeptResponse> chain = List.of();
    private @Nullable KeyOwner reads;
    private @Nullable OpenNative open;

    /**
     * @param model as the caller wrote it
     * @param previousId as the caller wrote it; null for none
     * @param store whether the caller wants the interaction to be kept
     * @param background whether its caller does not wait (J30)
     * @param summaries whether thoughts are shown
     * @param byAddress whether images come by their addresses (Y33)
     * @param ignored members of an interaction without effect; the native request has its own
     */
    record Settings(
            String model,
            @Nullable String previousId,
            boolean stream,
            boolean store,
            boolean background,
            boolean summaries,
            boolean byAddress,
            List<String> ignored) {}

    /**
     * @param input as it came
     * @param request in Gemini's own form, without contents
     * @param keeps whether interactions are kept here
     */
    InteractionRequest(
            Settings settings,
            JsonNode input,
            ObjectNode request,
            Places places,
            ReadLimits limits,
            Lease memory,
            boolean keeps) {
        this.settings = settings;
        this.request = request;
        this.places = places;
        this.contents = new StepContents(places, memory);
        this.steps = contents.steps(input);
        this.limits = limits;
        this.memory = memory;
        this.keeping = settings.store() && keeps ? kept() : null;
        if (settings.background() && keeping == null) {
            throw refuse("input", JobRequest.TOO_LONG);
        }
        if (settings.previousId() == null) {
            complete();
        }
    }

    /** Returns the steps of the input, packed; null if they are too large to be kept. */
    private @Nullable KeptInput kept() {
        byte[] json = new Utf8Buffer().json(steps).toByteArray();
        long room = 2L * json.length; // a copy, and what is compressed of it
        memory.take(room);
        try {
            KeptInput packed = KeptInput.of(json);
            return packed.isTooLarge() ? null : packed;
        } finally {
            memory.give(room);
        }
    }

    Settings settings() {
        return settings;
    }

    /** Returns the members of an interaction without effect; the native request has its own. */
    List<String> ignored() {
        return Stream.concat(settings.ignored().stream(), contents.ignored().stream())
                .toList();
    }

    /** Returns the steps of the input, to be kept; null if the interaction is not. */
    @Nullable
    KeptInput keeping() {
        return keeping;
    }

    /** Returns the calls of the conversation, as one message. */
    List<Message> calls() {
        List<Message.ToolCall> calls = whole().contents()
                .valueStream()
                .flatMap(content -> content.path("parts").valueStream())
                .filter(part -> part.has("functionCall"))
                .map(part -> call(part.get("functionCall"), "{}"))
                .toList();
        return List.of(new Message.Assistant(Place.NONE, null, calls, null, List.of()));
    }

    boolean isWhole() {
        return open != null && open.isWhole();
    }

    NativeRequest whole() {
        return open().whole();
    }

    private OpenNative open() {
        OpenNative known = open;
        if (known == null) {
            throw new IllegalStateException("the interactions before have not been read");
        }
        return known;
    }

    /** Returns the id of the cached contents, which name the session; null without any. */
    @Nullable
    String cacheId() {
        return open().cacheId();
    }

    /** Returns the bytes of the cached contents once they have been found; 0 without any. */
    long cacheBytes() {
        return open == null ? 0 : open.cacheBytes();
    }

    /** @throws ApiException a 400 for contents that were cached for another model */
    void check(Model asked) {
        open().check(asked);
    }

    /** Returns the caller's name of a field of the native request. */
    String named(String path) {
        return places.of(open == null ? path : open.named(path));
    }

    /** Returns a refusal with the caller's names of fields. */
    ApiError named(ApiError refusal) {
        return places.of(open == null ? refusal : open.named(refusal));
    }

    /**
     * Finds the interactions before this one, or the cached contents, still packed. Blocks.
     *
     * @return the bytes that they become
     */
    long find(Conversations kept, CachedContents caches, String accountId, KeyOwner reads, Lease memory) {
        this.reads = reads;
        if (open != null) {
            return open.find(caches, accountId, reads);
        }
        String previous = settings.previousId();
        String task = CompletionIds.ofShown(PREFIX, previous);
        KeptResponses.Chain found = task == null ? null : kept.chain(accountId, reads, task, memory);
        if (found == null || found.state() == KeptResponses.Chain.State.BROKEN) {
            throw refusal("must be the id of an interaction that is kept, with those before it, got "
                            + MessageText.quoted(String.valueOf(previous))
                            + ". Send the whole conversation as 'input'.")
                    .asException();
        }
        if (found.state() == KeptResponses.Chain.State.OPEN) {
            throw refuse(
                    PREVIOUS,
                    "names an interaction that is still being made. Continue it once its status is completed.");
        }
        if (found.state() == KeptResponses.Chain.State.TOO_LONG) {
            throw refusal("has too long a conversation before it. Send the end of the conversation as 'input' instead.")
                    .asException();
        }
        chain = found.links();
        return chain.stream().mapToLong(KeptResponse::bytes).sum();
    }

    private static ApiError refusal(String why) {
        ErrorCode code = ErrorCode.PREVIOUS_RESPONSE_NOT_FOUND;
        return new ApiError(code, code.status(), PREVIOUS + ": " + why, PREVIOUS, Map.of(), null);
    }

    /** Reads the interactions before this one and cached contents, and takes missing signatures from the store (Y49). Blocks. */
    void load(Signatures signatures, CachedContents caches, String accountId, Lease memory) {
        if (open == null) {
            for (KeptResponse link : chain) {
                add(link.inputIn("steps", memory), memory);
                add(link.response(memory), memory);
            }
            chain = List.of();
            complete();
            if (!isWhole()) {
                open().find(caches, accountId, Objects.requireNonNull(reads));
            }
        }
        open().load(caches, memory);
        sign(signatures, accountId);
    }

    private void add(byte[] kept, Lease memory) {
        JsonObjectReader.read(kept, limits, memory).path("steps").forEach(step -> contents.add(step, PREVIOUS));
    }

    private void complete() {
        for (int i = 0; i < steps.size(); i++) {
            contents.add(steps.get(i), "input[" + i + "]");
        }
        request.set("contents", contents.contents());
        try {
            open = NativeRequestReader.open(request, limits, memory);
        } catch (ApiException refused) {
            throw places.of(refused.error()).asException();
        }
    }

    // ---- signatures that the caller has not sent back ----

    /** Returns whether a part of the model's turns may have a signature in the store. */
    boolean lacksSignatures() {
        return unsigned(whole().contents()).findAny().isPresent();
    }

    private static Stream<JsonNode> unsigned(JsonNode contents) {
        return contents.valueStream()
                .filter(content -> content.path("role").asString("").equals("model"))
                .flatMap(content -> content.path("parts").valueStream())
                .filter(part -> !part.has("thoughtSignature") && (part.has("functionCall") || isMedium(part)));
    }

    private static boolean isMedium(JsonNode part) {
        return part.has("inlineData") || part.has("fileData");
    }

    private void sign(Signatures signatures, String accountId) {
        Map<ObjectNode, Message.ToolCall> calls = new IdentityHashMap<>();
        Map<ObjectNode, Message.SentBack> files = new IdentityHashMap<>();
        unsigned(whole().contents()).forEach(part -> {
            ObjectNode its = (ObjectNode) part;
            if (part.has("functionCall")) {
                JsonNode call = part.get("functionCall");
                calls.put(its, call(call, call.has("args") ? call.get("args").toString() : "{}"));
            } else {
                ContentPart.Source data = part.has("inlineData")
                        ? new ContentPart.Source.Inline(
                                part.path("inlineData").path("data").asString(""))
                        : new ContentPart.Source.Remote(
                                part.path("fileData").path("fileUri").asString(""));
                ContentPart.Media medium =
                        new ContentPart.Media(Place.NONE, ContentPart.Named.FILE, data, null, null, null);
                files.put(its, new Message.SentBack(Place.NONE, medium, null));
            }
        });
        Message all =
                new Message.Assistant(Place.NONE, null, List.copyOf(calls.values()), null, List.copyOf(files.values()));
        Replay found = signatures.find(accountId, channel -> null, List.of(all));
        calls.forEach((part, call) -> put(part, found.stored(call)));
        files.forEach((part, file) -> put(part, found.stored(file)));
        moveUnsigned();
    }

    /** Moves the files whose signature is neither sent back nor stored to the end of the user's next turn. An empty text stays where they were. */
    private void moveUnsigned() {
        MovedFiles<JsonNode> moved = new MovedFiles<>();
        for (JsonNode content : whole().contents()) {
            ArrayNode parts = (ArrayNode) content.path("parts");
            boolean isModels = content.path("role").asString("").equals("model");
            for (int i = 0; isModels && i < parts.size(); i++) {
                if (isMedium(parts.get(i)) && !parts.get(i).has("thoughtSignature")) {
                    moved.take(parts.get(i));
                    parts.set(i, StepContents.NODES.objectNode().put("text", ""));
                }
            }
            if (!isModels) {
                moved.give(parts::add);
            }
        }
        if (!moved.isEmpty()) {
            moved.give(((ArrayNode) whole().contents())
                    .addObject()
                    .put("role", "user")
                    .putArray("parts")::add);
        }
    }

    private static void put(ObjectNode part, @Nullable String signature) {
        if (signature != null) {
            part.put("thoughtSignature", signature);
        }
    }

    private static Message.ToolCall call(JsonNode call, String arguments) {
        return new Message.ToolCall(
                call.path("id").asString(null), call.path("name").asString(""), arguments, null);
    }
}
